import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTokenStore } from '../../../examples/keyv-redis.mjs';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { freePort } from '../../support/processes.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

// test/systems/fleet tests the store on a real Redis.
describe('while Redis is down, the token store', () => {
  it('leads to one token request per client, and reports the error', async () => {
    const atlas = await openEmulator();
    const onError = vi.fn();
    const tokenStore = createTokenStore(`redis://127.0.0.1:${await freePort()}`, onError);
    const credentials = atlas.credentials.serviceAccount;
    const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, tokenStore });
    onTestFinished(async () => {
      await client.close();
      await tokenStore.disconnect();
    });
    for (let n = 0; n < 3; n += 1) {
      expect(await client.listTenantSnapshots(atlas.groupId, atlas.clusterName)).toHaveLength(5);
    }
    expect(atlas.requests.filter(({ kind }) => kind === 'token')).toHaveLength(1);
    expect(onError).toHaveBeenCalled();
  });

  it('does not keep the process alive', async () => {
    const atlas = await openEmulator();
    const environment = { ...environmentOf(atlas), REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    expect(await runExample('keyv-redis.mjs', [atlas.groupId, atlas.clusterName], environment).ended).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`${atlas.snapshotId} COMPLETED`),
      stderr: expect.stringMatching(/^Redis: .*ECONNREFUSED/),
    });
  });
});
