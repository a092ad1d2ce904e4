import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { TenantSnapshotsClient } from '../../src/index.js';
import { startApache } from './apache.js';
import { get, openClient } from './calls.js';
import { startLighttpd } from './lighttpd.js';
import type { LoggedRequest, RunningServer } from './server.js';
import { apiKey, snapshotId } from './site.js';

let server: RunningServer | undefined;
let client: TenantSnapshotsClient | undefined;

afterEach(stop);

async function open(starting: Promise<RunningServer>, credentials = apiKey): Promise<TenantSnapshotsClient> {
  server = await starting;
  client = openClient(server.url, credentials);
  return client;
}

/** Stops both. Returns the log of the server. */
async function stop(): Promise<LoggedRequest[]> {
  await client?.close();
  const log = (await server?.stop()) ?? [];
  client = undefined;
  server = undefined;
  return log;
}

const statuses = (log: readonly LoggedRequest[]) => log.map(({ status }) => status);
const ok = (count: number) => Array<number>(count).fill(200);
const parameter = (name: string, { authorization }: LoggedRequest) =>
  new RegExp(`[ ,]${name}=(?:\\\\?"([^"\\\\]*)\\\\?"|([^ ,]+))`).exec(authorization)?.slice(1).find(Boolean);

const md5 = { algorithm: 'MD5', hashes: ['md5'] } as const;
const sha256 = { algorithm: 'SHA-256', hashes: ['sha256'] } as const;
const both = { algorithm: 'MD5|SHA-256', hashes: ['md5', 'sha256'] } as const;

describe.each([
  { name: 'Apache httpd, MD5', begin: () => startApache(), algorithm: 'MD5' },
  { name: 'lighttpd, MD5', begin: () => startLighttpd(md5), algorithm: 'MD5' },
  { name: 'lighttpd, SHA-256', begin: () => startLighttpd(sha256), algorithm: 'SHA-256' },
  { name: 'lighttpd, both offered', begin: () => startLighttpd(both), algorithm: 'SHA-256' },
])('$name', ({ begin, algorithm }) => {
  it('accepts 20 sequential calls after one challenge', async () => {
    const client = await open(begin());
    for (let call = 0; call < 20; call += 1) {
      expect(await get(client)).toMatchObject({ id: snapshotId, finishTime: new Date('2019-04-26T14:08:07Z') });
    }
    const log = await stop();
    expect(statuses(log)).toEqual([401, ...ok(20)]);
    const counts = log.slice(1).map((request) => Number.parseInt(parameter('nc', request) ?? '', 16));
    // A server logs after its response, so two connections may log in either order.
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, call) => call + 1));
    expect(new Set(log.slice(1).map((request) => parameter('algorithm', request)))).toEqual(new Set([algorithm]));
    expect(new Set(log.slice(1).map((request) => parameter('nonce', request))).size).toBe(1);
  });

  it('accepts 20 concurrent calls after one challenge', async () => {
    const client = await open(begin());
    await Promise.all(Array.from({ length: 20 }, () => get(client)));
    expect(statuses(await stop()).sort()).toEqual([...ok(20), 401]);
  });

  it('rejects a wrong key, which is an API error', async () => {
    const client = await open(begin(), { ...apiKey, privateKey: 'wrong' });
    await expect(get(client)).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(statuses(await stop())).toEqual([401, 401]);
  });

  it('rejects an unknown key, which is an API error', async () => {
    const client = await open(begin(), { ...apiKey, publicKey: 'stranger' });
    await expect(get(client)).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    expect(statuses(await stop())).toEqual([401, 401]);
  });
});

describe('Apache httpd', () => {
  it('gets one more request when a nonce has expired', async () => {
    const client = await open(startApache({ nonceLifetime: 1 }));
    await get(client);
    // It counts in whole seconds.
    await sleep(1100);
    await get(client);
    const log = await stop();
    expect(statuses(log)).toEqual([401, 200, 401, 200]);
    const [, , refused, taken] = log.map((request) => parameter('nonce', request));
    expect(refused).not.toBe(taken);
  });

  it('gets the next nonce that it sent', async () => {
    // It sends one in the last 30 seconds of a nonce.
    const client = await open(startApache({ nonceLifetime: 20 }));
    for (let call = 0; call < 5; call += 1) await get(client);
    const log = await stop();
    expect(statuses(log)).toEqual([401, ...ok(5)]);
    expect(new Set(log.slice(1).map((request) => parameter('nonce', request))).size).toBe(5);
    expect(log.slice(1).map((request) => parameter('nc', request))).toEqual(Array(5).fill('00000001'));
  });

  it('gets each nonce once if it accepts each only once', async () => {
    // Its check of the count stays off, because it does not restart the count for a new nonce as RFC 7616 3.4 requires.
    const client = await open(startApache({ nonceLifetime: 0 }));
    for (let call = 0; call < 5; call += 1) await get(client);
    expect(statuses(await stop())).toEqual([401, ...ok(5)]);
  });

  it('accepts the nonce counts', async () => {
    const client = await open(startApache({ checkNonceCount: true }));
    for (let call = 0; call < 20; call += 1) await get(client);
    expect(statuses(await stop())).toEqual([401, ...ok(20)]);
  });
});

describe('lighttpd', () => {
  it('accepts a hashed user name', async () => {
    const client = await open(startLighttpd({ ...sha256, userhash: true }));
    expect(await get(client)).toMatchObject({ id: snapshotId });
    const [, second] = await stop();
    expect(second?.authorization).toContain('userhash=true');
    expect(second?.authorization).not.toContain(apiKey.publicKey);
  });
});
