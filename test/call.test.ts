import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginFailure } from '../src/auth/authenticator.js';
import { Call, type CallPlan } from '../src/call.js';
import { getTenantSnapshot } from '../src/endpoints.js';
import type { DispatchHandlerLike } from '../src/http/dispatcher.js';
import { Transport } from '../src/http/transport.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasTimeoutError,
  type TenantSnapshot,
} from '../src/index.js';
import { Route } from '../src/route.js';
import { Sunset } from '../src/sunset.js';
import { clusterName, groupId, snapshotId } from './support/snapshot-routes.js';

// A call on a stopped clock, whose random part is half.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
});

const controller = { abort: vi.fn() };

interface Setup {
  readonly timeout?: number;
  readonly maxRetries?: number;
  readonly signal?: AbortSignal;
  readonly authorize?: () => Promise<{ header: string }>;
}

/** A call that has begun, and whose requests the test answers. */
function begin({ timeout = 60_000, maxRetries = 3, signal, authorize }: Setup = {}) {
  const handlers: DispatchHandlerLike[] = [];
  const dispatcher = {
    dispatch(_options: unknown, handler: DispatchHandlerLike) {
      handlers.push(handler);
      handler.onRequestStart(controller, {});
      return true;
    },
  };
  const values = { groupId, clusterName, snapshotId };
  const base = { prefix: '', userAgent: 'test' };
  const host = {
    transport: new Transport('http://127.0.0.1:9', dispatcher),
    authenticator: {
      authorize: authorize ?? (() => ({ header: 'Login' })),
      review: () => undefined,
      abandon: () => undefined,
      secrets: () => [],
    },
    sunset: new Sunset('http://127.0.0.1:9'),
  };
  const plan: CallPlan<TenantSnapshot> = {
    host,
    operation: getTenantSnapshot,
    route: new Route(
      { base, operation: getTenantSnapshot, values, envelope: false, pretty: false, isAuto: false },
      'tenant',
    ),
    limits: { timeout, attemptTimeout: 15_000, maxRetries, maxResponseSize: 1_000 },
    signal,
  };
  const [resolve, reject] = [vi.fn(), vi.fn()];
  const call = new Call(plan, resolve, reject);
  call.start();
  const answer = (status: number, headers: Record<string, string> = {}) => {
    const handler = handlers.at(-1);
    handler?.onResponseStart(controller, status, headers);
    handler?.onResponseData(controller, Buffer.from('{}'));
    handler?.onResponseEnd(controller, {});
  };
  return { call, host, handlers, resolve, reject, answer };
}

/** Lets time pass, and counts the requests that are out after it. */
function requestsAfter({ handlers }: { handlers: unknown[] }, ms: number): number {
  vi.advanceTimersByTime(ms);
  return handlers.length;
}

describe('a retry', () => {
  it('waits 500 ms · 2ⁿ and a random part', () => {
    const begun = begin();
    begun.answer(503);
    expect([requestsAfter(begun, 624), requestsAfter(begun, 3)]).toEqual([1, 2]);
    begun.answer(503);
    expect([requestsAfter(begun, 1_247), requestsAfter(begun, 5)]).toEqual([2, 3]);
  });

  it('leaves the random part out where that alone would miss the deadline', () => {
    const begun = begin({ timeout: 625 });
    begun.answer(503);
    expect([requestsAfter(begun, 499), requestsAfter(begun, 3)]).toEqual([1, 2]);
  });

  it('keeps the random part where it ends before the deadline', () => {
    const begun = begin({ timeout: 630 });
    begun.answer(503);
    expect([requestsAfter(begun, 510), requestsAfter(begun, 117)]).toEqual([1, 2]);
  });

  it.each([
    ['60', 100_000, false],
    ['61', 100_000, true],
    ['2', 2_000, false],
    ['3', 2_000, true],
  ])('after Retry-After %s with %i ms to go: told at once is %s', (seconds, timeout, isTold) => {
    const { answer, reject } = begin({ timeout });
    answer(429, { 'retry-after': seconds });
    expect(reject).toHaveBeenCalledTimes(isTold ? 1 : 0);
  });

  it('is not begun after the last', () => {
    const { answer, reject } = begin({ maxRetries: 0 });
    answer(503);
    expect(reject.mock.calls[0]?.[0]).toBeInstanceOf(AtlasApiError);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });
});

describe('a login that fails', () => {
  const loginOf = (failure: unknown) => begin({ authorize: () => Promise.reject(failure) });

  it('without a LoginFailure is told, with its cause', async () => {
    const failure = new Error('a bug');
    const { reject } = loginOf(failure);
    await vi.advanceTimersByTimeAsync(0);
    expect(reject).toHaveBeenCalledTimes(1);
    const error: unknown = reject.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(AtlasAuthenticationError);
    expect(error).toMatchObject({ message: 'The login failed', cause: failure, attempts: 1 });
  });

  it.each([true, false])('is tried again where that may help: %s', async (retryable) => {
    const toError = () => new AtlasAuthenticationError('no', {});
    const begun = loginOf(new LoginFailure(toError, { retryable }));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun.reject).toHaveBeenCalledTimes(retryable ? 0 : 1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(begun.call.attempts).toBe(retryable ? 4 : 1);
    expect(begun.reject).toHaveBeenCalledTimes(1);
  });
});

describe('the deadline of a call', () => {
  const messageOf = (reject: ReturnType<typeof vi.fn>) => {
    const error: unknown = reject.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(AtlasTimeoutError);
    return error;
  };

  it('says that Atlas is slow where nothing else is known', () => {
    const { reject } = begin({ timeout: 100 });
    vi.advanceTimersByTime(102);
    const error = messageOf(reject);
    expect(error).toMatchObject({
      message:
        'getTenantSnapshot was not done within timeout (100 ms), at attempt 1: Atlas or the way to it is slow, or raise timeout',
    });
    expect(error).not.toHaveProperty('cause');
  });

  it('has the last error as its cause', () => {
    const begun = begin({ timeout: 1_000 });
    begun.answer(503);
    vi.advanceTimersByTime(1_002);
    expect(messageOf(begun.reject)).toMatchObject({
      message:
        'getTenantSnapshot was not done within timeout (1000 ms), at attempt 2: the cause says why it takes so long',
      cause: { status: 503 },
    });
  });
});

describe('an abort', () => {
  it('rejects with its reason, once, whatever it waits for', () => {
    const stop = new AbortController();
    const { reject, answer } = begin({ signal: stop.signal });
    answer(503);
    stop.abort('enough');
    vi.advanceTimersByTime(60_000);
    expect(reject).toHaveBeenCalledExactlyOnceWith('enough');
  });

  it('is not listened to after the end', () => {
    const stop = new AbortController();
    const remove = vi.spyOn(stop.signal, 'removeEventListener');
    const { call, resolve, reject, answer } = begin({ signal: stop.signal });
    answer(200);
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledExactlyOnceWith('abort', call);
    stop.abort();
    expect(reject).not.toHaveBeenCalled();
  });

  it('before it began rejects, and sends nothing', () => {
    const { reject, handlers } = begin({ signal: AbortSignal.abort('before') });
    expect(reject).toHaveBeenCalledExactlyOnceWith('before');
    expect(handlers).toEqual([]);
  });
});

it('a close ends its wait, with why it waited as the cause', () => {
  const { host, reject, answer } = begin();
  answer(503);
  void host.transport.deadlines.drain();
  const error: unknown = reject.mock.calls[0]?.[0];
  expect(error).toBeInstanceOf(AtlasClosedError);
  expect(error).toMatchObject({ cause: { status: 503 }, attempts: 1 });
});
