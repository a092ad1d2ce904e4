import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  type AtlasCallTrace,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  isAtlasError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultServer, type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, refusal } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { groupId, tenantPath } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const path = `/api/atlas/v2/groups/${groupId}/flexClusters`;

async function open(scripts: Scripts, options: TenantSnapshotsClientOptions = {}) {
  const server = await startFaultServer(scripts);
  return { server, client: openClient({ baseUrl: server.url, maxRetries: 0, ...options }) };
}

const targets = ({ requests }: FaultServer) => requests.map(({ target }) => target);
const accepts = ({ requests }: FaultServer) => requests.map(({ head }) => /^accept: (.*)\r$/m.exec(head)?.[1]);

describe('get()', () => {
  it('returns the JSON of any path', async () => {
    const { server, client } = await open([answer(200, '{"results":[{"name":"A"}],"nothing":null}')]);
    expect(await client.get(path)).toEqual({ results: [{ name: 'A' }], nothing: null });
    expect(targets(server)).toEqual([path]);
  });

  it('returns the response, which has no endpoint', async () => {
    const { client } = await open([answer(200, '[1]', 'ratelimit-limit: 10', 'ratelimit-remaining: 9')]);
    const { data, response } = await client.get(path).withResponse();
    expect(data).toEqual([1]);
    expect(response).toMatchObject({ status: 200, attempts: 1, rateLimit: { limit: 10, remaining: 9 } });
    expect('endpoint' in response).toBe(false);
  });

  it('lists the Flex clusters of a project with each kind of credentials', async () => {
    const emulator = await openEmulator();
    for (const credentials of Object.values(emulator.credentials)) {
      const client = openClient({ baseUrl: emulator.url, credentials });
      const clusters = z.object({ results: z.array(z.object({ name: z.string() })) });
      const { results } = await client.get(`/api/atlas/v2/groups/${emulator.groupId}/flexClusters`, {
        schema: clusters,
      });
      expect(results).toEqual([{ name: emulator.clusterName }]);
    }
  });

  it('keeps the prefix of baseUrl', async () => {
    const server = await startFaultServer([answer(200, '{}')]);
    await openClient({ baseUrl: `${server.url}/proxy/` }).get(path);
    expect(targets(server)).toEqual([`/proxy${path}`]);
  });
});

