import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasInvalidResponseError,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import type { Behavior, Reply } from '../../support/scripted-dispatcher.js';

const limit = 10_000;
const snapshot = '{"status":"COMPLETED"}';
const coded = (body: string | Uint8Array, coding: string, status = 200): Reply => {
  return { status, headers: { 'content-encoding': coding, 'x-a': '1' }, body };
};
const gzipped = (body: object, status?: number) => coded(gzipSync(JSON.stringify(body)), 'gzip', status);
const credentials = { accessToken: 'secret-token' };
const getFrom = (script: Behavior[], options: TenantSnapshotsClientOptions = {}) =>
  get(openScripted(script, { endpoint: 'tenant', maxResponseSize: limit, credentials, ...options }).client);

describe('a body', () => {
  it.each<[coding: string, body: string | Uint8Array]>([
    ['gzip', gzipSync(snapshot)],
    ['x-gzip', gzipSync(snapshot)],
    [' GZip', gzipSync(snapshot)],
    ['gzip', gzipSync(snapshot.padEnd(limit))],
  ])('with the coding %s is decoded, and loses that header', async (coding, body) => {
    const { data, response } = await getFrom([coded(body, coding)]).withResponse();
    expect([data, response.headers]).toEqual([{ status: 'COMPLETED' }, { 'x-a': '1' }]);
  });

  it.each(['', 'identity', ' Identity'])('with the coding "%s" is not coded', async (coding) => {
    await expect(getFrom([coded(snapshot, coding)])).resolves.toEqual({ status: 'COMPLETED' });
  });

  const tooLarge = `is larger than ${limit} bytes (maxResponseSize)`;
  const undecoded = (coding: string) => `could not be decoded (content-encoding: ${coding})`;

  it.each<[what: string, reply: Reply, problem: string]>([
    ['has another coding', coded(brotliCompressSync(snapshot), 'br'), undecoded('br')],
    ['has two codings', coded(gzipSync(gzipSync(snapshot)), 'gzip, gzip'), undecoded('gzip, gzip')],
    ['is not gzip', coded(deflateSync(snapshot), 'gzip'), undecoded('gzip')],
    ['is cut', coded(gzipSync(snapshot).subarray(0, -1), 'gzip'), undecoded('gzip')],
    ['has a coding that echoes a secret', coded('x', credentials.accessToken), undecoded('[masked]')],
    ['is empty', coded('', 'gzip'), 'is empty'],
    ['is too large once decoded', gzipped(Array(limit).fill(1)), tooLarge],
    ['is too large', coded('x'.repeat(limit + 1), 'gzip'), tooLarge],
  ])('is not read if it %s', async (_what, reply, problem) => {
    const error = await rejection(getFrom([reply]), AtlasInvalidResponseError);
    expect(error.issues).toEqual([{ path: '', message: `its body ${problem}` }]);
    const failed = await rejection(getFrom([{ ...reply, status: 400 }]), AtlasApiError);
    expect(failed).toMatchObject({ status: 400, body: '' });
    expect(failed.message.includes(`: its body ${problem}. `)).toBe(problem.startsWith('could not'));
  });
});

it('an error and a token may be coded', async () => {
  const account = { credentials: { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' } };
  const script = [gzipped({ access_token: 't', expires_in: 3600 }), gzipped({ errorCode: 'SOME_CODE' }, 404)];
  const error = await rejection(getFrom(script, account), AtlasApiError);
  expect(error).toMatchObject({ status: 404, errorCode: 'SOME_CODE', headers: { 'x-a': '1' } });
  for (const status of [200, 400]) {
    const refused = await rejection(getFrom([coded('x', 'br', status)], account), AtlasAuthenticationError);
    expect(refused.message).toContain('its body could not be decoded (content-encoding: br). ');
  }
});
