import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/client/index.js';
import { passTime, runClock, standStill } from '../../support/clock.js';
import { get, openBareClient } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import { good, sendToken } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import {
  type ConversationOptions,
  converse,
  type Interlude,
  missingRole,
  no,
  ok,
  openConversation,
  outcomeOf,
  pass,
  refusal,
  token,
} from './support/conversation.js';

const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_+/:%~&=' };
const hour = 3_600_000;
const minute = 60_000;
const [t, u, v] = [token('t'), token('u'), token('v')];

/** Somebody sets the clock of this machine. */
const setClock = (by: number): Interlude => ({ happens: () => vi.setSystemTime(Date.now() + by) });

/** Each row: what the server answers, what the client sends, and how its calls end. */
type Row = [
  promise: string,
  script: (Behavior | Interlude)[],
  sent: string,
  ended: string,
  options?: ConversationOptions,
];

async function check(...[_promise, script, sent, ended, options]: Row) {
  expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
}

describe('a token', () => {
  it.each<Row>([
    ['is fetched by the first call, and reused by later ones', [t, ok, ok, ok], 'token t t t', 'ok ok ok'],
    ['is kept if only a role is missing', [t, missingRole, ok], 'token t t', '401 ok'],
    [
      'is renewed when nine tenths of its life are over',
      [t, ok, pass(0.9 * hour - 1), ok, pass(1), u, ok],
      'token t t token u',
      'ok ok ok',
    ],
    [
      'without a lifetime is used for an hour',
      [{ body: { access_token: 't', expires_in: null } }, ok, pass(0.9 * hour - 1), ok, pass(1), u, ok],
      'token t t token u',
      'ok ok ok',
    ],
    [
      'ages from its request on, not from its response',
      [(request) => setTimeout(() => request.reply(token('t', 30)), 5_000), ok, pass(22_500), u, ok],
      'token t token u',
      'ok ok',
    ],
    [
      'is used until it expires if its renewal fails, which is tried again halfway to its expiry, not by each call',
      [t, ok, pass(0.9 * hour), refusal(403), ok, ok, pass(180_000), refusal(503), ok, pass(180_000), refusal(403)],
      'token t token t t token t token',
      'ok ok ok ok AUTHENTICATION',
    ],
  ])('%s', check);

  it('is fetched for the other calls too if the call that needed it first has ended', async () => {
    const { answer, get, sent } = openConversation({ credentials }, silent, ok);
    const abort = new AbortController();
    const aborted = outcomeOf(get({ signal: abort.signal }));
    const late = outcomeOf(get({ timeout: 100 }));
    const waiting = outcomeOf(get());
    abort.abort('enough');
    expect([await aborted, await runClock(late)]).toEqual(['enough', 'TIMEOUT']);
    await answer(1, t);
    expect([await waiting, sent()]).toEqual(['ok', 'token t']);
  });
});

