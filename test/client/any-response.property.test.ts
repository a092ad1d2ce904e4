import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAtlasError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient, openScripted } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { end, send } from '../support/raw-steps.js';
import { listPath } from '../support/snapshot-routes.js';

const errorStatus = fc.oneof(
  fc.constantFrom(400, 401, 404, 405, 408, 409, 410, 429, 500, 503),
  fc.integer({ min: 300, max: 599 }),
);

// Objects with the field names that the client reads, and any values.
const known = [
  ...['id', 'status', 'mongoDBVersion', 'scheduledTime', 'startTime', 'finishTime', 'expiration', 'links', 'results'],
  ...['error', 'errorCode', 'detail', 'reason', 'parameters', 'badRequestDetail', 'fields', 'content', 'envelope'],
  ...['totalCount', '__proto__', 'constructor'],
];
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('2019-04-26T14:08:07Z', '2019-04-26', 'never'),
    fc.integer({ min: 0, max: 700 }),
    tie('named'),
    fc.array(tie('json'), { maxLength: 3 }),
  ),
  named: fc.dictionary(fc.constantFrom(...known), tie('json'), { maxKeys: 6 }),
}));
const body = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
);

type Call = (client: TenantSnapshotsClient) => Promise<unknown>;

const call = fc.constantFrom<Call>(
  (client) => get(client),
  (client) => get(client, { envelope: true }),
  (client) => get(client, { endpoint: 'auto' }),
  (client) => client.listTenantSnapshots(...listPath),
  (client) => client.get('/api/atlas/v2/groups'),
);

/** A client whose requests all get this response. */
const open = (status: number, body: string) => openScripted([{ status, body }], { endpoint: 'tenant' }).client;

const expectAtlasError = (error: unknown) => expect(isAtlasError(error)).toBe(true);

it('a call with any body in a 200 ends with a value or an AtlasError', async () => {
  const property = fc.asyncProperty(call, body, async (make, text) => {
    await make(open(200, text)).catch(expectAtlasError);
  });
  await fc.assert(property, { numRuns: 200 });
});

it('a call with any body in an error ends with an AtlasApiError of its status', async () => {
  const property = fc.asyncProperty(call, errorStatus, body, async (make, status, text) => {
    await expect(make(open(status, text))).rejects.toMatchObject({ code: 'API_ERROR', status });
  });
  await fc.assert(property, { numRuns: 200 });
});

it('a call with any bytes in place of a response ends with a value or an AtlasError', async () => {
  let bytes = '';
  const server = await startRawServer(() => [send(bytes), end]);
  const client = openBareClient(server);
  const starts = ['HTTP/1.1 200 OK', 'HTTP/1.1 503 No', 'content-length: 2', 'transfer-encoding: chunked'];
  const line = fc.oneof(fc.constantFrom(...starts, '', '{}', '0'), fc.string({ unit: 'binary', maxLength: 20 }));
  const property = fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
    bytes = lines.map((text) => `${text}\r\n`).join('');
    await get(client).catch(expectAtlasError);
  });
  await fc.assert(property, { numRuns: 200 });
});
