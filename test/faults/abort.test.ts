import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallOptions, TenantSnapshotsClient, TenantSnapshotsClientOptions } from '../../src/index.js';
import { accessToken, get, openFaultClient } from '../support/fault-client.js';
import { deferred } from '../support/fault-deferred.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultServer, type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, challenge, good, head, refusal, send, snapshotJson, token, until } from '../support/raw-steps.js';
import { listPath, path } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const digest: TenantSnapshotsClientOptions = { credentials: { publicKey: 'ABCDEFGH', privateKey: 'private' } };
const serviceAccount: TenantSnapshotsClientOptions = {
  credentials: { clientId: 'id', clientSecret: 'secret' },
  // A token request continues after its calls were aborted: this ends it before the test does.
  attemptTimeout: 200,
};
const never = () => new Promise<string>(() => undefined);

interface Phase {
  readonly name: string;
  readonly scripts: Scripts;
  readonly options?: () => TenantSnapshotsClientOptions;
  readonly call?: (client: TenantSnapshotsClient, options: CallOptions) => Promise<unknown>;
  /** Whether the call is in this phase. */
  readonly reached?: (server: FaultServer) => boolean;
}

const sent = (count: number) => (server: FaultServer) => server.requests.length === count;

const phases: Phase[] = [
  {
    name: 'while it connects',
    scripts: [],
    options: () => ({ dispatcher: stuckAgent() }),
    reached: () => true,
  },
  { name: 'before the head of the response', scripts: [] },
  { name: 'in the head of the response', scripts: [send('HTTP/1.1 200 OK\r\nx: ')] },
  { name: 'after an interim response', scripts: [send(head(103))] },
  { name: 'in the body', scripts: [send(head(200, 'content-length: 99')), send(snapshotJson)] },
  { name: 'in the body of an error', scripts: [send(head(503, 'content-length: 99')), send('x')] },
  { name: 'while it waits for a retry', scripts: refusal(503), options: () => ({ maxRetries: 3 }) },
  {
    name: 'while it waits for Retry-After',
    scripts: refusal(429, 'retry-after: 30'),
    options: () => ({ maxRetries: 3 }),
  },
  { name: 'while it requests a challenge', scripts: [], options: () => digest },
  {
    name: 'in the request after a challenge',
    scripts: [challenge(), []],
    options: () => digest,
    reached: sent(2),
  },
  { name: 'in its token request', scripts: [], options: () => serviceAccount },
  {
    name: 'while it waits for the accessToken function',
    scripts: [],
    options: () => ({ credentials: { accessToken: never } }),
    reached: () => true,
  },
  {
    name: 'while it waits for the accessToken function after a 401',
    scripts: refusal(401),
    options: () => {
      let calls = 0;
      const once = () => {
        calls += 1;
        return calls === 1 ? 'token' : never();
      };
      return { credentials: { accessToken: once } };
    },
  },
  {
    name: 'in a list',
    scripts: [],
    call: (client, options) => client.listTenantSnapshots(...listPath, options),
  },
  {
    name: 'in the second page of a list',
    scripts: [[answer(200, `{"totalCount":9,"results":[${snapshotJson}]}`)], []],
    options: () => ({ endpoint: 'flex' }),
    call: (client, options) => client.listTenantSnapshots(...listPath, options),
    reached: sent(2),
  },
  {
    name: 'in a poll',
    scripts: [],
    call: (client, options) => client.waitForTenantSnapshot(...path, options),
  },
  {
    name: 'between two polls',
    scripts: [answer(200, '{"status":"RUNNING"}')],
    call: (client, options) => client.waitForTenantSnapshot(...path, options),
  },
  {
    name: 'at Flex after a sunset',
    scripts: ({ target }) => (target.includes('flexClusters') ? [] : refusal(410)),
    options: () => ({ endpoint: 'auto' }),
    reached: sent(2),
  },
];

function stuckAgent(): Agent {
  const agent = new Agent({ connect: () => undefined });
  onTestFinished(() => agent.destroy());
  return agent;
}

async function settleWhen(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1 }).toBe(true);
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fulfilled',
    (reason: unknown) => reason,
  );

