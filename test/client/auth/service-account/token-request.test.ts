import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError } from '../../../../src/client/index.js';
import { runClock } from '../../../support/clock.js';
import { RecordingStore } from '../../../support/odd-stores.js';
import { get, openBareClient } from '../../../support/open-client.js';
import { startRawServer } from '../../../support/raw-server.js';
import { good, sendToken } from '../../../support/raw-steps.js';
import { rejection } from '../../../support/rejection.js';
import { type Behavior, deadConnection, type Reply, silent } from '../../../support/scripted-dispatcher.js';
import { converse, ok, openConversation, outcomeOf, refusal, token, tooManyTokens } from '../support/conversation.js';

const credentials = { clientId: 'mdb_sa_id_65f1a2', clientSecret: 'mdb_sa_sk_x+y/z:%41_-~&=' };

/** How a call ends whose token request gets this response, without a retry. */
async function errorAfter(reply: Behavior) {
  const { get, sent } = openConversation({ credentials }, reply);
  const error = await rejection(get(), AtlasAuthenticationError);
  expect(sent()).toBe('token');
  return error;
}

it('the error of a renewal shows no token that Atlas has refused', async () => {
  const failed = { status: 400, body: { error: 'tok-en-1', error_description: 'the token tok-en-1 was revoked' } };
  const { get } = openConversation({ credentials }, token('tok-en-1'), refusal(401), failed);
  const error = await rejection(get(), AtlasAuthenticationError);
  expect(error).toMatchObject({ error: '[masked]', errorDescription: 'the token [masked] was revoked' });
});

it('a token request is what Atlas expects, and keeps the path prefix of baseUrl', async () => {
  const server = await startRawServer([sendToken('the-token'), good]);
  const client = openBareClient({ url: `${server.url}/proxy/` }, { credentials, userAgent: 'backup-check/2.1' });
  await get(client);
  const [request, next] = server.requests;
  const { host: _host, connection: _connection, ...headers } = request?.headers ?? {};
  expect({ ...request, headers }).toMatchObject({
    method: 'POST',
    target: '/proxy/api/oauth/token',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': expect.stringMatching(/^backup-check\/2\.1 atlas-tenant-snapshots\/\S+ node\/\S+$/),
      'content-type': 'application/x-www-form-urlencoded',
      // Not form-encoded first, although RFC 6749 requires it.
      authorization: `Basic ${btoa(`${credentials.clientId}:${credentials.clientSecret}`)}`,
      'content-length': '29',
    },
    body: 'grant_type=client_credentials',
  });
  expect(Object.keys(headers)).toHaveLength(6);
  expect(next?.authorization).toBe('Bearer the-token');
  expect(next?.headers['user-agent']).toBe(headers['user-agent']);
});

it.each<[promise: string, script: Behavior[], sent: string, ended: string]>([
  ['is sent again, which is no retry', [deadConnection, token('t'), ok], 'token token t', 'ok'],
  ['is sent again at most once', [deadConnection], 'token token', 'CONNECTION'],
])('a token request whose connection dies %s', async (_promise, script, sent, ended) => {
  const atlas = openConversation({ credentials }, ...script);
  expect([await outcomeOf(atlas.get()), atlas.sent()]).toEqual([ended, sent]);
});

