import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  type AtlasCallTrace,
  AtlasClosedError,
  AtlasInvalidArgumentError,
  type AtlasRetryTrace,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { passTime, runClock, standStill, stopClock } from '../../support/clock.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, deadConnection, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { flexPath, listPath } from '../../support/snapshot-routes.js';

const calls = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');

interface Seen {
  readonly event: string;
  readonly trace: AtlasCallTrace;
  /** A copy from the time of the event. */
  readonly was: AtlasCallTrace;
}

let seen: Seen[] = [];

beforeEach(() => {
  stopClock();
  seen = [];
  for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const) {
    // The messages of a channel are untyped.
    const note = (message: unknown) => {
      const trace = message as AtlasCallTrace;
      seen.push({ event, trace, was: { ...trace } });
    };
    calls[event].subscribe(note);
    onTestFinished(() => void calls[event].unsubscribe(note));
  }
});

const open = (script: Behavior[], options: TenantSnapshotsClientOptions = {}) =>
  openScripted(script, { endpoint: 'flex', ...options });

const events = () => seen.map(({ event }) => event);
/** The traces of calls that have ended. */
const ended = () => seen.filter(({ event }) => event === 'asyncEnd').map(({ was }) => was);

describe('the trace of a call', () => {
  it('has the request at its start, and the outcome at its end', async () => {
    const { client } = open([(request) => void setTimeout(() => request.reply(), 100)]);
    await runClock(get(client, { envelope: true }));
    expect(events()).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    const started = {
      operation: 'getTenantSnapshot',
      endpoint: 'flex',
      method: 'GET',
      path: `${flexPath}?envelope=true`,
      attempts: 0,
      durationMs: 0,
    };
    const durationMs = expect.closeTo(100, -2);
    for (const { event, was } of seen) {
      expect(was).toEqual(event.startsWith('async') ? { ...started, status: 200, attempts: 1, durationMs } : started);
    }
    expect(new Set(seen.map(({ trace }) => trace)).size).toBe(1);
  });

  it('has its error, and the status of its response', async () => {
    const error = await rejection(get(open([{ status: 403 }]).client), AtlasApiError);
    expect(events()).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(seen[2]?.was).toMatchObject({ status: 403, attempts: 1, endpoint: 'flex' });
    expect(seen[2]?.was.error).toBe(error);
  });

  it('has the status of a challenge that cannot be answered', async () => {
    const challenge = { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };
    const { client } = open([challenge], { credentials: { publicKey: 'public', privateKey: 'private' } });
    await rejection(get(client), AtlasAuthenticationError);
    expect(ended()).toMatchObject([{ status: 401, error: { code: 'AUTHENTICATION' } }]);
  });

  it('has the path of get(), with its query, and no endpoint', async () => {
    await open([{}]).client.get('/api/atlas/v2/groups', { query: { a: 1 } });
    expect(ended()).toMatchObject([{ operation: 'get', path: '/api/atlas/v2/groups?a=1', status: 200, attempts: 1 }]);
    expect(ended()[0]).toHaveProperty('endpoint', undefined);
  });

  it('is one for a list, however many pages it has', async () => {
    const { client } = open(
      [1, 2, 3].map((id) => ({ body: { results: [{ id: `${id}`.repeat(24) }], totalCount: 3 } })),
    );
    await client.listTenantSnapshots(...listPath);
    expect(events()).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(ended()).toMatchObject([{ operation: 'listTenantSnapshots', status: 200, attempts: 3 }]);
    expect(ended()[0]?.path).toContain('pageNum=3');
  });

  it('is published also if the call was aborted before its start, but not if its arguments are invalid', async () => {
    const { client } = open([]);
    await rejection(client.getTenantSnapshot('', '', ''), AtlasInvalidArgumentError);
    await rejection(client.listTenantSnapshots('', ''), AtlasInvalidArgumentError);
    expect(seen).toEqual([]);
    const reason = new Error('mine');
    await expect(get(client, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(events()).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(ended()).toMatchObject([{ error: reason, attempts: 0, endpoint: 'flex' }]);
  });

  it('leaves the caller on the stack of its error, and not how it was sent, also after a request was sent again', async () => {
    const { client } = open([deadConnection, { status: 403 }]);
    async function caller() {
      return await get(client);
    }
    const { stack } = await rejection(caller(), AtlasApiError);
    expect(stack).toMatch(/at (?:async )?caller /);
    expect(stack).not.toMatch(/request\.ts/);
  });

  it('is a store for AsyncLocalStorage, in which the call runs', async () => {
    const storage = new AsyncLocalStorage<AtlasCallTrace>();
    calls.start.bindStore(storage, (trace) => trace);
    onTestFinished(() => void calls.start.unbindStore(storage));
    const accessToken = vi.fn(() => storage.getStore()?.operation ?? 'none');
    await get(open([{}], { credentials: { accessToken } }).client);
    expect(accessToken.mock.results).toEqual([{ type: 'return', value: 'getTenantSnapshot' }]);
  });
});

it.each<[end: string, second: Behavior, code: string]>([
  ['a timeout', silent, 'TIMEOUT'],
  ['a connection failure', Object.assign(new Error('no'), { code: 'ENOTFOUND' }), 'CONNECTION'],
  ['close()', (request) => void setTimeout(() => request.reply({ status: 503 }), 100), 'CLOSED'],
])(
  'the trace of a call that ends with %s has no status, whatever an earlier attempt got',
  async (_end, second, code) => {
    const { client, dispatcher } = open([{ status: 503 }, second], { maxRetries: 2 });
    const call = get(client, { timeout: 3_000 }).catch(() => undefined);
    await passTime(800);
    expect(dispatcher.requests).toHaveLength(2);
    if (code === 'CLOSED') await runClock(client.close());
    await runClock(call);
    expect(ended()).toMatchObject([{ error: { code } }]);
    expect('status' in (ended()[0] ?? {})).toBe(false);
  },
);

describe('the retry channel', () => {
  let retries: AtlasRetryTrace[] = [];
  beforeEach(() => {
    retries = [];
    // The messages of a channel are untyped.
    const note = (message: unknown) => void retries.push(message as AtlasRetryTrace);
    channel('atlas-tenant-snapshots:retry').subscribe(note);
    onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(note));
  });

  const unavailable: Reply = { status: 503 };
  const openRetrying = (script: Behavior[], options: TenantSnapshotsClientOptions = {}) =>
    open(script, { maxRetries: 3, ...options });

  it('publishes the failed attempt, its error and the actual delay before each retry', async () => {
    const { dispatcher, client } = openRetrying([unavailable, { status: 429, headers: { 'retry-after': '3' } }, {}]);
    await runClock(get(client), 1);
    const [first = 0, second = 0, third = 0] = dispatcher.requests.map(({ at }) => at);
    const call = { operation: 'getTenantSnapshot', endpoint: 'flex' };
    expect(retries).toEqual([
      {
        ...call,
        attempt: 1,
        delayMs: expect.closeTo(second - first, -1),
        error: expect.objectContaining({ code: 'API_ERROR', status: 503, attempts: 1 }),
      },
      {
        ...call,
        attempt: 2,
        delayMs: expect.closeTo(third - second, -1),
        error: expect.objectContaining({ code: 'API_ERROR', status: 429, attempts: 2, retryAfterMs: 3_000 }),
      },
    ]);
  });

  it.each<[when: string, script: Behavior[], options: CallOptions, status: number]>([
    ['no retry is left', [unavailable], { maxRetries: 0 }, 503],
    ['the delay would pass the deadline, so the call ends at once', [unavailable], { timeout: 300 }, 503],
    ['a request is sent again after its connection ended', [deadConnection, { status: 404 }], {}, 404],
  ])('publishes nothing if %s', async (_when, script, options, status) => {
    const error = await rejection(get(openRetrying(script).client, options), AtlasApiError);
    expect(error).toMatchObject({ status, attempts: 1 });
    expect(retries).toEqual([]);
  });

  it('publishes nothing after close(), which lets a request that hangs end by its attemptTimeout', async () => {
    const { client } = openRetrying([silent], { attemptTimeout: 1_000 });
    const call = rejection(get(client), AtlasClosedError);
    await standStill();
    await runClock(client.close());
    expect(await call).toMatchObject({ attempts: 1, cause: { code: 'TIMEOUT' } });
    expect(retries).toEqual([]);
  });

  it('may have a subscriber that closes the client, which ends the call', async () => {
    const { client, dispatcher } = openRetrying([unavailable, {}]);
    const close = () => void client.close();
    channel('atlas-tenant-snapshots:retry').subscribe(close);
    onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(close));
    const { message } = await runClock(rejection(get(client), AtlasClosedError));
    expect(message).toContain(' while it was waiting to retry. ');
    expect(dispatcher.requests).toHaveLength(1);
  });

  it.each([503, 404, 200])(
    'publishes nothing after an abort, and no status, even right after a response with status %i',
    async (status) => {
      const controller = new AbortController();
      const abortingReply: Behavior = (request) => {
        request.reply({ status });
        controller.abort('mine');
      };
      const { client } = openRetrying([abortingReply]);
      await expect(get(client, { signal: controller.signal })).rejects.toBe('mine');
      expect(retries).toEqual([]);
      expect('status' in (ended()[0] ?? {})).toBe(false);
    },
  );
});