describe('a refused token', () => {
  it.each<Row>([
    ['is replaced, and the call made again', [t, ok, no, u, ok, ok], 'token t t token u u', 'ok ok ok'],
    [
      'is replaced at most once a minute, and a call tries two tokens at most',
      [t, no, u, no, ok, no, pass(minute - 1), no, pass(1), no, v, no],
      'token t token u u u u u token v',
      '401 ok 401 401 401',
    ],
    [
      'whose replacement cannot be fetched is not used again',
      [t, no, refusal(503), u, ok],
      'token t token token u',
      'ok',
      { maxRetries: 1 },
    ],
    [
      'is replaced a minute after the last one, also if the clock was set back meanwhile',
      [t, no, u, ok, setClock(-24 * hour), pass(minute - 1), no, pass(1), no, v, ok],
      'token t token u u u token v',
      'ok 401 ok',
    ],
    [
      'of the fallback is not replaced: the first endpoint has just accepted it',
      [t, refusal(404, 'CLUSTER_NOT_FOUND'), no, ok],
      'token t t t',
      '404 ok',
      { endpoint: 'auto' },
    ],
  ])('%s', check);

  it.each([
    ['is replaced once for all calls that used it', 'ok', ok],
    ['is replaced once for all calls, even if its replacement is refused', '401', no],
  ])('%s', async (_promise, outcome, second) => {
    const fifty = <T>(value: T) => Array<T>(50).fill(value);
    const { get, sent } = openConversation({ credentials }, t, ...fifty(no), u, second);
    expect(await Promise.all(fifty(get).map((call) => outcomeOf(call())))).toEqual(fifty(outcome));
    expect(sent()).toBe(['token', ...fifty('t'), 'token', ...fifty('u')].join(' '));
  });

  it.each<[what: string, renewal: Reply, outcomes: string[], sent: string]>([
    ['joins a renewal that is on its way', u, ['ok', 'ok'], 'token t t token u u'],
    ['is not used again if that renewal fails', refusal(403), ['AUTHENTICATION', 'AUTHENTICATION'], 'token t t token'],
  ])('%s', async (_what, renewal, outcomes, expected) => {
    const { get, answer, sent } = openConversation(
      { credentials, timeout: 2 * hour, attemptTimeout: 2 * hour },
      silent,
    );
    const first = outcomeOf(get());
    await answer(1, t);
    await answer(2, ok);
    expect(await first).toBe('ok');
    const late = outcomeOf(get());
    await standStill();
    vi.advanceTimersByTime(0.9 * hour);
    const renewing = outcomeOf(get());
    await answer(3, no);
    await answer(4, renewal);
    for (const number of outcomes[0] === 'ok' ? [5, 6] : []) await answer(number, ok);
    expect(await Promise.all([renewing, late])).toEqual(outcomes);
    expect(sent()).toBe(expected);
  });

  it('is left alone if another one has replaced it meanwhile', async () => {
    const { get, answer, sent } = openConversation({ credentials }, t, silent);
    const calls = [get(), get()].map(outcomeOf);
    await answer(2, no);
    await answer(4, u);
    await answer(5, ok);
    await answer(3, no);
    await answer(6, ok);
    expect([await Promise.all(calls), sent()]).toEqual([['ok', 'ok'], 'token t t token u u']);
  });
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
    body: 'grant_type=client_credentials',
  });
  expect(headers).toEqual({
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': expect.stringMatching(/^backup-check\/2\.1 atlas-tenant-snapshots\/\S+ node\/\S+$/),
    'content-type': 'application/x-www-form-urlencoded',
    // Not form-encoded first, although RFC 6749 requires it.
    authorization: `Basic ${btoa(`${credentials.clientId}:${credentials.clientSecret}`)}`,
    'content-length': '29',
  });
  expect(next?.authorization).toBe('Bearer the-token');
});

/** How a call ends whose token request gets this response, without a retry. */
async function errorAfter(reply: Behavior) {
  const { get, sent } = openConversation({ credentials }, reply);
  const error = await rejection(get(), AtlasAuthenticationError);
  expect(sent()).toBe('token');
  return error;
}

describe('the error of a token request', () => {
  const checkCredentials = /Check clientId and clientSecret \(.*\), and that the secret has not expired\.$/;
  const checkPath = /Check baseUrl \(MONGODB_ATLAS_BASE_URL\) and any proxy on the way to Atlas\.$/;
  const shareToken = /Share one token between all processes: .*accessToken.*\.$/;
  const tooMany = { error: 'access_denied', error_description: 'Access Token limit reached. Please use the existing.' };

  it.each<[status: number, body: string | object, advice: RegExp]>([
    [401, { error_description: 'limit' }, checkCredentials],
    [403, '', checkPath],
    [403, tooMany, shareToken],
    [429, '', shareToken],
    [503, '', /Try again later\.$/],
  ])('says what to do about status %i %j', async (status, body, advice) => {
    const error = await errorAfter({ status, body });
    expect(error.message).toMatch(
      /^getTenantSnapshot could not log in\. The access token request failed with status \d+/,
    );
    expect(error.message).toMatch(advice);
    expect(error).toMatchObject({ status, operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
  });

  const limit = 'Resource /api/oauth/token is limited to 50 requests every 1 minutes.';
  // The last column is what follows the status in the message.
  it.each<[what: string, body: object, error: string | undefined, description: string | undefined, said: string]>([
    ['an OAuth error', { error: 'a', error_description: 'No. Not now.' }, 'a', 'No. Not now.', ', a: No. Not now. '],
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
    ['a line break in the token', { body: { access_token: 'line\nbreak' } }, ''],
    ['a negative lifetime', { body: { access_token: 'token', expires_in: -1 } }, ''],
  ])('says that a 200 brought no token, and why if the body cannot be read: %s', async (_what, reply, because) => {
    const { message, status } = await errorAfter(reply);
    expect(message).toContain(` has status 200 but no bearer token${because}. Check baseUrl`);
    expect(status).toBe(200);
  });

  it('is one of its own for each call that waited, and the next call sends another request', async () => {
    const { get, sent } = openConversation({ credentials }, refusal(401), t, ok);
    const errors = await Promise.all([get(), get(), get()].map((call) => rejection(call, AtlasAuthenticationError)));
    expect(new Set(errors).size).toBe(3);
    await get();
    expect(sent()).toBe('token token t');
  });

  it('shows no token that Atlas has refused', async () => {
    const failed = { status: 400, body: { error: 'tok-en-1', error_description: 'the token tok-en-1 was revoked' } };
    const { get } = openConversation({ credentials }, token('tok-en-1'), no, failed);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ error: '[masked]', errorDescription: 'the token [masked] was revoked' });
  });
});

