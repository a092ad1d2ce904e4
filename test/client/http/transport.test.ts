import { getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { Scope } from '../../../src/client/http/scope.js';
import { Transport } from '../../../src/client/http/transport.js';
import {
  AtlasConnectionError,
  AtlasTimeoutError,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { passTime, runClock, stopClock } from '../../support/clock.js';
import { get, openAgent, openBareClient, openScripted } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';
import { startRawServer } from '../../support/raw-server.js';
import { good } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher } from '../../support/scripted-dispatcher.js';
import { tenantPath } from '../../support/snapshot-routes.js';

it('a connection that is still connecting ends after 10 s, although its call has ended and the client is closed', async () => {
  stopClock();
  // Never answers the TLS handshake.
  const server = await startRawServer();
  const client = openBareClient({ url: `https://127.0.0.1:${server.port}` });
  const ended = rejection(get(client), AtlasTimeoutError);
  const stop = new AbortController();
  const aborted = get(client, { signal: stop.signal });
  await expect.poll(() => server.open, { interval: 1 }).toBe(2);
  stop.abort('stop');
  await expect(aborted).rejects.toBe('stop');
  const { limit } = await runClock(ended);
  expect(limit).toBe('connecting');
  expect(performance.now()).toBeGreaterThanOrEqual(10_000);
  // undici's timer is up to a second late.
  expect(performance.now()).toBeLessThan(12_000);
  await client.close();
  await expect.poll(() => server.open, { interval: 1 }).toBe(0);
});

it('https at a plain http port ends a call at once', async () => {
  const { url } = await openEmulator();
  const client = openBareClient({ url: url.replace('http:', 'https:') }, { maxRetries: 3 });
  const error = await rejection(get(client), AtlasConnectionError);
  expect(error).toMatchObject({ kind: 'protocol', attempts: 1 });
});

const url = 'http://127.0.0.1:9';
const success: Reply = { body: { status: 'COMPLETED' } };

/** A call over a dispatcher with this script. */
function call(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const { client, dispatcher } = openScripted(script, { baseUrl: url, endpoint: 'tenant', ...options });
  return { promise: get(client), requests: dispatcher.requests };
}

it('gives the dispatcher the request, with the timeouts of undici turned off', async () => {
  const { promise, requests } = call([success]);
  await promise;
  expect(requests).toHaveLength(1);
  expect(requests[0]?.options).toMatchObject({ origin: url, path: tenantPath, method: 'GET', body: null });
  expect(requests[0]?.options).toMatchObject({ headersTimeout: 0, bodyTimeout: 0 });
  expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer token-of-the-test' });
});

it.each<[by: string, setGlobal: (mock: MockAgent) => void]>([
  ['undici 7', setGlobalDispatcher],
  // It gives undici 7 a wrapper instead. Its package needs a later Node.
  ['undici 8', (mock) => Reflect.set(globalThis, Symbol.for('undici.globalDispatcher.2'), mock)],
])(
  'a MockAgent that is the global dispatcher of %s gets what no dispatcher of the client gets',
  async (_by, setGlobal) => {
    const server = await startRawServer(good);
    const client = openBareClient(server);
    const [before, mock] = [getGlobalDispatcher(), new MockAgent()];
    setGlobal(mock);
    onTestFinished(() => setGlobalDispatcher(before));
    mock.disableNetConnect();
    mock.get(server.url).intercept({ path: tenantPath }).reply(200, { status: 'QUEUED' });
    await expect(get(client)).resolves.toEqual({ status: 'QUEUED' });
    expect(await rejection(get(client), AtlasConnectionError)).toMatchObject({ kind: 'mock' });
    expect(server.requests).toHaveLength(0);
    await expect(get(openBareClient(server, { dispatcher: openAgent() }))).resolves.toMatchObject({
      status: 'COMPLETED',
    });
    mock.deactivate();
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
  },
);

it('a dispatcher that throws causes one connection error', async () => {
  const cause = new TypeError('no such thing');
  const throws = () => {
    throw cause;
  };
  await expect(call([throws]).promise).rejects.toMatchObject({ code: 'CONNECTION', attempts: 1, cause });
});

it('a header of a dispatcher may be a number', async () => {
  // As a mock without types may pass them.
  const headers = { 'content-encoding': 1 as unknown as string };
  await expect(call([{ headers }]).promise).rejects.toMatchObject({ code: 'INVALID_RESPONSE', attempts: 1 });
});

it('what a dispatcher reports after the end of a response has no effect', async () => {
  const { promise, requests } = call([
    (request) => {
      request.reply(success);
      request.reply({ body: 'more' });
      request.fail(new Error('too late'));
    },
  ]);
  await expect(promise).resolves.toEqual({ status: 'COMPLETED' });
  expect(requests[0]?.isAborted).toBe(false);
});

it('attemptTimeout starts again if the dispatcher sends the request again', async () => {
  stopClock();
  const again: Behavior = (request) => {
    request.start();
    setTimeout(() => request.start(), 600);
    setTimeout(() => request.reply(success), 1_200);
  };
  const { promise } = call([again], { attemptTimeout: 1_000 });
  await passTime(1_300);
  await expect(promise).resolves.toEqual({ status: 'COMPLETED' });
});

it('a request of a call that has ended is not given to the dispatcher', async () => {
  const dispatcher = scriptedDispatcher();
  const limits = { attemptTimeout: 1, maxResponseSize: 1 };
  const transport = new Transport({ origin: url, prefix: '', userAgent: '', dispatcher, proxy: undefined, ...limits });
  const scope = new Scope();
  scope.end('stop');
  const request = { method: 'GET', path: '/', headers: {}, body: null } as const;
  const sent = transport.exchange({ ...request, ...limits }, scope);
  await expect(sent).rejects.toBe('stop');
  expect(dispatcher.requests).toEqual([]);
});
