import { tracingChannel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { AtlasCallTrace, TenantSnapshotsClient } from '../../src/index.js';
import { passTime, runClock, stopClock } from '../support/clock.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { startRawServer } from '../support/raw-server.js';
import { refusal, reset, type Script } from '../support/raw-steps.js';

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