describe('a failed token request', () => {
  const limited = (seconds: string): Reply => ({ status: 429, headers: { 'retry-after': seconds } });

  it.each<[what: string, failure: Behavior, wait: number, error: object]>([
    ['a 500', refusal(500), 500, { code: 'AUTHENTICATION' }],
    ['a 429 with Retry-After', limited('3'), 3_000, { code: 'AUTHENTICATION', retryAfterMs: 3_000 }],
    ['no response in time', silent, 1_000 + 500, { code: 'TIMEOUT' }],
  ])('is a failed attempt of the call, and is retried: %s', async (_what, failure, wait, error) => {
    const options = { credentials, attemptTimeout: 1_000, maxRetries: 1 };
    const { get, sent } = openConversation(options, failure, t, ok);
    const before = performance.now();
    const { response } = await runClock(get().withResponse());
    expect([response.attempts, sent()]).toEqual([2, 'token token t']);
    const waited = performance.now() - before;
    expect(waited).toBeGreaterThanOrEqual(wait);
    expect(waited).toBeLessThan(wait * 1.5 + 200);
    const failing = openConversation(options, failure);
    const message = expect.stringMatching(/access token request (failed|got no response|timed out)/);
    await expect(runClock(failing.get())).rejects.toMatchObject({ ...error, attempts: 2, message });
    expect(failing.sent()).toBe('token token');
  });

  it.each<[after: string, reply: Reply]>([
    ['a 403', refusal(403)],
    ['a Retry-After past the deadline', limited('30')],
  ])('is not retried after %s', async (_after, reply) => {
    const ended = await converse({ credentials, maxRetries: 3, timeout: 20_000 }, reply);
    expect(ended).toEqual({ sent: 'token', ended: 'AUTHENTICATION' });
  });
});

describe('close()', () => {
  it('revokes the token once, as RFC 7009 defines it, logged in as the service account', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, token('a+b='), ok);
    await get();
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
    await client.close();
    expect(sent()).toBe('token a+b= revoke');
    const [request, , revocation] = dispatcher.requests;
    expect(revocation).toMatchObject({
      options: { method: 'POST', path: '/api/oauth/revoke', body: 'token=a%2Bb%3D&token_type_hint=access_token' },
      headers: request?.headers,
    });
  });

  it('revokes no token that has expired', async () => {
    const { client, get, sent } = openConversation({ credentials }, token('t', 0), ok);
    await get();
    await client.close();
    expect(sent()).toBe('token t');
  });

  it('resolves after 2 s if a token fetch and the revocation together take longer', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, silent);
    expect(await runClock(outcomeOf(get({ timeout: 50 })))).toBe('TIMEOUT');
    const onClosed = vi.fn();
    void client.close().then(onClosed);
    await passTime(1_500);
    dispatcher.requests[0]?.reply(t);
    await passTime(300);
    expect([sent(), onClosed.mock.calls.length]).toEqual(['token revoke', 0]);
    await passTime(300);
    expect(onClosed).toHaveBeenCalled();
  });
});
