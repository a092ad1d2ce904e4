import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import { get, openBareClient } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';
import { runProcess } from '../../support/processes.js';
import { clusterName, flexPath, flexType, groupId, snapshotId } from '../../support/snapshot-routes.js';
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
    const { read, stop } = await open(begin());
    for (let call = 0; call < 20; call += 1) {
      expect(await read()).toMatchObject({ id: snapshotId, finishTime: new Date('2019-04-26T14:08:07Z') });
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
    const { read, stop } = await open(begin());
    await Promise.all(Array.from({ length: 20 }, read));
    expect(statuses(await stop()).sort()).toEqual([...ok(20), 401]);
  });

  it.each([
    ['a wrong key', { privateKey: 'wrong' }],
    ['an unknown key', { publicKey: 'stranger' }],
  ])('rejects %s, which is an API error', async (_what, changes) => {
    const { read, stop } = await open(begin(), { ...apiKey, ...changes });
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
    const log = await stop();
    expect(statuses(log)).toEqual([401, 200, 401, 200]);
    const [, , refused, taken] = log.map((request) => parameter('nonce', request));
    expect(refused).not.toBe(taken);
  });

  it.each<[what: string, options: Parameters<typeof startApache>[0], nonces: number]>([
    ['the nonce counts, which it checks', { checkNonceCount: true }, 1],
    // It sends one in the last 30 seconds of a nonce.
    ['the next nonce that it sent', { nonceLifetime: 20 }, 5],
    // Its check of the count stays off, because it does not restart the count for a new nonce as RFC 7616 3.4 requires.
    ['each nonce once, if it accepts each only once', { nonceLifetime: 0 }, 5],
  ])('gets %s', async (_what, options, nonces) => {
    const { read, stop } = await open(startApache(options));
    for (let call = 0; call < 5; call += 1) await read();
    const log = await stop();
    expect(statuses(log)).toEqual([401, ...ok(5)]);
    expect(new Set(log.slice(1).map((request) => parameter('nonce', request))).size).toBe(nonces);
  });
});

describe('lighttpd', () => {
  it('accepts a plain user name although it offers to hash it', async () => {
    const { read, stop } = await open(startLighttpd({ ...sha256, userhash: true }));
    expect(await read()).toMatchObject({ id: snapshotId });
    expect(statuses(await stop())).toEqual([401, 200]);
  });
});

const algorithms: DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256'];

describe.each(algorithms)('curl --digest by %s', (algorithm) => {
  /** Requests a snapshot of an emulator. */
  async function curl(changes: { privateKey?: string } = {}) {
    const seed = { groupId, clusterName, snapshots: [{ id: snapshotId }] };
    const { url, credentials, requests } = await openEmulator({ digest: { algorithms: [algorithm] }, seed });
    const { publicKey, privateKey } = { ...credentials.apiKey, ...changes };
    const login = ['--digest', '--user', `${publicKey}:${privateKey}`, '--header', `accept: ${flexType}`];
    const options = ['--silent', '--show-error', '--fail-with-body', ...login];
    const { exitCode, stdout } = await runProcess('curl', [...options, url + flexPath]);
    return { exitCode, stdout, statuses: requests.map(({ status }) => status) };
  }

  it('logs in at the emulator', async () => {
    expect(await curl()).toEqual({ exitCode: 0, stdout: expect.stringContaining(snapshotId), statuses: [401, 200] });
  });

  it('gets a 401 from the emulator for a wrong key', async () => {
    const { exitCode, stdout } = await curl({ privateKey: 'wrong' });
    // 22: the HTTP status was an error.
    expect({ exitCode, stdout }).toEqual({ exitCode: 22, stdout: expect.stringContaining('"error" : 401') });
  });
});
