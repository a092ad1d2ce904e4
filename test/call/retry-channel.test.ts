import { channel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError, type AtlasRetryTrace, type CallOptions } from '../../src/index.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, reset } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { shown } from '../support/shown.js';
import { path } from '../support/snapshot-routes.js';

fakeClock();

let messages: AtlasRetryTrace[] = [];
beforeEach(() => {
  messages = [];
  // A channel passes on anything; this one has one kind of messages.
  const note = (message: unknown) => void messages.push(message as AtlasRetryTrace);
  channel('atlas-tenant-snapshots:retry').subscribe(note);
  onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(note));
});

it('gets a message before each retry: which attempt failed, why, and how long the call waits', async () => {
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

it('gets a message that says when the next request is sent', async () => {
  const server = await startFaultServer([refusal(503), good]);
  const client = openClient({ baseUrl: server.url, endpoint: 'flex' });
  await skipTime(client.getTenantSnapshot(...path));
  const [first, second] = server.requests;
  const waited = (second?.at ?? 0) - (first?.at ?? 0);
  expect(waited).toBeGreaterThanOrEqual((messages[0]?.delayMs ?? 0) - 1);
  expect(waited).toBeLessThanOrEqual((messages[0]?.delayMs ?? 0) + 100);
});

it('gets messages of get(), lists and waits', async () => {
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
  ['that is final', 404, {}],
  ['after which no retry is left', 503, { maxRetries: 0 }],
])('gets no message of an error %s', async (_name, status, options) => {
  const server = await startFaultServer(refusal(status));
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  await rejection(client.getTenantSnapshot(...path, options), AtlasApiError);
  expect(messages).toEqual([]);
});

it('gets no message of a request that is sent again since its connection died', async () => {
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

it('gets a message of a token request that failed', async () => {
  const server = await startFaultServer([answer(500, '{}')]);
  const credentials = { clientId: 'id', clientSecret: 'client-secret' };
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, maxRetries: 1 });
  await skipTime(rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError));
  expect(messages).toMatchObject([{ attempt: 1, error: { code: 'AUTHENTICATION', status: 500 } }]);
});
