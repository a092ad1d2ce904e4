import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AtlasError, type TenantSnapshotsClient } from '../../src/client/index.js';
import { get, openScripted } from '../support/open-client.js';
import { listPath } from '../support/snapshot-routes.js';

// Values with the field names that the client reads.
const names = [
  ...['id', 'status', 'finishTime', 'links', 'results', 'totalCount', 'content', 'envelope', '__proto__'],
  ...['error', 'errorCode', 'detail', 'reason', 'parameters', 'badRequestDetail', 'fields', 'toString'],
];
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('2019-04-26T14:08:07Z', '2019-04-26', 700),
    fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 6 }),
    fc.array(tie('json'), { maxLength: 3 }),
  ),
}));
const body = fc.oneof(
  json.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
);
const status = fc.oneof(fc.constantFrom(200, 401, 404, 410, 429, 503), fc.integer({ min: 200, max: 599 }));

const call = fc.constantFrom<(client: TenantSnapshotsClient) => Promise<unknown>>(
  (client) => get(client),
  (client) => get(client, { envelope: true }),
  (client) => get(client, { endpoint: 'auto' }),
  (client) => client.listTenantSnapshots(...listPath),
  (client) => client.get('/api/atlas/v2/groups'),
);

it('a call with any status and body ends with a value, or with an AtlasError of that status', async () => {
  const property = fc.asyncProperty(call, status, body, async (make, status, text) => {
    const { client } = openScripted([{ status, body: text }], { endpoint: 'tenant' });
    const error: unknown = await make(client).catch((reason: unknown) => reason);
    if (status >= 300) expect(error).toMatchObject({ code: 'API_ERROR', status });
    else if (error instanceof Error) expect(error).toBeInstanceOf(AtlasError);
    else expect(status).toBe(200);
  });
  await fc.assert(property, { numRuns: 400 });
});
