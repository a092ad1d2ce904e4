import Keyv from 'keyv';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTokenStore } from '../../examples/keyv-redis.mjs';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { closedPort } from './support/closed-port.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { environmentOf, runExample } from './support/run-example.js';

const tokenRequests = ({ requests }: AtlasEmulator) => requests.filter(({ kind }) => kind === 'token').length;

function openClient(atlas: AtlasEmulator, store: Keyv) {
  const credentials = atlas.credentials.serviceAccount;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, tokenStore: store });
  onTestFinished(() => client.close());
  return client;
}

// test/fleet tests the store on a real Redis.
describe('the token store', { timeout: 20_000 }, () => {
  it('shares one token between clients', async () => {
    const atlas = await openEmulator();
    const store = new Keyv();
    for (let n = 0; n < 3; n += 1) {
      const client = openClient(atlas, store);
      expect(await client.listTenantSnapshots(atlas.groupId, atlas.clusterName)).toHaveLength(5);
    }
    expect(tokenRequests(atlas)).toBe(1);
  });

  it('may be down: the client then fetches its own token', async () => {
    const atlas = await openEmulator();
    const onError = vi.fn();
    const store = createTokenStore(`redis://127.0.0.1:${await closedPort()}`, onError);
    onTestFinished(() => store.disconnect());
    const client = openClient(atlas, store);
    for (let n = 0; n < 3; n += 1) {
      expect(await client.listTenantSnapshots(atlas.groupId, atlas.clusterName)).toHaveLength(5);
    }
    expect(tokenRequests(atlas)).toBe(1);
    expect(onError).toHaveBeenCalled();
  });

  it('does not keep the process alive while it is down', async () => {
    const atlas = await openEmulator();
    const environment = { ...environmentOf(atlas), REDIS_URL: `redis://127.0.0.1:${await closedPort()}` };
    const { exit, output } = runExample(['keyv-redis.mjs', atlas.groupId, atlas.clusterName], environment);
    expect(await exit, output.stderr).toBe(0);
    expect(output.stdout).toContain(`${atlas.snapshotId} COMPLETED`);
    expect(output.stderr).toMatch(/^Redis: .*ECONNREFUSED/);
  });
});
