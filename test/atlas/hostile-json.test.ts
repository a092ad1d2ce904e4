import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';
import { listPath } from '../support/snapshot-routes.js';

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** A client whose requests all get this response. */
const open = (reply: Reply): TenantSnapshotsClient =>
  openBareClient({ url: 'http://127.0.0.1:9' }, { dispatcher: scriptedDispatcher(reply) });

describe.each([
  ['an array', '[]'],
  ['an array of snapshots', `[${snapshotJson}]`],
  ['a string', '"COMPLETED"'],
  ['a number', '5'],
  ['null', 'null'],
  ['arrays 100,000 deep', deep(100_000)],
  ['an id of objects 100,000 deep', `{"id":${deepObject(100_000)}}`],
  ['an infinite number', '{"id":1e999}'],
  ['two values', `${snapshotJson}${snapshotJson}`],
])('%s in place of a snapshot', (_name, json) => {
  it.each<[where: string, body: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['in a body', json, (client) => get(client)],
    ['in an envelope', `{"status":200,"content":${json}}`, (client) => get(client, { envelope: true })],
    ['in a list', `{"results":[${json}]}`, (client) => client.listTenantSnapshots(...listPath)],
  ])('%s is an invalid response', async (_where, body, call) => {
    const error = await rejection(call(open({ body })), AtlasInvalidResponseError);
    expect(error.issues).not.toHaveLength(0);
    expect(error.message.length).toBeLessThan(1000);
  });
});

describe('__proto__', () => {
  const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

  it('in a snapshot changes no prototype', async () => {
    const snapshot = await get(open({ body: `{${poison},"id":"5cc310ace5dc7ce369814bc8"}` }));
    expect(snapshot.id).toBe('5cc310ace5dc7ce369814bc8');
    expect(Object.getPrototypeOf(snapshot)).toBe(Object.prototype);
    expect([snapshot, {}].map((value) => 'polluted' in value)).toEqual([false, false]);
  });

  it('in an error changes no prototype', async () => {
    const body = `{${poison},"errorCode":"X","parameters":[{${poison}}],"badRequestDetail":{${poison}}}`;
    const error = await rejection(get(open({ status: 400, body })), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect([error, {}].map((value) => 'polluted' in value)).toEqual([false, false]);
    for (const value of [error.headers, error.parameters?.[0]])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('in an envelope sets no status', async () => {
    const client = open({ body: '{"__proto__":{"status":503,"content":{}}}' });
    await expect(get(client, { envelope: true })).resolves.toEqual({});
  });
});

describe('an unknown field may be deeply nested', () => {
  it.each([deep(100_000), deepObject(50_000)])('in a snapshot: case %#', async (value) => {
    await expect(get(open({ body: `{"more":${value}}` }))).resolves.toHaveProperty('more');
  });

  it('in an error', async () => {
    const body = `{"errorCode":"X","parameters":[${deep(100_000)}],"more":${deepObject(50_000)}}`;
    const error = await rejection(get(open({ status: 400, body })), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect(() => shown(error)).not.toThrow();
  });

  it.each([deep(100_000), deepObject(100_000), `[${'"x",'.repeat(50_000)}1]`])(
    'in the parameters that may contain the path of a gone endpoint: case %#',
    async (parameters) => {
      const body = `{"error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":[${parameters}]}`;
      const call = get(open({ status: 404, body }), { endpoint: 'auto' });
      const error = await rejection(call, AtlasApiError);
      expect(error).toMatchObject({ status: 404, errorCode: 'RESOURCE_NOT_FOUND', endpoint: 'tenant' });
    },
  );
});
