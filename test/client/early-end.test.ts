// What ends a call early: its signal, its timeout, and close().

import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import {
  AtlasClosedError,
  AtlasTimeoutError,
  type CallOptions,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/client/index.js';
import { runClock, standStill, stopClock } from '../support/clock.js';
import { get, openAgent, openBareClient } from '../support/open-client.js';
import { type Scripts, startRawServer } from '../support/raw-server.js';
import { answer, good, head, send, sendChallenge, sendRefusal, snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

type Options = Pick<CallOptions, 'signal' | 'timeout' | 'maxRetries'>;
type Call = (client: TenantSnapshotsClient, options: Options) => Promise<unknown>;

interface Phase {
  /** As the error of the call names it. */
  readonly phase: string;
  readonly scripts: Scripts;
  readonly options?: () => TenantSnapshotsClientOptions;
  /** Default: a get. */
  readonly call?: Call;
  /** How many requests the server has when the call is in this phase. Default 1. */
  readonly requests?: number;
  /** Default 1. */
  readonly attempts?: number;
}

const never = () => new Promise<string>(() => undefined);
const noToken = () => ({ credentials: { accessToken: never } });
const noSecondToken = () => ({ credentials: { accessToken: vi.fn(never).mockResolvedValueOnce('token') } });
const auto = () => ({ endpoint: 'auto' }) as const;
const digest = () => ({ credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } });
const serviceAccount = () => ({ credentials: { clientId: 'id', clientSecret: 'client-secret' } });
/** Never connects. */
const stuck = () => ({ dispatcher: openAgent({ connect: () => undefined }) });

const page = [answer(200, `{"totalCount":9,"results":[${snapshotJson}]}`)];
const list: Call = (client, options) => client.listTenantSnapshots(...listPath, { ...options, endpoint: 'flex' });
const schema = z.unknown().transform(never);
const parse: Call = (client, options) => client.get('/api/atlas/v2/groups', { ...options, schema });

const [login, response] = ['logging in', 'waiting for the response'];
const body = [send(head(200, 'content-length: 99')), send(snapshotJson)];

const phases: Record<string, Phase> = {
  'while it connects': { phase: 'waiting for a connection', scripts: [], options: stuck, requests: 0 },
  'before the head of the response': { phase: response, scripts: [] },
  'in the body': { phase: response, scripts: body },
  'after a challenge': { phase: response, scripts: [sendChallenge(), []], options: digest, requests: 2 },
  'while it requests a token': { phase: login, scripts: [], options: serviceAccount },
  'while it waits for accessToken': { phase: login, scripts: [], options: noToken, requests: 0 },
  'while it waits for it after a 401': { phase: login, scripts: sendRefusal(401), options: noSecondToken },
  'in the second page of a list': { phase: response, scripts: [page, []], call: list, requests: 2, attempts: 2 },
  'while its schema hangs': { phase: 'waiting for the schema', scripts: good, call: parse },
};
const retrying: Phase = {
  phase: 'waiting to retry',
  scripts: sendRefusal(503, 'retry-after: 30'),
  options: () => ({ maxRetries: 3 }),
};

// At its timeout, the call ends with the error of Flex: test/client/call/fallback.test.ts.
const asking: Phase = { phase: response, scripts: [sendRefusal(404), []], options: auto, requests: 2, attempts: 2 };

const allPhases = Object.entries({
  ...phases,
  'while it asks the tenant endpoint': asking,
  'while it waits to retry': retrying,
});

/** Makes a call, until it is in a phase. */
async function reach({ scripts, options, call = get, requests = 1 }: Phase, callOptions: Options = {}) {
  stopClock();
  const server = await startRawServer(scripts);
  const client = openBareClient(server, options?.());
  const ended = call(client, callOptions);
  ended.catch(() => undefined);
  await server.arrived(requests);
  await standStill();
  expect(server.requests).toHaveLength(requests);
  return { server, client, ended };
}

it.each(allPhases)('an abort %s rejects a call at once, with the reason of its signal', async (_when, phase) => {
  const { signal, abort } = withAbort();
  const { server, ended } = await reach(phase, { signal });
  const reason = { any: 'reason' };
  abort(reason);
  // At once means before the next turn of the event loop.
  const outcome = ended.catch((rejected: unknown) => rejected);
  expect(await Promise.race([outcome, turn('too late')])).toBe(reason);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  // A token request outlives its call, and close() waits for it.
  await server.close();
});

function withAbort() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}

