// For Jest. Its automock is made from what `require` returns.
jest.mock('atlas-tenant-snapshots');
const { TenantSnapshotsClient } = require('atlas-tenant-snapshots');

test('mocks the client', async () => {
  const client = new TenantSnapshotsClient();
  client.listTenantSnapshots.mockResolvedValue([]);
  expect(await client.listTenantSnapshots()).toEqual([]);
  expect(client.close).not.toHaveBeenCalled();
});

const loaders = { require: jest.requireActual, import: (entry) => import(entry) };

test.each(Object.keys(loaders))('checks backups with the entries that %s loads', async (loader) => {
  const load = loaders[loader];
  const atlas = await load('atlas-tenant-snapshots');
  const { checkBackups } = await load('atlas-tenant-snapshots/check');
  const { startAtlasEmulator } = await load('atlas-tenant-snapshots/testing');
  const { url, credentials, close } = await startAtlasEmulator();
  const client = new atlas.TenantSnapshotsClient({ baseUrl: url, credentials: credentials.apiKey });
  const findings = [];
  for await (const finding of checkBackups(client)) findings.push(finding);
  expect(findings).toMatchObject([{ state: 'fresh' }]);
  await client.close();
  await close();
});
