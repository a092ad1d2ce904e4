import * as atlas from 'atlas-tenant-snapshots';
import * as testing from 'atlas-tenant-snapshots/testing';
import { runChecks } from './checks.mjs';

await runChecks(atlas, testing);
