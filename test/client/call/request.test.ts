import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasInvalidResponseError,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { runClock, stopClock } from '../../support/clock.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { listPath } from '../../support/snapshot-routes.js';

beforeEach(() => {
  stopClock();
  // No jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

const good: Reply = { body: { status: 'COMPLETED' } };
const unavailable: Reply = { status: 503 };
const enveloped = (status: number): Reply => ({ body: { status, content: { error: status } } });

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
    ['a 503 whose body is cut', { status: 503, body: 'x'.repeat(51) }],
    ['a 503 whose body cannot be decoded', { status: 503, headers: { 'content-encoding': 'br' } }],
    ['an attempt timeout', silent],
  ])('after %s', async (_after, first, options) => {
    const { ended } = call([first, options?.envelope ? { body: { status: 200, content: good.body } } : good], options, {
      maxResponseSize: 50,
    });
    const { response } = await runClock(ended.withResponse());
    expect(response.attempts).toBe(2);
  });
});

it('a call rejects with the error of its last attempt, such as one that is not retried even with Retry-After', async () => {
  const { ended } = call([{ status: 500 }, { status: 502 }, { status: 404, headers: { 'retry-after': '1' } }, good]);
  await expect(runClock(ended)).rejects.toMatchObject({ status: 404, attempts: 3 });
});

describe('maxRetries', () => {
  it.each([0, 2])('limits the retries to %i', async (maxRetries) => {
    const { ended, waits } = call([unavailable], { maxRetries });
    const error = await runClock(rejection(ended, AtlasApiError));
    expect([error.attempts, waits().length]).toEqual([maxRetries + 1, maxRetries]);
  });

  it('counts for each page of a list, whose response is that of the last page, with all attempts', async () => {
    const page = (id: number): Reply => ({
      headers: { 'x-page': `${id}` },
      body: { results: [{ id: hexId(id) }], totalCount: 2 },
    });
    const { client } = openScripted([unavailable, page(1), unavailable, page(2)], { maxRetries: 1 });
    const { data, response } = await runClock(client.listTenantSnapshots(...listPath).withResponse());
    expect(data).toHaveLength(2);
    expect(response).toMatchObject({ status: 200, endpoint: 'flex', attempts: 4, headers: { 'x-page': '2' } });
  });
});

it('the delay before a retry counts from the response, doubles, and is at least that of Retry-After', async () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
  const limited = (after: string): Reply => ({ status: 429, headers: { 'retry-after': after, date: inSeconds(0) } });
  const { ended, waits } = call([silent, unavailable, limited('3'), limited(inSeconds(10)), good], { maxRetries: 4 });
  await runClock(ended);
  // An attempt that times out takes a second.
  expect(waits()).toEqual([1000 + 500, 1000, 3000, 10_000]);
});

describe('a success that breaks the contract is an INVALID_RESPONSE, without a retry', () => {
  it.each<[what: string, reply: Reply, issue: object, advice?: string]>([
    ['the status 201', { status: 201 }, { path: '', message: 'its status is 201, not 200' }],
    ['a body that is not JSON', { body: '<html>' }, { path: '', message: 'its body is not JSON' }],
    ['a snapshot with an invalid field', { body: { status: 5 } }, { path: 'status' }],
    ['a body that is too large', { body: 'x'.repeat(51) }, { path: '' }, 'Raise maxResponseSize'],
  ])('with %s', async (_what, reply, issue, advice = 'whether a proxy modifies responses') => {
    const { ended } = call([reply, good], {}, { maxResponseSize: 50 });
    const error = await rejection(ended, AtlasInvalidResponseError);
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', attempts: 1, issues: [issue] });
    expect(error.advice).toContain(advice);
  });
});
