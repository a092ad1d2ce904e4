import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { get, openBareClient } from '../../support/open-client.js';
import { snapshotId } from '../../support/snapshot-routes.js';
import { apiKey, type LoggedRequest, type RunningServer, startApache, startLighttpd } from './servers.js';

/** Functions that read the snapshot from a server, and that stop the server and return its log. */
async function open(starting: Promise<RunningServer>, credentials = apiKey) {
  const server = await starting;
  const client = openBareClient(server, { credentials });
  const stop = async () => {
    await client.close();
    return server.stop();
  };
  return { read: () => get(client), stop };
}

const statuses = (log: readonly LoggedRequest[]) => log.map(({ status }) => status);
const ok = (count: number) => Array<number>(count).fill(200);
const nonces = (log: readonly LoggedRequest[]) => new Set(log.flatMap(({ login }) => login['nonce'] ?? []));

describe.each([
  { name: 'Apache httpd', begin: startApache, algorithm: 'MD5' },
  { name: 'lighttpd', begin: startLighttpd, algorithm: 'SHA-256' },
])('$name', ({ begin, algorithm }) => {
  it(`accepts concurrent calls and calls in turn by ${algorithm}, after one challenge`, async () => {
    const { read, stop } = await open(begin());
    await Promise.all(Array.from({ length: 20 }, read));
    for (let call = 0; call < 20; call += 1) {
      expect(await read()).toMatchObject({ id: snapshotId, finishTime: new Date('2019-04-26T14:08:07Z') });
    }
    const log = await stop();
    // A server logs after its response, so two connections may log in either order.
    expect(statuses(log).sort()).toEqual([...ok(40), 401]);
    const logins = log.filter(({ status }) => status === 200).map(({ login }) => login);
    const counts = logins.map(({ nc = '' }) => Number.parseInt(nc, 16));
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, call) => call + 1));
    expect(new Set(logins.map((login) => login['algorithm']))).toEqual(new Set([algorithm]));
    expect(nonces(log).size).toBe(1);
  });

  it('rejects a wrong key, which is an API error', async () => {
    const { read, stop } = await open(begin(), { ...apiKey, privateKey: 'wrong' });
    await expect(read()).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(statuses(await stop())).toEqual([401, 401]);
  });
});

describe('Apache httpd', () => {
  it('gets one more request when a nonce has expired', async () => {
    const { read, stop } = await open(startApache({ nonceLifetime: 1 }));
    await read();
    // It counts in whole seconds.
    await sleep(1100);
    await read();
    expect(statuses(await stop())).toEqual([401, 200, 401, 200]);
  });
});
