import { channel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  type AtlasRetryTrace,
  type CallOptions,
} from '../../src/index.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { deferred } from '../support/fault-deferred.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, reset, until } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';
import { path } from '../support/snapshot-routes.js';

fakeClock();

let messages: AtlasRetryTrace[] = [];
beforeEach(() => {
  messages = [];
  // The messages of a channel are untyped.
  const note = (message: unknown) => void messages.push(message as AtlasRetryTrace);
  channel('atlas-tenant-snapshots:retry').subscribe(note);
  onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(note));
});

it('publishes the failed attempt, its error and the delay before each retry', async () => {
  const server = await startFaultServer([refusal(503), refusal(429, 'retry-after: 3'), good]);
  const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
  await skipTime(client.getTenantSnapshot(...path));
  expect(messages).toEqual([
    {
      operation: 'getTenantSnapshot',
      endpoint: 'flex',
      attempt: 1,
      delayMs: expect.any(Number),
      error: expect.objectContaining({ code: 'API_ERROR', status: 503, attempts: 1 }),
    },
    {
      operation: 'getTenantSnapshot',
      endpoint: 'flex',
      attempt: 2,
      delayMs: expect.any(Number),
      error: expect.objectContaining({ code: 'API_ERROR', status: 429, attempts: 2, retryAfter: 3_000 }),
    },
  ]);
  const [first, second] = messages.map(({ delayMs }) => delayMs);
  expect(first).toBeGreaterThanOrEqual(500);
  expect(first).toBeLessThanOrEqual(750);
  expect(second).toBeGreaterThanOrEqual(3_000);
  expect(second).toBeLessThanOrEqual(4_500);
});

it('publishes the actual delay before the next request', async () => {
  const server = await startFaultServer([refusal(503), good]);
  const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
  await skipTime(client.getTenantSnapshot(...path));
  const [first, second] = server.requests;
  const waited = (second?.at ?? 0) - (first?.at ?? 0);
  expect(waited).toBeGreaterThanOrEqual((messages[0]?.delayMs ?? 0) - 1);
  expect(waited).toBeLessThanOrEqual((messages[0]?.delayMs ?? 0) + 100);
});

it('publishes retries of get(), lists and waits', async () => {
  const server = await startFaultServer(({ number, target }) => {
    if (number % 2 === 1) return refusal(503);
    return target.endsWith('/snapshots') ? [answer(200, '{"results":[{}]}')] : good;
  });
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  await skipTime(client.get('/api/atlas/v2/groups'));
  await skipTime(client.listTenantSnapshots(path[0], path[1]));
  await skipTime(client.waitForTenantSnapshot(...path));
  expect(messages.map(({ operation }) => operation)).toEqual(['get', 'listTenantSnapshots', 'waitForTenantSnapshot']);
  expect(messages[0]?.endpoint).toBeUndefined();
});

it.each<[name: string, status: number, options: CallOptions]>([
  ['that is not retryable', 404, {}],
  ['after which no retry is left', 503, { maxRetries: 0 }],
])('publishes no error %s', async (_name, status, options) => {
  const server = await startFaultServer(refusal(status));
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  await rejection(client.getTenantSnapshot(...path, options), AtlasApiError);
  expect(messages).toEqual([]);
});

it.each<[name: string, timeout: number, field: string]>([
  ['its own delay', 300, 'x-other: 1'],
  ['the delay that Atlas asked for', 2_000, 'retry-after: 3'],
])(
  'publishes no retry if the deadline comes before the end of %s; the call ends at once',
  async (_name, timeout, field) => {
    const server = await startFaultServer([refusal(503, field), good]);
    const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
    const error = await skipTime(rejection(client.getTenantSnapshot(...path, { timeout }), AtlasApiError));
    expect(error).toMatchObject({ status: 503, attempts: 1 });
    expect(performance.now()).toBeLessThan(timeout);
    expect(messages).toEqual([]);
  },
);

it('publishes no retry after close()', async () => {
  const { promise: later, resolve: release } = deferred();
  const server = await startFaultServer([[until(later), ...refusal(503)], good]);
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  const call = rejection(client.getTenantSnapshot(...path), AtlasClosedError);
  await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
  const closing = client.close();
  release();
  expect(await call).toMatchObject({ attempts: 1, cause: { status: 503 } });
  await closing;
  expect(messages).toEqual([]);
});

it('publishes nothing if a request is sent again after its connection ended', async () => {
  const server = await startFaultServer([[reset], good]);
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  await client.getTenantSnapshot(...path);
  expect(server.requests).toHaveLength(2);
  expect(messages).toEqual([]);
});

it('shows no secret', async () => {
  const server = await startFaultServer(({ target, authorization }) =>
    target.endsWith('/token')
      ? [answer(200, '{"access_token":"fetched-token","expires_in":3600}')]
      : [answer(503, JSON.stringify({ error: 503, detail: authorization }), `x-echo: ${authorization}`)],
  );
  const credentials = { clientId: 'id', clientSecret: 'client-secret' };
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, maxRetries: 1 });
  await skipTime(rejection(client.getTenantSnapshot(...path), AtlasApiError));
  expect(messages).toHaveLength(1);
  expect(shown(messages)).not.toMatch(/fetched-token|client-secret/);
});

it('publishes a failed token request', async () => {
  const server = await startFaultServer([answer(500, '{}')]);
  const credentials = { clientId: 'id', clientSecret: 'client-secret' };
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, maxRetries: 1 });
  await skipTime(rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError));
  expect(messages).toMatchObject([{ attempt: 1, error: { code: 'AUTHENTICATION', status: 500 } }]);
});