describe('the query of get()', () => {
  it('is encoded, without undefined values and with a parameter for each item of an array', async () => {
    const { server, client } = await open([answer(200, '{}')]);
    const query = {
      text: 'a b&c=d?#%+é',
      list: ['b', 1, true],
      count: 5,
      flag: false,
      none: undefined,
      empty: '',
      'a key': '/..',
    };
    await client.get(path, { query });
    const [target = ''] = targets(server);
    expect(target).toMatch(/^[!-~]+$/);
    const url = new URL(target, 'http://localhost');
    expect(url.pathname).toBe(path);
    expect([...url.searchParams]).toEqual([
      ['text', 'a b&c=d?#%+é'],
      ['list', 'b'],
      ['list', '1'],
      ['list', 'true'],
      ['count', '5'],
      ['flag', 'false'],
      ['empty', ''],
      ['a key', '/..'],
    ]);
  });

  it('is left out if it is empty', async () => {
    const { server, client } = await open([answer(200, '{}')]);
    await client.get(path, { query: { none: undefined, empty: [] } });
    expect(targets(server)).toEqual([path]);
  });

  it('has envelope and pretty from the options', async () => {
    const { server, client } = await open([answer(200, '{"status":200,"content":{"a":1}}')]);
    expect(await client.get(path, { envelope: true, pretty: true, query: { pageNum: 2 } })).toEqual({ a: 1 });
    expect(targets(server)).toEqual([`${path}?pageNum=2&envelope=true&pretty=true`]);
  });

  it.each([[{ a: null }], [{ a: {} }], [{ a: ['b', null] }], [{ a: [['b']] }], ['a=b'], [5]])(
    'may not be %j',
    async (query) => {
      const { server, client } = await open([]);
      // A caller without types may pass anything.
      const error = await rejection(client.get(path, { query: query as never }), AtlasInvalidArgumentError);
      expect(error.issues[0]?.path).toMatch(/^query/);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe('the media type of get()', () => {
  it.each([
    ['/api/atlas/v2/groups', undefined, 'application/vnd.atlas.2025-03-12+json'],
    ['/api/atlas/v2/groups', '2023-01-01', 'application/vnd.atlas.2023-01-01+json'],
    ['/api/atlas/v1.0/groups', undefined, 'application/json'],
    ['/api/atlas/v1.0/groups', '2023-01-01', 'application/json'],
    ['/api/atlas/v1.5/groups', undefined, 'application/json'],
    ['/api/atlas/v20/groups', undefined, 'application/json'],
  ])('for %s with apiVersion %s is %s', async (target, apiVersion, accept) => {
    const { server, client } = await open([answer(200, '{}')]);
    await client.get(target, { apiVersion });
    expect(accepts(server)).toEqual([accept]);
  });

  it.each(['2024', '2024-1-1', '2024-11-13+json', '2024-11-13\r\nx: y', '', 'upcoming'])(
    'may not have the version %j',
    async (apiVersion) => {
      const { server, client } = await open([]);
      const error = await rejection(client.get(path, { apiVersion }), AtlasInvalidArgumentError);
      expect(error.issues).toMatchObject([{ path: 'apiVersion' }]);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe('the schema of get()', () => {
  const body = [answer(200, '{"name":"Cluster0","createDate":"2025-05-04T09:42:00Z"}')];

  const hanging = z.unknown().transform(() => new Promise<never>(() => undefined));

  it('that hangs ends with the timeout of the call', async () => {
    const { client } = await open(body);
    await rejection(client.get(path, { schema: hanging, timeout: 50 }), AtlasTimeoutError);
  });

  it('that hangs ends with an abort', async () => {
    const { client } = await open(body);
    const stop = new AbortController();
    const schema = z.unknown().transform(() => {
      setImmediate(() => stop.abort('stopped'));
      return new Promise<never>(() => undefined);
    });
    await expect(client.get(path, { schema, signal: stop.signal })).rejects.toBe('stopped');
  });

  it('does not parse errors of Atlas', async () => {
    const { client } = await open(refusal(404));
    const schema = z.never();
    await rejection(client.get(path, { schema }), AtlasApiError);
  });

  it('shows no secret even if its issues quote the body', async () => {
    const accessToken = 'a-very-secret-token';
    const echo = answer(200, JSON.stringify({ [accessToken]: 1, token: `Bearer ${accessToken}` }));
    const { client } = await open([echo], { credentials: { accessToken } });
    const schema = z.strictObject({
      token: z.string().refine(() => false, { error: ({ input }) => `bad value ${input}` }),
    });
    const error = await rejection(client.get(path, { schema }), AtlasInvalidResponseError);
    expect(error.issues).toHaveLength(2);
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(accessToken);
  });
});

describe('a response to get()', () => {
  it.each<[name: string, status: number, body: string]>([
    ['201', 201, '{}'],
    ['204', 204, ''],
    ['not JSON', 200, '<h1>Hello</h1>'],
    ['empty', 200, ''],
  ])('that is %s leads to INVALID_RESPONSE', async (_name, status, body) => {
    const { client } = await open([answer(status, body)]);
    expect(await rejection(client.get(path), AtlasInvalidResponseError)).toMatchObject({ operation: 'get' });
  });

  it('that is too large leads to INVALID_RESPONSE', async () => {
    const { client } = await open([answer(200, JSON.stringify('x'.repeat(99)))], { maxResponseSize: 50 });
    await rejection(client.get(path), AtlasInvalidResponseError);
  });

  it.each<[name: string, status: number, body: object]>([
    ['410', 410, { error: 410, errorCode: 'VERSION_GONE' }],
    ['404 for the path', 404, { error: 404, errorCode: 'RESOURCE_NOT_FOUND', parameters: [tenantPath] }],
    ['405', 405, {}],
    ['400 for a Flex cluster', 400, { error: 400, errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' }],
  ])('that is a %s does not lead to another endpoint', async (_name, status, body) => {
    const { server, client } = await open([answer(status, JSON.stringify(body))]);
    const error = await rejection(client.get(tenantPath), AtlasApiError);
    expect(error).toMatchObject({ status, operation: 'get', attempts: 1 });
    expect('endpoint' in error).toBe(false);
    expect(error.message).not.toMatch(/tenant endpoint|snapshot ID|option endpoint/);
    await rejection(client.get(tenantPath), AtlasApiError);
    expect(targets(server)).toEqual([tenantPath, tenantPath]);
  });

  it('may be an empty list', async () => {
    const { server, client } = await open([answer(200, '{"results":[],"totalCount":0}')]);
    expect(await client.get(path)).toEqual({ results: [], totalCount: 0 });
    expect(server.requests).toHaveLength(1);
  });

  it('leads to no deprecation warning, as its headers concern another resource', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { client } = await open([answer(200, '{}', 'sunset: Thu, 1 Jul 2027 00:00:00 GMT')]);
    await client.get(path);
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });
});

describe('the options of get()', () => {
  it('do not include endpoint', async () => {
    const { client } = await open([]);
    // As a caller without types may.
    const options = { endpoint: 'flex' } as object;
    await rejection(client.get(path, options), AtlasInvalidArgumentError);
  });

  it('apply as to any other call', async () => {
    const { client } = await open([]);
    const error = await rejection(client.get(path, { timeout: 30 }), AtlasTimeoutError);
    expect(error).toMatchObject({ operation: 'get', attempts: 1 });
    await expect(client.get(path, { signal: AbortSignal.abort('stopped') })).rejects.toBe('stopped');
    await client.close();
    await expect(client.get(path)).rejects.toSatisfy((reason) => isAtlasError(reason, 'CLOSED'));
  });
});

it('traces get() by its name, without an endpoint', async () => {
  const traces: AtlasCallTrace[] = [];
  // The messages of a channel are untyped.
  const note = (message: unknown) => void traces.push(message as AtlasCallTrace);
  subscribe('tracing:atlas-tenant-snapshots:call:asyncEnd', note);
  onTestFinished(() => void unsubscribe('tracing:atlas-tenant-snapshots:call:asyncEnd', note));
  const { client } = await open([answer(200, '{}')]);
  await client.get(path, { query: { a: 1 } });
  expect(traces).toMatchObject([{ operation: 'get', method: 'GET', path: `${path}?a=1`, status: 200, attempts: 1 }]);
  expect(traces[0]?.endpoint).toBeUndefined();
});

describe('an error of get()', () => {
  fakeClock();

  it('is retried like that of any other call', async () => {
    const { server, client } = await open([refusal(503), refusal(429), [answer(200, '{}')]], { maxRetries: 2 });
    const { response } = await skipTime(client.get(path).withResponse());
    expect(response.attempts).toBe(3);
    expect(server.requests).toHaveLength(3);
  });
});
