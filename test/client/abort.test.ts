import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { CallOptions, TenantSnapshotsClient, TenantSnapshotsClientOptions } from '../../src/index.js';
import { standStill } from '../support/clock.js';
import { get, openAgent, openBareClient } from '../support/open-client.js';
import { type Scripts, startRawServer } from '../support/raw-server.js';
import { answer, good, head, send, sendChallenge, sendRefusal, snapshotJson } from '../support/raw-steps.js';
import { listPath } from '../support/snapshot-routes.js';

const digest = { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } };
// A token request continues after its calls were aborted: the attemptTimeout ends it before the test does.
const serviceAccount = { credentials: { clientId: 'id', clientSecret: 'secret' }, attemptTimeout: 200 };
const retries = { maxRetries: 3 };
const never = () => new Promise<string>(() => undefined);
const noToken = () => ({ credentials: { accessToken: never } });
const noSecondToken = () => ({ credentials: { accessToken: vi.fn(never).mockResolvedValueOnce('token') } });

/** Never connects. */
const stuck = () => ({ dispatcher: openAgent({ connect: () => undefined }) });

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fulfilled',
    (reason: unknown) => reason,
  );

interface Phase {
  readonly when: string;
  readonly scripts: Scripts;
  readonly options?: () => TenantSnapshotsClientOptions;
  readonly call?: (client: TenantSnapshotsClient, options: CallOptions) => Promise<unknown>;
  /** How many requests the server has when the call is in this phase. Default 1. */
  readonly requests?: number;
}

const list: Phase['call'] = (client, options) => client.listTenantSnapshots(...listPath, options);
const page = [answer(200, `{"totalCount":9,"results":[${snapshotJson}]}`)];
const hangingSchema = z.unknown().transform(() => new Promise<never>(() => undefined));
const parse: Phase['call'] = (client, options) =>
  client.get('/api/atlas/v2/groups', { ...options, schema: hangingSchema });

const phases: Phase[] = [
  { when: 'while it connects', scripts: [], options: stuck, requests: 0 },
  { when: 'before the head of the response', scripts: [] },
  { when: 'after an interim response', scripts: [send(head(103))] },
  { when: 'in the body', scripts: [send(head(200, 'content-length: 99')), send(snapshotJson)] },
  { when: 'while it waits to retry', scripts: sendRefusal(503, 'retry-after: 30'), options: () => retries },
  { when: 'while it requests a challenge', scripts: [], options: () => digest },
  { when: 'after a challenge', scripts: [sendChallenge(), []], options: () => digest, requests: 2 },
  { when: 'while it requests a token', scripts: [], options: () => serviceAccount },
  { when: 'while it waits for the accessToken function', scripts: [], options: noToken, requests: 0 },
  { when: 'while it waits for the function after a 401', scripts: sendRefusal(401), options: noSecondToken },
  {
    when: 'in the second page of a list',
    scripts: [page, []],
    options: () => ({ endpoint: 'flex' }),
    call: list,
    requests: 2,
  },
  { when: 'while its schema hangs', scripts: good, call: parse },
];

describe('an abort rejects a call at once with the reason of the signal', () => {
  it.each(phases)('$when', async ({ scripts, options, call = get, requests = 1 }) => {
    const server = await startRawServer(scripts);
    const client = openBareClient(server, options?.());
    const controller = new AbortController();
    const reason = { any: 'reason' };
    const ended = outcome(call(client, { signal: controller.signal }));
    await server.arrived(requests);
    await standStill();
    controller.abort(reason);
    // At once means before the next turn of the event loop.
    expect(await Promise.race([ended, turn('too late')])).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(server.requests).toHaveLength(requests);
  });
});

it('a call that is aborted in the queue is never sent, and closes no connection', async () => {
  const server = await startRawServer(({ number }) => (number <= 64 ? [] : good));
  const client = openBareClient(server);
  const first = Array.from({ length: 64 }, () => get(client));
  await server.arrived(64);
  const controller = new AbortController();
  const queued = outcome(get(client, { signal: controller.signal }));
  const behind = get(client);
  controller.abort('stop');
  expect(await queued).toBe('stop');
  await Promise.all(first.map((_, index) => server.respond(index + 1, ...good)));
  await Promise.all([...first, behind]);
  expect([server.requests.length, server.connections]).toEqual([65, 64]);
});

it.each<[end: string, scripts: Scripts, call: (client: TenantSnapshotsClient, signal: AbortSignal) => unknown]>([
  ['succeeded', good, (client, signal) => get(client, { signal })],
  ['failed', sendRefusal(404), (client, signal) => get(client, { signal })],
  ['had an invalid argument', [], (client, signal) => client.listTenantSnapshots('no id', 'Cluster0', { signal })],
])(
  'many calls with one signal make Node warn about nothing, and leave no listener once they %s',
  async (_end, scripts, call) => {
    const client = openBareClient(await startRawServer(scripts));
    const { signal } = new AbortController();
    const warn = vi.spyOn(process, 'emitWarning');
    await Promise.allSettled(Array.from({ length: 20 }, () => call(client, signal)));
    expect(warn).not.toHaveBeenCalled();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  },
);

it('a signal that throws when a call leaves it changes no result, and holds up no close()', async () => {
  const client = openBareClient(await startRawServer(good));
  const { signal } = new AbortController();
  signal.removeEventListener = () => {
    throw new Error('mine');
  };
  await expect(get(client, { signal })).resolves.toMatchObject({ status: 'COMPLETED' });
  await client.close();
});