describe('an abort rejects a call at once with the reason of the signal', () => {
  it.each(phases)('$name', async ({ scripts, options, call = get, reached = sent(1) }) => {
    const server = await startFaultServer(scripts);
    const client = openFaultClient(server, options?.());
    const controller = new AbortController();
    const reason = { any: 'reason' };
    const ended = outcome(call(client, { signal: controller.signal }));
    await settleWhen(() => reached(server));
    controller.abort(reason);
    // At once means before the next turn of the event loop.
    const first = await Promise.race([ended, turn('too late')]);
    expect(first).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each(phases)('before the call: $name', async ({ scripts, options, call = get }) => {
    const server = await startFaultServer(scripts);
    const client = openFaultClient(server, options?.());
    const reason = new Error('The reason');
    const signal = AbortSignal.abort(reason);
    expect(await outcome(call(client, { signal }))).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await turn();
    expect(server.requests).toHaveLength(0);
  });
});

it('a call that is aborted in the queue is never sent', async () => {
  const { promise: later, resolve: release } = deferred();
  const server = await startFaultServer([until(later), ...good]);
  const client = openFaultClient(server);
  const first = Array.from({ length: 64 }, () => get(client));
  await settleWhen(() => server.requests.length === 64);
  const controller = new AbortController();
  const queued = outcome(get(client, { signal: controller.signal }));
  const behind = get(client);
  controller.abort('stop');
  expect(await queued).toBe('stop');
  release();
  await Promise.all([...first, behind]);
  expect(server.requests).toHaveLength(65);
  // The abort closed no connection.
  expect(server.connections).toBe(64);
});

it('an abort after the end of a call has no effect', async () => {
  const server = await startFaultServer(good);
  const controller = new AbortController();
  const snapshot = await get(openFaultClient(server), { signal: controller.signal });
  controller.abort();
  expect(snapshot.status).toBe('COMPLETED');
});

describe('an abort does not affect other calls', () => {
  it('that wait for the challenge of the aborted call', async () => {
    const server = await startFaultServer(({ number, authorization }) => {
      if (number === 1) return [];
      return authorization === undefined ? challenge() : good;
    });
    const client = openFaultClient(server, digest);
    const controller = new AbortController();
    const aborted = outcome(get(client, { signal: controller.signal }));
    const others = Array.from({ length: 10 }, () => get(client));
    await settleWhen(() => server.requests.length === 1);
    controller.abort('stop');
    expect(await aborted).toBe('stop');
    await expect(Promise.all(others)).resolves.toHaveLength(10);
    // The aborted one, another one without a login, and one per call.
    expect(server.requests).toHaveLength(12);
  });

  it('whose challenge the aborted calls waited for', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer(({ number }) => (number === 1 ? [until(later), ...challenge()] : good));
    const client = openFaultClient(server, digest);
    const controller = new AbortController();
    const first = get(client);
    const aborted = Array.from({ length: 5 }, () => outcome(get(client, { signal: controller.signal })));
    const last = get(client);
    await settleWhen(() => server.requests.length === 1);
    controller.abort('stop');
    expect(await Promise.all(aborted)).toEqual(Array.from({ length: 5 }, () => 'stop'));
    release();
    await expect(Promise.all([first, last])).resolves.toHaveLength(2);
    expect(server.requests).toHaveLength(3);
  });

  it('that wait for the token request of the aborted call', async () => {
    const { promise: later, resolve: release } = deferred();
    const server = await startFaultServer(({ target }) =>
      target.endsWith('/token') ? [until(later), ...token()] : good,
    );
    const client = openFaultClient(server, serviceAccount);
    const controller = new AbortController();
    const aborted = outcome(get(client, { signal: controller.signal }));
    const other = get(client);
    await settleWhen(() => server.requests.length === 1);
    controller.abort('stop');
    expect(await aborted).toBe('stop');
    release();
    await expect(other).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a signal has no listener left', () => {
  it.each<[name: string, scripts: Scripts]>([
    ['a success', good],
    ['an error', refusal(404)],
    ['a broken response', [send('no HTTP\r\n\r\n')]],
  ])('after %s', async (_name, scripts) => {
    const server = await startFaultServer(scripts);
    const client = openFaultClient(server);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 5 }, () => outcome(get(client, { signal }))));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('after a call with invalid arguments or on a closed client', async () => {
    const client = openFaultClient(await startFaultServer());
    const { signal } = new AbortController();
    await outcome(client.getTenantSnapshot('no id', 'Cluster0', 'no id', { signal }));
    await client.close();
    await outcome(get(client, { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('and causes no warning, after many calls', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => {
      process.off('warning', note);
    });
    const client = openFaultClient(await startFaultServer(good), { credentials: { accessToken } });
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, () => get(client, { signal })));
    await turn();
    expect(warnings).toEqual([]);
  });
});
