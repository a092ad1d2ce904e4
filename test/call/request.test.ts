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
import { flexPath, listPath } from '../support/snapshot-routes.js';

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
  it.each<[after: string, first: Behavior, error: object]>([
    ['a 404, even with Retry-After', { status: 404, headers: { 'retry-after': '1' } }, { status: 404 }],
    ['an unusable 200', { body: '[]' }, { code: 'INVALID_RESPONSE' }],
  ])('after %s', async (_after, first, error) => {
    await expect(runClock(call([first, good]).ended)).rejects.toMatchObject({ ...error, attempts: 1 });
  });
});

describe('maxRetries', () => {
  it.each([0, 2])('limits the retries to %i', async (maxRetries) => {
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
});

it('a client keeps no timer of a call that has ended', async () => {
  const { client } = openScripted([unavailable, good], { maxRetries: 1 });
  await runClock(get(client));
  expect(vi.getTimerCount()).toBe(0);
});

it('a call rejects with the error of its last attempt', async () => {
  const { ended } = call([{ status: 500 }, { status: 502 }, { status: 404 }]);
  await expect(runClock(ended)).rejects.toMatchObject({ status: 404, attempts: 3 });
});

describe('the delay before a retry', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
  const limited = (retryAfterMs: string): Reply => ({
    status: 429,
    headers: { 'retry-after': retryAfterMs, date: inSeconds(0) },
  });

  it('counts from the response, doubles, and is at least that of Retry-After, in seconds or as a date', async () => {
    const { ended, waits } = call([silent, unavailable, limited('3'), limited(inSeconds(10)), good], { maxRetries: 4 });
    await runClock(ended);
    // An attempt that times out takes a second.
    expect(waits()).toEqual([1000 + 500, 1000, 3000, 10_000]);
  });

  it('has up to half of it added at random, unless that would pass the deadline', async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    const { ended, waits } = call([unavailable, limited('3'), good], { timeout: 5_000 });
    await runClock(ended);
    expect(waits()).toEqual([750, 3000]);
  });
});

describe('a success that breaks the contract is an INVALID_RESPONSE, without a retry', () => {
  it.each<[what: string, reply: Reply, issue: object]>([
    ...[201, 204].map((status): [string, Reply, object] => [
      `the status ${status}`,
      { status },
      { path: '', message: `its status is ${status}, not 200` },
    ]),
    ['an empty body', { body: '' }, { path: '', message: 'its body is empty' }],
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
    [{ body: 'x'.repeat(100) }, 'Raise maxResponseSize'],
    [{ body: '<html>' }, 'Check whether a proxy'],
  ])('is followed by advice on the body: %j', async (reply, advice) => {
    const { client } = openScripted([reply], { maxResponseSize: 50 });
    expect((await rejection(get(client), AtlasInvalidResponseError)).advice).toContain(advice);
  });
});

it('a MockAgent without a mock is asked once, and the error names its path', async () => {
  const dispatcher = new MockAgent();
  dispatcher.disableNetConnect();
  onTestFinished(() => dispatcher.close());
  const error = await rejection(get(openClient({ dispatcher })), AtlasConnectionError);
  expect(error).toMatchObject({ attempts: 1, cause: { code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED' } });
  expect(error.advice).toContain(`No mock answers GET ${flexPath}.`);
});
