// A strict consumer's CommonJS module. It is compiled against the tarball, and not run.
import atlas = require('atlas-tenant-snapshots');
import check = require('atlas-tenant-snapshots/check');
import testing = require('atlas-tenant-snapshots/testing');
import undici = require('undici');

async function read(options: atlas.TenantSnapshotsClientOptions): Promise<atlas.TenantSnapshot[]> {
  const emulator: testing.AtlasEmulator = await testing.startAtlasEmulator();
  const client = new atlas.TenantSnapshotsClient({ ...options, dispatcher: new undici.Agent() });
  try {
    const { value } = await check.checkBackups(client).next();
    if (value !== undefined && 'projects' in value) console.log(value.projects);
    return await client.listTenantSnapshots(emulator.groupId, 'Cluster0');
  } catch (error) {
    if (error instanceof atlas.AtlasTimeoutError) return [{ status: error.code }];
    throw error;
  }
}

export = { read };
