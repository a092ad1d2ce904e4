// All requests go through an agent of undici 8.
import * as atlas from 'atlas-tenant-snapshots';
import * as testing from 'atlas-tenant-snapshots/testing';
import { Agent } from 'undici8';
import { runChecks } from './checks.mjs';

const dispatcher = new Agent({ connections: 64 });
await runChecks(atlas, testing, { dispatcher });
await dispatcher.close();
