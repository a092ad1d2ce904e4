import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtlasError, type TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, type Script } from '../support/fault-steps.js';
import { listPath } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const runs = { numRuns: 200 };
const errorStatus = fc.oneof(
  fc.constantFrom(400, 401, 404, 405, 408, 409, 410, 429, 500, 503),
  fc.integer({ min: 300, max: 599 }).filter((status) => status !== 304),
);

// Objects with the field names that the client reads, and any values.
const known = [
  ...['id', 'status', 'mongoDBVersion', 'scheduledTime', 'startTime', 'finishTime', 'expiration', 'links', 'results'],
  ...['error', 'errorCode', 'detail', 'reason', 'parameters', 'badRequestDetail', 'fields', 'content', 'envelope'],
  ...['totalCount', '__proto__', 'constructor'],
];
const times = fc.constantFrom('2019-04-26T14:08:07Z', '2019-04-26', 'never');
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    fc.jsonValue(),
    times,
    fc.integer({ min: 0, max: 700 }),
    tie('named'),
    fc.array(tie('json'), { maxLength: 3 }),
  ),
  named: fc.dictionary(fc.constantFrom(...known), tie('json'), { maxKeys: 6 }),
}));

const calls: [name: string, call: (client: TenantSnapshotsClient) => Promise<unknown>][] = [
  ['a get', (client) => get(client)],
  ['an enveloped get', (client) => get(client, { envelope: true })],
  ['a list', (client) => client.listTenantSnapshots(...listPath)],
  ['a get by any endpoint', (client) => get(client, { endpoint: 'auto' })],
];

type Outcome = { readonly value: unknown } | { readonly reason: unknown };

/** Sends a response to a call, and returns the outcome of the call. */
async function openTrial(
  call: (client: TenantSnapshotsClient) => Promise<unknown>,
  options?: TenantSnapshotsClientOptions,
) {
  let script: Script = [];
  const server = await startFaultServer(() => script);
  const client = openFaultClient(server, options);
  return (status: number, body: string): Promise<Outcome> => {
    script = [answer(status, body)];
    return call(client).then(
      (value) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
  };
}

describe.each(calls)('%s ends with a value or an AtlasError', (name, call) => {
  it('for any JSON in a 200', async () => {
    const trial = await openTrial(call);
    await fc.assert(
      fc.asyncProperty(json, async (body) => {
        const outcome = await trial(200, JSON.stringify(body));
        if ('value' in outcome) expect(Array.isArray(outcome.value)).toBe(name === 'a list');
        else expect(isAtlasError(outcome.reason)).toBe(true);
      }),
      runs,
    );
  });

  it('for any JSON in an error', async () => {
    const trial = await openTrial(call);
    await fc.assert(
      fc.asyncProperty(errorStatus, json, async (status, body) => {
        const outcome = await trial(status, JSON.stringify(body));
        expect(outcome).toMatchObject({ reason: { code: 'API_ERROR', status } });
      }),
      runs,
    );
  });

  it('for any text', async () => {
    const trial = await openTrial(call);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(200), errorStatus), fc.string({ unit: 'binary' }), async (status, body) => {
        const outcome = await trial(status, body);
        if ('reason' in outcome) expect(isAtlasError(outcome.reason)).toBe(true);
        else expect(status).toBe(200);
      }),
      runs,
    );
  });
});

it('a token request ends with a token or an AtlasError for any JSON', async () => {
  const credentials = { clientId: 'id', clientSecret: 'secret' };
  const trial = await openTrial((client) => get(client), { credentials });
  await fc.assert(
    fc.asyncProperty(errorStatus, json, async (status, body) => {
      const outcome = await trial(status, JSON.stringify(body));
      expect(outcome).toMatchObject({ reason: { code: 'AUTHENTICATION', status } });
    }),
    { numRuns: 100 },
  );
});

it('a call ends with a value or an AtlasError for any bytes', async () => {
  let bytes = Buffer.alloc(0);
  const server = await startFaultServer(() => [
    (socket) => {
      socket.end(bytes);
    },
  ]);
  const client = openFaultClient(server);
  const line = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 200 OK',
      'HTTP/1.1 503 No',
      'content-length: 2',
      'transfer-encoding: chunked',
      '',
      '2',
      '{}',
      '0',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      bytes = Buffer.from(lines.map((text) => `${text}\r\n`).join(''), 'latin1');
      const reason: unknown = await get(client).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (reason !== undefined) expect(isAtlasError(reason)).toBe(true);
    }),
    runs,
  );
});
