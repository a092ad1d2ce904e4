import { tracingChannel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type AtlasCallTrace, AtlasTimeoutError, type TenantSnapshotsClient } from '../../src/index.js';
import { passTime, runClock, stopClock } from '../support/clock.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { openClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { refusal, reset, type Script } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath } from '../support/snapshot-routes.js';

beforeEach(stopClock);

const channel = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');

/** The traces of calls that ended. */
function listen(): AtlasCallTrace[] {
  const traces: AtlasCallTrace[] = [];
  // The messages of a channel are untyped.
  const note = (trace: unknown) => void traces.push(trace as AtlasCallTrace);
  channel.asyncEnd.subscribe(note);
  onTestFinished(() => void channel.asyncEnd.unsubscribe(note));
  return traces;
}

const hang: Script = [];
const { setImmediate: afterThisTurn } = globalThis;

it.each<
  [
    end: string,
    second: Script,
    call: (client: TenantSnapshotsClient, signal: AbortSignal) => Promise<unknown>,
    interrupt: (client: TenantSnapshotsClient, controller: AbortController) => unknown,
    error: object,
  ]
>([
  ['timeout', hang, (client) => get(client, { timeout: 3_000 }), () => {}, { code: 'TIMEOUT' }],
  ['attempt timeout', hang, (client) => get(client, { attemptTimeout: 500 }), () => {}, { code: 'TIMEOUT' }],
  ['lost connection', [reset], (client) => get(client), () => {}, { code: 'CONNECTION' }],
  [
    'abort during the retry',
    hang,
    (client, signal) => get(client, { signal }),
    async (_client, controller) => {
      await passTime(1_000);
      controller.abort({ code: 'MINE' });
    },
    { code: 'MINE' },
  ],
  [
    'abort before the retry',
    hang,
    (client, signal) => get(client, { signal }),
    (_client, controller) => controller.abort({ code: 'MINE' }),
    { code: 'MINE' },
  ],
  ['close()', hang, (client) => get(client), (client) => client.close(), { code: 'CLOSED' }],
])('a trace has no status after a 503 that was followed by: %s', async (_end, second, call, interrupt, error) => {
  const traces = listen();
  const server = await startRawServer([refusal(503), second]);
  const client = openFaultClient(server, { maxRetries: 1 });
  const controller = new AbortController();
  const ended = call(client, controller.signal).catch(() => undefined);
  await server.arrived(1);
  // By then the call waits to retry.
  await passTime(100);
  await interrupt(client, controller);
  await runClock(ended);
  expect(traces).toMatchObject([{ operation: 'getTenantSnapshot', error }]);
  expect(traces[0]?.status).toBeUndefined();
});

it('a trace has no status after a timeout between two pages', async () => {
  const traces = listen();
  const dispatcher = scriptedDispatcher((request) => {
    request.reply({ body: { results: [{}], totalCount: 2 } });
    // The next page is requested later than in the next turn of the event loop.
    afterThisTurn(() => vi.advanceTimersByTime(3_000));
  });
  const client = openClient({ baseUrl: 'https://cloud.mongodb.com', endpoint: 'flex', dispatcher });
  await rejection(client.listTenantSnapshots(...listPath, { timeout: 3_000 }), AtlasTimeoutError);
  expect(dispatcher.requests).toHaveLength(1);
  expect(traces).toMatchObject([{ error: { code: 'TIMEOUT' } }]);
  expect(traces[0]?.status).toBeUndefined();
});
