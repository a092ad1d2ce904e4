import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CallOptions } from '../../src/index.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';

// The two Flex snapshot operations of MongoDB's OpenAPI file, as JSON Schema. Two things differ from the file: the
// parameters of an error are strings or numbers instead of objects, as Atlas sends them, and additional properties are
// forbidden.

type JsonSchema = z.core.JSONSchema.JSONSchema;

const objectId: JsonSchema = { type: 'string', pattern: '^([a-f0-9]{24})$' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const flag: JsonSchema = { enum: ['true', 'false'] };

const definitions: Record<string, JsonSchema> = {
  Link: {
    type: 'object',
    additionalProperties: false,
    properties: { href: { type: 'string' }, rel: { type: 'string' } },
  },
  Snapshot: {
    type: 'object',
    additionalProperties: false,
    properties: {
      expiration: time,
      finishTime: time,
      id: objectId,
      links: { type: 'array', items: { $ref: '#/$defs/Link' } },
      mongoDBVersion: { type: 'string' },
      scheduledTime: time,
      startTime: time,
      status: { enum: ['PENDING', 'QUEUED', 'RUNNING', 'FAILED', 'COMPLETED'] },
    },
  },
};

const snapshotSchema = z.fromJSONSchema({ $ref: '#/$defs/Snapshot', $defs: definitions });
const listSchema = z.fromJSONSchema({
  type: 'object',
  additionalProperties: false,
  required: ['results'],
  properties: {
    links: { type: 'array', items: { $ref: '#/$defs/Link' } },
    results: { type: 'array', items: { $ref: '#/$defs/Snapshot' } },
    totalCount: { type: 'integer', minimum: 0 },
  },
  $defs: definitions,
});
const errorSchema = z.fromJSONSchema({
  type: 'object',
  additionalProperties: false,
  required: ['error', 'errorCode'],
  properties: {
    detail: { type: 'string' },
    error: { type: 'integer' },
    errorCode: { type: 'string' },
    parameters: { type: 'array', items: { type: ['string', 'number'] } },
    reason: { type: 'string' },
  },
});
const pathSchema = z.fromJSONSchema({
  type: 'string',
  pattern: '^/api/atlas/v2/groups/[a-f0-9]{24}/flexClusters/[a-zA-Z0-9][a-zA-Z0-9-]*/backup/snapshots(/[a-f0-9]{24})?$',
});
const getOneQuerySchema = z.fromJSONSchema({
  type: 'object',
  additionalProperties: false,
  properties: { envelope: flag },
});
const listQuerySchema = z.fromJSONSchema({
  type: 'object',
  additionalProperties: false,
  properties: {
    envelope: flag,
    pretty: flag,
    includeCount: flag,
    itemsPerPage: { type: 'string', pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$' },
    pageNum: { type: 'string', pattern: '^[1-9][0-9]*$' },
  },
});

const accept = 'application/vnd.atlas.2024-11-13+json';

async function open() {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken, endpoint: 'flex' });
  const { groupId, clusterName } = emulator;
  const headers = { accept, authorization: `Bearer ${emulator.credentials.accessToken.accessToken}` };
  const path = `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots`;
  const get = async (rest: string) => {
    const response = await fetch(`${emulator.url}${path}${rest}`, { headers });
    return { status: response.status, json: await response.json() };
  };
  return { emulator, client, get };
}

describe("the emulator's Flex responses match the OpenAPI file", () => {
  it('for each snapshot', async () => {
    const { emulator, get } = await open();
    for (const { id } of emulator.snapshots)
      expect(snapshotSchema.parse((await get(`/${id}`)).json)).toHaveProperty('id');
  });

  it.each(['', '?pageNum=2&itemsPerPage=2', '?includeCount=false'])('for the list%s', async (query) => {
    const { get } = await open();
    const { status, json } = await get(query);
    expect(status).toBe(200);
    expect(listSchema.parse(json)).toHaveProperty('results');
  });

  it.each([
    ['404', `/${'f'.repeat(24)}`, 404],
    ['400', '?pageNum=0', 400],
  ])('for an error %s', async (_name, rest, status) => {
    const { get } = await open();
    const response = await get(rest);
    expect(response.status).toBe(status);
    expect(errorSchema.parse(response.json)).toHaveProperty('errorCode');
  });

  it.each([400, 401, 403, 404, 406, 410, 429, 500, 503])('for a scripted %i', async (status) => {
    const { emulator, get } = await open();
    emulator.respond({ status });
    expect(errorSchema.parse((await get('')).json)).toMatchObject({ error: status });
  });

  it('by schemas that reject an unknown field', () => {
    expect(snapshotSchema.safeParse({ snapshotId: '5cc310ace5dc7ce369814bcb' }).success).toBe(false);
    expect(listSchema.safeParse({ results: [{ id: 'not an id' }] }).success).toBe(false);
    expect(errorSchema.safeParse({ error: 404, errorCode: 'X', parameters: [{}] }).success).toBe(false);
  });
});

describe("the client's Flex requests match the OpenAPI file", () => {
  async function send(call: 'getTenantSnapshot' | 'listTenantSnapshots', options: CallOptions) {
    const { emulator, client } = await open();
    const { groupId, clusterName, snapshotId } = emulator;
    if (call === 'listTenantSnapshots') await client.listTenantSnapshots(groupId, clusterName, options);
    else await client.getTenantSnapshot(groupId, clusterName, snapshotId, options);
    const [request] = emulator.requests;
    expect(request).toMatchObject({ method: 'GET', headers: { accept }, body: '' });
    const url = new URL(request?.path ?? '', emulator.url);
    expect(pathSchema.parse(url.pathname)).toBe(url.pathname);
    return Object.fromEntries(url.searchParams);
  }

  it.each([{}, { envelope: true }, { pretty: true }])('for one snapshot, with %j', async (options) => {
    const query = await send('getTenantSnapshot', options);
    expect(getOneQuerySchema.parse(query)).toEqual(query);
  });

  it.each([{}, { envelope: true }, { pretty: true }])('for the list, with %j', async (options) => {
    const query = await send('listTenantSnapshots', options);
    expect(listQuerySchema.parse(query)).toEqual(query);
  });
});
