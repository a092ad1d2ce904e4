import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/client/http/response.js';
import { AtlasApiError, AtlasAuthenticationError, AtlasInvalidResponseError } from '../../../src/client/index.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import type { Reply } from '../../support/scripted-dispatcher.js';

const limit = 1_000;
const text = 'text';
const gzip = gzipSync(text);

/** Decodes a body with this coding. */
function decoded(body: string | Uint8Array, coding: string, truncatedAt?: number) {
  const headers = { 'content-encoding': coding, 'x-a': '1' };
  const { bytes, ...response } = decode({ status: 200, headers, bytes: Buffer.from(body), truncatedAt }, limit);
  return { ...response, text: String(bytes) };
}

it.each<[coding: string, body: Uint8Array, text: string]>([
  ['gzip', gzip, text],
  [' GZip', gzip, text],
  ['gzip', gzipSync(text.padEnd(limit)), text.padEnd(limit)],
])('a body with the coding %j is decoded, and loses that header', (coding, body, expected) => {
  expect(decoded(body, coding)).toEqual({ status: 200, headers: { 'x-a': '1' }, text: expected });
});

it.each<[coding: string, body: string]>([
  ['', text],
  ['gzip', ''],
])('with the coding %j, the body %j is not coded', (coding, body) => {
  expect(decoded(body, coding)).toMatchObject({ text: body, headers: { 'content-encoding': coding } });
  expect(decoded(body, coding)).not.toHaveProperty('decodingProblem');
});

it.each<[what: string, coding: string, body: Uint8Array]>([
  ['another coding', 'br', brotliCompressSync(text)],
  ['a body that is not gzip', 'gzip', deflateSync(text)],
  ['a body that is cut', 'gzip', gzip.subarray(0, -1)],
])('a response with %s has no body, and says why', (_what, coding, body) => {
  const decodingProblem = `could not be decoded (content-encoding: ${coding})`;
  expect(decoded(body, coding)).toMatchObject({ text: '', decodingProblem, truncatedAt: undefined });
});

it.each<[when: string, body: Uint8Array, truncatedAt?: number]>([['once decoded', gzipSync('x'.repeat(limit + 1))]])(
  'a body that is too large %s is not read',
  (_when, body, truncatedAt) => {
    const response = decoded(body, 'gzip', truncatedAt);
    expect(response).toMatchObject({ text: '', truncatedAt: limit });
    expect(response).not.toHaveProperty('decodingProblem');
  },
);

describe('a coding', () => {
  const coded = (body: string | Uint8Array, coding: string, status = 200): Reply => {
    return { status, headers: { 'content-encoding': coding }, body };
  };
  const gzipped = (body: object, status?: number) => coded(gzipSync(JSON.stringify(body)), 'gzip', status);
  const bearer = { accessToken: 'secret-token' };
  const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
  const getFrom = (script: Reply[], credentials: typeof bearer | typeof account) =>
    get(openScripted(script, { endpoint: 'tenant', credentials }).client);

  it('that cannot be decoded is named in the error, masked', async () => {
    const problem = 'its body could not be decoded (content-encoding: [masked])';
    const unusable = await rejection(getFrom([coded('x', 'secret-token')], bearer), AtlasInvalidResponseError);
    expect(unusable.issues).toEqual([{ path: '', message: problem }]);
    const failed = await rejection(getFrom([coded('x', 'secret-token', 400)], bearer), AtlasApiError);
    expect(failed).toMatchObject({ status: 400, body: '', message: expect.stringContaining(`: ${problem}. `) });
    for (const status of [200, 400]) {
      const refused = await rejection(getFrom([coded('x', 'br', status)], account), AtlasAuthenticationError);
      expect(refused.message).toContain('its body could not be decoded (content-encoding: br). ');
    }
  });

  it('of an error and of a token is decoded too', async () => {
    const script = [gzipped({ access_token: 't', expires_in: 3600 }), gzipped({ errorCode: 'SOME_CODE' }, 404)];
    const error = await rejection(getFrom(script, account), AtlasApiError);
    expect(error).toMatchObject({ status: 404, errorCode: 'SOME_CODE', headers: {} });
  });
});
