import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { hexId } from '../support/atlas-bodies.js';
import { runClock, stopClock } from '../support/clock.js';
import { get, openClient, openScripted } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, silent } from '../support/scripted-dispatcher.js';
import { flexPath, listPath, tenantPath } from '../support/snapshot-routes.js';

beforeEach(() => {
  stopClock();
  // No jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

const good: Reply = { body: { status: 'COMPLETED' } };
const unavailable: Reply = { status: 503 };
const enveloped = (status: number): Reply => ({ body: { status, content: { error: status } } });
const failure = (code: string) => Object.assign(new Error('failed'), { code });

/** A call that may be retried three times, with these responses. */
function call(script: Behavior[], options: CallOptions = {}, clientOptions: TenantSnapshotsClientOptions = {}) {
  const defaults = { endpoint: 'flex', maxRetries: 3, attemptTimeout: 1_000 } as const;
  const { client, dispatcher } = openScripted(script, { ...defaults, ...clientOptions });
  const ended = get(client, options);
  ended.catch(() => undefined);
  return {
    ended,
    /** The times between the requests, in ms. */
    waits: () => dispatcher.requests.slice(1).map(({ at }, index) => at - (dispatcher.requests[index]?.at ?? at)),
  };
}

describe('a call is retried', () => {
  it.each<[after: string, first: Behavior, options?: CallOptions]>([
    ['a 408', { status: 408 }],
    ['a 429', { status: 429 }],
    ['a 502 in HTML', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['a 503 in an envelope', enveloped(503), { envelope: true }],
    ['a refused connection', failure('ECONNREFUSED')],
    ['a connection that is never made', failure('UND_ERR_CONNECT_TIMEOUT')],
    ['an attempt timeout', silent],
  ])('after %s', async (_after, first, options) => {
    const { ended } = call([first, options?.envelope ? { body: { status: 200, content: {} } } : good], options);
    const { response } = await runClock(ended.withResponse());
    expect(response.attempts).toBe(2);
  });
});

describe('a call is not retried', () => {
  it.each<[after: string, first: Behavior, error: object, options?: CallOptions]>([
    ['a 301', { status: 301 }, { status: 301 }],
    ['a 304', { status: 304, body: '' }, { status: 304, body: '' }],
    ['a 404, even with Retry-After', { status: 404, headers: { 'retry-after': '1' } }, { status: 404 }],
    ['a 409 in an envelope', enveloped(409), { status: 409 }, { envelope: true }],
    ['an unusable 200', { body: '[]' }, { code: 'INVALID_RESPONSE' }],
  ])('after %s', async (_after, first, error, options) => {
    await expect(runClock(call([first, good], options).ended)).rejects.toMatchObject({ ...error, attempts: 1 });
  });
});

describe('maxRetries', () => {
  it.each([0, 1, 2, 5])('limits the retries to %i', async (maxRetries) => {
    const { ended, waits } = call([unavailable], { maxRetries });
    const error = await runClock(rejection(ended, AtlasApiError));
    expect([error.attempts, waits().length]).toEqual([maxRetries + 1, maxRetries]);
  });

  it('counts for each page of a list, whose response is that of the last page, with all attempts', async () => {
    const page = (id: number): Reply => ({
      headers: { 'ratelimit-remaining': `${id}` },
      body: { results: [{ id: hexId(id) }], totalCount: 2 },
    });
    const { client } = openScripted([unavailable, page(1), unavailable, page(2)], { maxRetries: 1 });
    const { data, response } = await runClock(client.listTenantSnapshots(...listPath).withResponse());
    expect(data).toHaveLength(2);
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 4, rateLimit: { remaining: 2 } });
  });

  it('is 3 by default', async () => {
    const { ended } = call([unavailable], {}, { maxRetries: undefined });
    expect((await runClock(rejection(ended, AtlasApiError))).attempts).toBe(4);
  });
});

it('a call rejects with the error of its last attempt', async () => {
  const { ended } = call([{ status: 500 }, { status: 502 }, { status: 404 }]);
  await expect(runClock(ended)).rejects.toMatchObject({ status: 404, attempts: 3 });
});

describe('the delay before a retry', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
  const limited = (retryAfter: string): Reply => ({
    status: 429,
    headers: { 'retry-after': retryAfter, date: inSeconds(0) },
  });

  it.each<[what: string, script: () => Behavior[], waits: number[]]>([
    ['doubles', () => [unavailable, unavailable, unavailable, good], [500, 1000, 2000]],
    [
      'is that of Retry-After, in seconds or as a date',
      () => [limited('3'), limited(inSeconds(4)), good],
      [3000, 4000],
    ],
    ['counts from the response', () => [silent, limited('3'), good], [1000 + 500, 3000]],
  ])('%s', async (_what, script, expected) => {
    const { ended, waits } = call(script(), { timeout: 600_000 });
    await runClock(ended);
    expect(waits()).toEqual(expected);
  });

  it('has up to half of it added at random, unless that would pass the deadline', async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const { ended, waits } = call([unavailable, limited('3'), good], { timeout: 4_000 });
    await runClock(ended);
    expect(waits()).toEqual([750, 3000]);
  });

  it('that would be more than a minute ends the call at once, with the error of its attempt', async () => {
    const { ended } = call([limited('61')], { timeout: 600_000 });
    const error = await rejection(ended, AtlasApiError);
    expect(error).toMatchObject({ status: 429, attempts: 1, retryAfter: 61_000 });
  });
});

