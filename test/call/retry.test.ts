import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasApiError, type CallOptions, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { hexId } from '../support/atlas-bodies.js';
import { runClock, stopClock } from '../support/clock.js';
import { get, openBareClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

beforeEach(() => {
  stopClock();
  // No jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

const good: Reply = { body: { status: 'COMPLETED' } };
const unavailable: Reply = { status: 503 };
const enveloped = (status: number): Reply => ({ body: { status, content: { error: status } } });
const failure = (code: string) => Object.assign(new Error('failed'), { code });

/** A call that may be retried three times, of an Atlas that answers by script. */
function call(script: Behavior[], options: CallOptions = {}, clientOptions: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...script);
  const client = openBareClient(
    { url: 'http://127.0.0.1:9' },
    { dispatcher, maxRetries: 3, attemptTimeout: 1_000, ...clientOptions },
  );
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
    ['a request that a MockAgent has no mock for', failure('UND_MOCK_ERR_MOCK_NOT_MATCHED'), { code: 'CONNECTION' }],
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

  it('counts for each page of a list and each poll of a wait', async () => {
    const page = (id: number) => ({ body: { results: [{ id: hexId(id) }], totalCount: 2 } });
    const polls = [unavailable, { body: { status: 'RUNNING' } }, unavailable, good];
    const dispatcher = scriptedDispatcher(unavailable, page(1), unavailable, page(2), ...polls);
    const client = openBareClient({ url: 'http://127.0.0.1:9' }, { dispatcher, endpoint: 'flex', maxRetries: 1 });
    expect(await runClock(client.listTenantSnapshots(...listPath))).toHaveLength(2);
    expect(await runClock(client.waitForTenantSnapshot(...path), 1_000)).toEqual(good.body);
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
