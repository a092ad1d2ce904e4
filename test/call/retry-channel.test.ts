import { channel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  type AtlasRetryTrace,
  type CallOptions,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { runClock, standStill, stopClock } from '../support/clock.js';
import { get, openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

let messages: AtlasRetryTrace[] = [];
beforeEach(() => {
  stopClock();
  messages = [];
  // The messages of a channel are untyped.
  const note = (message: unknown) => void messages.push(message as AtlasRetryTrace);
  channel('atlas-tenant-snapshots:retry').subscribe(note);
  onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(note));
});

const unavailable: Reply = { status: 503 };

function open(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...script);
  return { dispatcher, client: openClient({ dispatcher, endpoint: 'tenant', ...options }) };
}

// The errors are those of calls, which show no secret.
it('publishes the failed attempt, its error and the actual delay before each retry', async () => {
  const { dispatcher, client } = open([unavailable, { status: 429, headers: { 'retry-after': '3' } }, {}]);
  await runClock(get(client), 1);
  const [first = 0, second = 0, third = 0] = dispatcher.requests.map(({ at }) => at);
  const call = { operation: 'getTenantSnapshot', endpoint: 'tenant' };
  expect(messages).toEqual([
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
      error: expect.objectContaining({ code: 'API_ERROR', status: 429, attempts: 2, retryAfter: 3_000 }),
    },
  ]);
});

it('publishes the retries of every method, and of a token request', async () => {
  const { client } = open([
    unavailable,
    {},
    unavailable,
    { body: { results: [] } },
    unavailable,
    { body: { status: 'COMPLETED' } },
  ]);
  await runClock(client.get('/api/atlas/v2/groups'));
  await runClock(client.listTenantSnapshots(...listPath));
  await runClock(client.waitForTenantSnapshot(...path));
  expect(messages.map(({ operation }) => operation)).toEqual(['get', 'listTenantSnapshots', 'waitForTenantSnapshot']);
  expect(messages[0]?.endpoint).toBeUndefined();
  messages = [];
  const account = open([{ status: 500 }], { credentials: { clientId: 'id', clientSecret: 'secret' }, maxRetries: 1 });
  await runClock(rejection(get(account.client), AtlasAuthenticationError));
  expect(messages).toMatchObject([{ attempt: 1, error: { code: 'AUTHENTICATION', status: 500 } }]);
});

it.each<[what: string, reply: Reply, options: CallOptions]>([
  ['an error that is not retryable', { status: 404 }, {}],
  ['an error after which no retry is left', unavailable, { maxRetries: 0 }],
  ['an error whose delay would pass the deadline', unavailable, { timeout: 300 }],
  ['a Retry-After that would pass the deadline', { status: 503, headers: { 'retry-after': '3' } }, { timeout: 2_000 }],
])('publishes nothing for %s, which ends the call at once', async (_what, reply, options) => {
  const { client } = open([reply]);
  const error = await rejection(get(client, options), AtlasApiError);
  expect(error).toMatchObject({ status: reply.status, attempts: 1 });
  expect(messages).toEqual([]);
});

it('publishes nothing after close()', async () => {
  const { client } = open([(request) => void setTimeout(() => request.reply(unavailable), 100)]);
  const call = rejection(get(client), AtlasClosedError);
  await standStill();
  await runClock(client.close());
  expect(await call).toMatchObject({ attempts: 1, cause: { status: 503 } });
  expect(messages).toEqual([]);
});

it.each([503, 404, 200])(
  'publishes nothing after an abort, even right after a response with status %i',
  async (status) => {
    const controller = new AbortController();
    const abortingReply: Behavior = (request) => {
      request.reply({ status });
      controller.abort('mine');
    };
    const { client } = open([abortingReply]);
    await expect(get(client, { signal: controller.signal })).rejects.toBe('mine');
    expect(messages).toEqual([]);
  },
);

it('publishes nothing if a request is sent again after its connection ended', async () => {
  const { dispatcher, client } = open([Object.assign(new Error('dead'), { code: 'UND_ERR_SOCKET' }), {}]);
  await get(client);
  expect(dispatcher.requests).toHaveLength(2);
  expect(messages).toEqual([]);
});
