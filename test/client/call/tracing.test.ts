import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  type AtlasCallTrace,
  AtlasInvalidArgumentError,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { passTime, runClock, stopClock } from '../../support/clock.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, silent } from '../../support/scripted-dispatcher.js';
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
    const atEnd = { status: 200, attempts: 1, durationMs: expect.closeTo(100, -2), result: expect.anything() };
    for (const { event, was } of seen) {
      expect(was).toEqual(event.startsWith('async') ? { ...started, ...atEnd } : started);
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

  it('leaves the caller on the stack of its error, and not how it was sent', async () => {
    const { client } = open([{ status: 403 }]);
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

it.each([503, 404, 200])(
  'the trace of an aborted call has no status, even right after a response with status %i',
  async (status) => {
    const controller = new AbortController();
    const abortingReply: Behavior = (request) => {
      request.reply({ status });
      controller.abort('mine');
    };
    const { client } = open([abortingReply], { maxRetries: 3 });
    await expect(get(client, { signal: controller.signal })).rejects.toBe('mine');
    expect('status' in (ended()[0] ?? {})).toBe(false);
  },
);