describe('the error of a token request', () => {
  const checkCredentials = 'Check clientId and clientSecret, and that the secret has not expired.';
  const checkPath = 'Check baseUrl and any proxy on the way to Atlas.';
  const shareToken = 'Share one token between all processes with tokenStore.';

  it.each<[status: number, body: string | object, advice: string]>([
    [204, '', checkPath],
    [400, '', checkCredentials],
    [401, '', checkCredentials],
    [400, { error_description: 'limit' }, checkCredentials],
    [403, '', checkPath],
    [403, tooManyTokens, shareToken],
    [429, '', shareToken],
    [503, '', 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.'],
  ])('says what to do about status %i %j', async (status, body, advice) => {
    const error = await errorAfter({ status, body });
    expect(error.message).toMatch(
      /^getTenantSnapshot could not log in\. The access token request failed with status \d+[.,] /,
    );
    expect(error.message.endsWith(` ${advice}`)).toBe(true);
    expect(error).toMatchObject({ status, operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
  });

  it.each([
    [429, ''],
    [403, tooManyTokens],
  ])('says to check the tokenStore, if there is one, about status %i %j', async (status, body) => {
    const { get } = openConversation({ credentials, tokenStore: new RecordingStore() }, { status, body });
    const { advice } = await rejection(get(), AtlasAuthenticationError);
    expect(advice).toBe('A tokenStore is set. Check that it works, and that all processes use the same store.');
  });

  it('has the Retry-After of the response, if there is one', async () => {
    const limited = { status: 429, headers: { 'retry-after': '90' } };
    expect((await errorAfter(limited)).retryAfterMs).toBe(90_000);
    const { get } = openConversation({ credentials, tokenStore: new RecordingStore() }, limited);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ retryAfterMs: 90_000 });
    expect(await errorAfter({ status: 429 })).not.toHaveProperty('retryAfterMs', expect.anything());
  });

  const limit = 'Resource /api/oauth/token is limited to 50 requests every 1 minutes.';
  // The last column is what follows the status in the message.
  it.each<[what: string, body: object, error: string | undefined, description: string | undefined, said: string]>([
    ['an OAuth error', { error: 'a', error_description: 'No. Not now.' }, 'a', 'No. Not now.', ', a: No. Not now. '],
    ['an OAuth error without a description', { error: 'a' }, 'a', undefined, ', a. '],
    ['a description alone', { error_description: 'No' }, undefined, 'No', ', No. '],
    ["an error of Atlas's own", { error: 429, errorCode: 'A', detail: limit }, 'A', limit, `, A: ${limit} `],
    ['fields of other types', { error: 17, error_description: ['x'] }, undefined, undefined, '. '],
  ])('says what the response says: %s', async (_what, body, error, errorDescription, said) => {
    const thrown = await errorAfter({ status: 400, body });
    expect([thrown.error, thrown.errorDescription]).toEqual([error, errorDescription]);
    expect(thrown.message).toContain(`failed with status 400${said}`);
  });

  it.each<[what: string, reply: Reply, because: string]>([
    ['nothing', { body: '' }, ', because its body is empty'],
    ['HTML', { body: '<html>Sign in</html>' }, ', because its body is not JSON'],
    ['null', { body: 'null' }, ''],
    ['no token', { body: { expires_in: 3600 } }, ''],
    ['an empty token', { body: { access_token: '' } }, ''],
    ['a line break in the token', { body: { access_token: 'line\nbreak' } }, ''],
    ['a token that is too long', { body: { access_token: 'a'.repeat(8_193) } }, ''],
    ['a word as its lifetime', { body: { access_token: 'token', expires_in: 'soon' } }, ''],
    ['a negative lifetime', { body: { access_token: 'token', expires_in: -1 } }, ''],
  ])('says that a 200 brought no token, and why if the body cannot be read: %s', async (_what, reply, because) => {
    const error = await errorAfter(reply);
    expect(error.message).toBe(
      `getTenantSnapshot could not log in. The response to the access token request has status 200 but no bearer token${because}. ${checkPath}`,
    );
    expect(error).toMatchObject({ status: 200, attempts: 1 });
  });

  it('is one of its own for each call that waited', async () => {
    const { get, sent } = openConversation({ credentials }, refusal(401), token('t'), ok);
    const calls = await Promise.allSettled([get(), get(), get()]);
    const errors = calls.map((call) => call.status === 'rejected' && call.reason);
    expect(new Set(errors).size).toBe(3);
    for (const error of errors) expect(error).toMatchObject({ code: 'AUTHENTICATION', status: 401 });
    await get();
    expect(sent()).toBe('token token t');
  });
});

describe('a failed token request', () => {
  const limited = (seconds: string): Reply => ({ status: 429, headers: { 'retry-after': seconds } });

  const options = { credentials, attemptTimeout: 1_000 };
  const refused = { code: 'AUTHENTICATION' };

  it.each<[what: string, failure: Behavior, wait: number, error: object]>([
    ['a 500', refusal(500), 500, refused],
    ["a gateway's 502", { status: 502, body: '<html>Bad Gateway</html>' }, 500, refused],
    ['a 429 with Retry-After', limited('3'), 3_000, refused],
    ['no response', new Error('lost'), 500, { code: 'CONNECTION' }],
    ['no response in time', silent, 1_000 + 500, { code: 'TIMEOUT' }],
  ])('is a failed attempt of the call, and is retried: %s', async (_what, failure, wait, error) => {
    const { get, sent } = openConversation({ ...options, maxRetries: 1 }, failure, token('t'), ok);
    const before = performance.now();
    const { response } = await runClock(get().withResponse());
    expect(response).toMatchObject({ status: 200, attempts: 2 });
    expect(sent()).toBe('token token t');
    const waited = performance.now() - before;
    expect(waited).toBeGreaterThanOrEqual(wait);
    expect(waited).toBeLessThan(wait * 1.5 + 200);
    const failing = openConversation({ ...options, maxRetries: 1 }, failure);
    const message = expect.stringMatching(/access token request (failed|got no response|timed out)/);
    await expect(runClock(failing.get())).rejects.toMatchObject({ ...error, attempts: 2, message });
    expect(failing.sent()).toBe('token token');
  });

  it.each<[after: string, reply: Reply]>([
    ['a 400', refusal(400)],
    ['a 403', refusal(403)],
    ['a 403 for too many live tokens, without a store', { status: 403, body: tooManyTokens }],
    ['a Retry-After past the deadline', limited('30')],
  ])('is not retried after %s', async (_after, reply) => {
    const { sent, ended } = await converse({ credentials, maxRetries: 3, timeout: 20_000 }, reply);
    expect({ sent, ended }).toEqual({ sent: 'token', ended: 'AUTHENTICATION' });
  });

  it('is retried together by all calls that wait for it', async () => {
    const { get, sent } = openConversation({ credentials, maxRetries: 2 }, (request) =>
      setTimeout(() => request.reply(refusal(503)), 10),
    );
    const calls = Array.from({ length: 100 }, () => outcomeOf(get()));
    expect(new Set(await runClock(Promise.all(calls)))).toEqual(new Set(['AUTHENTICATION']));
    expect(sent()).toBe('token token token');
  });
});