describe('a success that breaks the contract is an INVALID_RESPONSE, without a retry', () => {
  it.each<[what: string, reply: Reply, issue: object]>([
    ...[201, 202, 204, 299].map((status): [string, Reply, object] => [
      `the status ${status}`,
      { status },
      { path: '', message: `its status is ${status}, not 200` },
    ]),
    ['an empty body', { body: '' }, { path: '', message: 'its body is empty' }],
    ['HTML', { body: '<html>Welcome</html>' }, { path: '', message: 'its body is not JSON' }],
    ['half a JSON text', { body: '{"status":' }, { path: '', message: 'its body is not JSON' }],
    ['a snapshot with an invalid field', { body: { status: 5 } }, { path: 'status' }],
  ])('with %s', async (_what, reply, issue) => {
    await expect(call([reply, good]).ended).rejects.toMatchObject({
      code: 'INVALID_RESPONSE',
      operation: 'getTenantSnapshot',
      attempts: 1,
      issues: [issue],
    });
  });

  it.each([
    ['get', { body: { results: ['x'.repeat(100)] } }, 'Raise maxResponseSize if you expect that much.'],
    [
      'getAll',
      { body: { results: ['x'.repeat(100)] } },
      'Raise maxResponseSize if you expect that much, or set a lower itemsPerPage in the query.',
    ],
    ['get', { body: '<html>' }, 'Check whether a proxy modifies responses. If that is not the reason, report a bug.'],
  ] as const)('of %s is followed by advice: %o', async (operation, reply, advice) => {
    const { client } = openScripted([reply], { maxResponseSize: 50 });
    const { message } = await rejection(client[operation]('/api/atlas/v2/groups'), AtlasInvalidResponseError);
    expect(message.endsWith(`. ${advice}`)).toBe(true);
  });
});

it.each([
  ['auto', flexPath],
  ['tenant', tenantPath],
] as const)('a MockAgent without a mock is asked once, and the error at %s names its path', async (endpoint, path) => {
  const dispatcher = new MockAgent();
  dispatcher.disableNetConnect();
  onTestFinished(() => dispatcher.close());
  const error = await rejection(get(openClient({ dispatcher, endpoint })), AtlasConnectionError);
  expect(error).toMatchObject({ attempts: 1, cause: { code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED' } });
  expect(error.message).toContain(
    `No mock answers GET ${path}. ${endpoint === 'auto' ? 'Flex is asked first' : 'Add one'}`,
  );
});
