// Loads three copies of the package, and prints what they share as JSON.
import { createRequire } from 'node:module';
import * as esm from 'atlas-tenant-snapshots';
import { startAtlasEmulator } from 'atlas-tenant-snapshots/testing';

const require = createRequire(import.meta.url);
const cjs = require('atlas-tenant-snapshots');
const second = await import(`${import.meta.resolve('atlas-tenant-snapshots')}?second`);
const copies = { esm, cjs, second };

const emulator = await startAtlasEmulator();
const credentials = emulator.credentials.accessToken;
const open = (copy) => new copy.TenantSnapshotsClient({ baseUrl: emulator.url, credentials, maxRetries: 0 });
const get = (client, id = emulator.snapshotId) => client.getTenantSnapshot(emulator.groupId, emulator.clusterName, id);
const clients = Object.values(copies).map(open);

const known = [];
for (const client of clients) {
  const errors = [
    await get(client, 'f'.repeat(24)).catch((error) => error),
    await get(client, 'no id').catch((error) => error),
  ];
  for (const [name, { isAtlasError, isAtlasApiError, AtlasError }] of Object.entries(copies)) {
    known.push({
      name,
      any: errors.map((error) => isAtlasError(error)),
      code: errors.map((error) => isAtlasError(error, 'API_ERROR')),
      match: errors.map((error) => isAtlasApiError(error, { status: 404 })),
      instance: errors.map((error) => error instanceof AtlasError),
    });
  }
}

await Promise.all(clients.map((client) => client.close()));
await emulator.close();
console.log(JSON.stringify({ isOne: esm.AtlasError === cjs.AtlasError, known }));
