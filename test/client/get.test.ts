import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  type AtlasCallTrace,
  AtlasClosedError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { defaultApiVersion } from '../support/defaults.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';
import { groupId, tenantPath } from '../support/snapshot-routes.js';

const path = `/api/atlas/v2/groups/${groupId}/flexClusters`;

function open(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...script);
  return { dispatcher, client: openClient({ dispatcher, maxRetries: 0, ...options }) };
}

/** The request for a path, and the result of the call. */
async function send(reply: Reply, ...[target, options]: Parameters<ReturnType<typeof openClient>['get']>) {
  const { dispatcher, client } = open([reply]);
  const result = await client.get(target, options);
  const [request] = dispatcher.requests;
  return { result, path: request?.options.path ?? '', accept: request?.headers['accept'] };
}

describe('get()', () => {
  it('returns the JSON of any path, and a response without an endpoint', async () => {
    const { dispatcher, client } = open([{ headers: { 'ratelimit-limit': '10' }, body: { nothing: null } }]);
    const { data, response } = await client.get(path).withResponse();
    expect(data).toEqual({ nothing: null });
    expect(response).toStrictEqual({
      status: 200,
      headers: { 'ratelimit-limit': '10' },
      attempts: 1,
      rateLimit: { limit: 10 },
    });
    expect(dispatcher.requests.map(({ options }) => [options.method, options.path])).toEqual([['GET', path]]);
  });
});

describe('the query of get()', () => {
  it('is encoded, without undefined values and with a parameter for each item of an array', async () => {
    const query = {
      text: 'a b&c=d?#%+é',
      list: ['b', 1, true],
      count: 5,
      flag: false,
      none: undefined,
      empty: '',
      'a key': '/..',
    };
    const { path: target } = await send({}, path, { query });
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
    expect((await send({}, path, { query: { none: undefined, empty: [] } })).path).toBe(path);
  });

  it('has envelope and pretty from the options', async () => {
    const reply = { body: { status: 200, content: { a: 1 } } };
    const sent = await send(reply, path, { envelope: true, pretty: true, query: { pageNum: 2 } });
    expect(sent.result).toEqual({ a: 1 });
    expect(sent.path).toBe(`${path}?pageNum=2&envelope=true&pretty=true`);
  });
});

describe('the media type of get()', () => {
  it.each([
    ['/api/atlas/v2/groups', undefined, `application/vnd.atlas.${defaultApiVersion}+json`],
    ['/api/atlas/v2/groups', '2023-01-01', 'application/vnd.atlas.2023-01-01+json'],
    ['/api/atlas/v1.0/groups', undefined, 'application/json'],
    ['/api/atlas/v1.0/groups', '2023-01-01', 'application/json'],
    ['/api/atlas/v20/groups', undefined, 'application/json'],
  ])('for %s with apiVersion %s is %s', async (target, apiVersion, accept) => {
    expect((await send({}, target, { apiVersion })).accept).toBe(accept);
  });
});

describe('the schema of get()', () => {
  it('that hangs ends with an abort', async () => {
    const stop = new AbortController();
    const schema = z.unknown().transform(() => {
      setImmediate(() => stop.abort('stopped'));
      return new Promise<never>(() => undefined);
    });
    await expect(open([{}]).client.get(path, { schema, signal: stop.signal })).rejects.toBe('stopped');
  });

  it('does not parse errors of Atlas', async () => {
    await rejection(open([{ status: 404 }]).client.get(path, { schema: z.never() }), AtlasApiError);
  });

  it('shows no secret even if its issues quote the body', async () => {
    const accessToken = 'a-very-secret-token';
    const echo = { body: { [accessToken]: 1, token: `Bearer ${accessToken}` } };
    const { client } = open([echo], { credentials: { accessToken } });
    const schema = z.strictObject({
      token: z.string().refine(() => false, { error: ({ input }) => `bad value ${input}` }),
    });
    const error = await rejection(client.get(path, { schema }), AtlasInvalidResponseError);
    expect(error.issues).toHaveLength(2);
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(accessToken);
  });
});

describe('a response to get()', () => {
  it.each<Reply>([
    { status: 410, body: { error: 410, errorCode: 'VERSION_GONE' } },
    { status: 404, body: { error: 404, errorCode: 'RESOURCE_NOT_FOUND', parameters: [tenantPath] } },
    { status: 405 },
    { status: 400, body: { error: 400, errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' } },
  ])('does not lead to another endpoint: %j', async (reply) => {
    const { dispatcher, client } = open([reply]);
    for (const _call of [1, 2]) {
      const error = await rejection(client.get(tenantPath), AtlasApiError);
      expect(error).toMatchObject({ status: reply.status, operation: 'get', attempts: 1 });
      expect('endpoint' in error).toBe(false);
      expect(error.message).not.toMatch(/tenant endpoint|snapshot ID|option endpoint/);
    }
    expect(dispatcher.requests.map(({ options }) => options.path)).toEqual([tenantPath, tenantPath]);
  });

  it('that is an empty list does not lead to another endpoint either', async () => {
    const { dispatcher, client } = open([{ body: { results: [] } }]);
    expect(await client.get(path)).toEqual({ results: [] });
    expect(dispatcher.requests).toHaveLength(1);
  });

  it('leads to no deprecation warning, as its headers concern another resource', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await send({ headers: { sunset: 'Thu, 1 Jul 2027 00:00:00 GMT' } }, path);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('get() is like any other call:', () => {
  it('it checks its response, retries, has a timeout, and ends with close()', async () => {
    const { client } = open([{ status: 204 }, { status: 503 }, {}, silent], { maxRetries: 1 });
    expect(await rejection(client.get(path), AtlasInvalidResponseError)).toMatchObject({
      operation: 'get',
      attempts: 1,
    });
    stopClock();
    expect((await runClock(client.get(path).withResponse())).response.attempts).toBe(2);
    const late = runClock(rejection(client.get(path, { timeout: 20 }), AtlasTimeoutError));
    expect(await late).toMatchObject({ operation: 'get', attempts: 1 });
    await client.close();
    await rejection(client.get(path), AtlasClosedError);
  });

  it('it is traced, by its name and without an endpoint', async () => {
    const traces: AtlasCallTrace[] = [];
    const { asyncEnd } = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');
    // The messages of a channel are untyped.
    const note = (message: unknown) => void traces.push(message as AtlasCallTrace);
    asyncEnd.subscribe(note);
    onTestFinished(() => void asyncEnd.unsubscribe(note));
    await send({}, path, { query: { a: 1 } });
    expect(traces).toMatchObject([{ operation: 'get', method: 'GET', path: `${path}?a=1`, status: 200, attempts: 1 }]);
    expect(traces[0]?.endpoint).toBeUndefined();
  });
});