it.each(Object.entries(phases))('timeout %s ends a call, whose error says what it was doing', async (_when, phase) => {
  const { server, ended } = await reach(phase, { timeout: 1_000 });
  const { message } = await runClock(rejection(ended, AtlasTimeoutError));
  const attempts = phase.attempts ?? 1;
  expect(message).toContain(`timed out after 1000 ms (timeout) while ${phase.phase} (attempts: ${attempts}).`);
  expect(message).toMatch(
    phase.options === stuck ? / at most 64 connections\), / : / Raise timeout if the call needs longer\.$/,
  );
  expect(performance.now()).toBeCloseTo(1_000, -2);
  await server.close();
});

it.each(allPhases)('close() %s ends a call with CLOSED at once', async (_when, phase) => {
  const { client, server, ended } = await reach(phase);
  const closing = client.close();
  const { message } = await rejection(ended, AtlasClosedError);
  expect(message).toMatch(/^close\(\) ended (?:getTenantSnapshot|listTenantSnapshots|get \/api\S*) while it was /);
  expect(message).toContain(`${phase.phase}. Await calls before close()`);
  await server.close();
  await runClock(closing);
});

it('timeout during a retry says how the attempt before failed, and has that as its cause', async () => {
  stopClock();
  const client = openBareClient(await startRawServer([sendRefusal(503), []]), { maxRetries: 3 });
  const error = await runClock(rejection(get(client, { timeout: 1_000 }), AtlasTimeoutError));
  expect(error.message).toBe(
    'getTenantSnapshot timed out after 1000 ms (timeout) while waiting for the response (attempts: 2). The attempt before failed: getTenantSnapshot failed with status 503 SOME_CODE. Raise timeout if the call needs longer.',
  );
  expect(error.toJSON()).toMatchObject({ message: error.message });
  expect(error.cause).toMatchObject({ code: 'API_ERROR', status: 503 });
});

it('a call that is aborted in the queue is never sent, and closes no connection', async () => {
  const server = await startRawServer(({ number }) => (number <= 64 ? [] : good));
  const client = openBareClient(server);
  const first = Array.from({ length: 64 }, () => get(client));
  await server.arrived(64);
  const { signal, abort } = withAbort();
  const queued = get(client, { signal });
  const behind = get(client);
  abort('stop');
  await expect(queued).rejects.toBe('stop');
  await Promise.all(first.map((_, index) => server.respond(index + 1, ...good)));
  await Promise.all([...first, behind]);
  expect([server.requests.length, server.connections]).toEqual([65, 64]);
});

it.each<[end: string, scripts: Scripts, call: Call]>([
  ['succeeded', good, get],
  ['failed', sendRefusal(404), get],
])(
  'many calls with one signal make Node warn about nothing, and leave no listener once they %s',
  async (_end, scripts, call) => {
    const client = openBareClient(await startRawServer(scripts));
    const { signal } = new AbortController();
    const warn = vi.spyOn(process, 'emitWarning');
    await Promise.allSettled(Array.from({ length: 20 }, () => call(client, { signal })));
    expect(warn).not.toHaveBeenCalled();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  },
);

// If these timers did not move them, these would take longer than a test may.
describe('fake timers that leave performance.now() real', () => {
  it.each<[what: string, scripts: Scripts, options: Options, end: object]>([
    ['the deadline of a call', [], { timeout: 10_000 }, { code: 'TIMEOUT' }],
    ['a retry', [sendRefusal(429, 'retry-after: 10'), good], { maxRetries: 1 }, { status: 'COMPLETED' }],
  ])('move %s', async (_what, scripts, options, end) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = get(openBareClient(await startRawServer(scripts)), options).catch((error: unknown) => error);
    expect(await runClock(ended)).toMatchObject(end);
  });
});
