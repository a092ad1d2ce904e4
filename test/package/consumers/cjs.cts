// A strict consumer's CommonJS module. It is compiled against the tarball, and not run.
import atlas = require('atlas-tenant-snapshots');
import check = require('atlas-tenant-snapshots/check');
import testing = require('atlas-tenant-snapshots/testing');
import undici = require('undici');

const dispatcher = new undici.Agent();
const options: atlas.TenantSnapshotsClientOptions = {
  credentials: { publicKey: 'public', privateKey: 'private' },
  dispatcher,
  timeout: undefined,
};

async function read(id: string): Promise<atlas.TenantSnapshot[]> {
  const emulator: testing.AtlasEmulator = await testing.startAtlasEmulator({ port: undefined });
  const client = new atlas.TenantSnapshotsClient({ ...options, baseUrl: emulator.url });
  try {
    return await client.listTenantSnapshots(id, emulator.clusterName);
  } catch (error) {
    if (atlas.isAtlasError(error, 'API_ERROR')) return [{ status: error.errorCode }];
    if (error instanceof atlas.AtlasTimeoutError) return [{ status: error.code }];
    throw error;
  } finally {
    await client.close();
  }
}

async function countProjects(client: atlas.TenantSnapshotsClient): Promise<number> {
  const { value } = await check.checkBackups(client, { groupIds: [] }).next();
  return value !== undefined && 'projects' in value ? value.projects : 0;
}

export = { read, countProjects };
