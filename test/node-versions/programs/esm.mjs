import * as atlas from 'atlas-tenant-snapshots';
import * as testing from 'atlas-tenant-snapshots/testing';
import { callAll } from './calls.cjs';

console.log(JSON.stringify(await callAll(atlas, testing, {})));
