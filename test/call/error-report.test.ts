import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  AtlasApiError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
  type CallOptions,
  type DispatcherLike,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { fakeClock, passTime, skipTime } from '../support/fault-clock.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, head, type Script, send } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';

/** The error of a call that gets this response. */
async function errorOf(script: Script, options?: TenantSnapshotsClientOptions, call?: CallOptions) {
  const server = await startFaultServer(script);
  return rejection(get(openFaultClient(server, options), call), AtlasApiError);
}

const atlasError = (status: number, body: object, ...fields: string[]) => [
  answer(status, JSON.stringify({ error: status, ...body }), 'content-type: application/json', ...fields),
];

describe('the error code', () => {
  it('comes from X-Error-Code if the body has none', async () => {
    const bodies = ['', '<h1>no</h1>', '{}', '{"errorCode":null}', '{"errorCode":5}'];
    for (const body of bodies) {
      const error = await errorOf([answer(404, body, 'x-error-code: CLUSTER_NOT_FOUND')]);
      expect(error).toMatchObject({ status: 404, errorCode: 'CLUSTER_NOT_FOUND' });
      expect(error.message).toMatch(/404 CLUSTER_NOT_FOUND.*Check the cluster name/);
    }
  });

  it('comes from the body if both have one', async () => {
    const error = await errorOf(atlasError(404, { errorCode: 'GROUP_NOT_FOUND' }, 'x-error-code: OTHER'));
    expect(error.errorCode).toBe('GROUP_NOT_FOUND');
  });

  it('is left off if it is null', async () => {
    const error = await errorOf(
      atlasError(401, { errorCode: null, parameters: null, detail: 'You are not authorized for this resource.' }),
    );
    expect('errorCode' in error).toBe(false);
    expect('parameters' in error).toBe(false);
    expect(error.message).toMatch(/status 401: You are not authorized for this resource\. Check the API key/);
  });

  it('may be the name of a property that every object has', async () => {
    for (const errorCode of ['constructor', '__proto__', 'toString']) {
      const error = await errorOf(atlasError(400, { errorCode }));
      expect(error.message).toMatch(/Check the arguments/);
    }
  });
});

describe('parameters', () => {
  it.each<[parameters: unknown[]]>([[['a', 'b']], [[{ name: 'a' }, { name: 'b' }]], [[null, 5, true]], [[]]])(
    'may be %j',
    async (parameters) => {
      expect((await errorOf(atlasError(400, { parameters }))).parameters).toEqual(parameters);
    },
  );
});

describe('the advice follows the error code', () => {
  it.each<[status: number, errorCode: string, advice: RegExp]>([
    [401, 'USER_UNAUTHORIZED', /login is valid.*role/],
    [401, 'TENANT_SNAPSHOT_ACCESS_DENIED', /login is valid.*role/],
    [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', /IP access list/],
    [403, 'ORG_REQUIRES_ACCESS_LIST', /IP access list/],
    [404, 'GROUP_NOT_FOUND', /project ID/],
    [404, 'CLUSTER_NOT_FOUND', /cluster name/],
    [404, 'TENANT_SNAPSHOT_NOT_FOUND', /snapshot ID/],
    [400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', /dedicated.*free/],
    [400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', /Flex cluster.*endpoint/],
    [406, 'INVALID_VERSION_DATE', /apiVersion|update/i],
    [402, 'NO_PAYMENT_INFORMATION_FOUND', /payment/],
  ])('%i %s', async (status, errorCode, advice) => {
    const error = await errorOf(atlasError(status, { errorCode, detail: 'The words of Atlas.' }));
    expect(error.message).toContain(`status ${status} ${errorCode}: The words of Atlas.`);
    expect(error.message.split('The words of Atlas.')[1]).toMatch(advice);
  });

  it('asks for a newer version of the package if Flex is gone', async () => {
    const error = await errorOf(atlasError(410, { errorCode: 'VERSION_GONE' }), { endpoint: 'flex' });
    expect(error.message).toMatch(/Update atlas-tenant-snapshots/);
  });
});

describe('the wait of a 429', () => {
  const bucket = (seconds: unknown) =>
    atlasError(429, {
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      parameters: ['api/atlas/v2', seconds, '1200', '500', '60'],
    });

  it.each([
    ['7', 7_000],
    ['0', 0],
    [12, 12_000],
  ])('is %j s in the parameters: %i ms', async (seconds, retryAfter) => {
    expect((await errorOf(bucket(seconds))).retryAfter).toBe(retryAfter);
  });

  it.each([['soon'], ['-1'], ['1.5'], [null], [{}], ['']])('is not %j in the parameters', async (seconds) => {
    expect('retryAfter' in (await errorOf(bucket(seconds)))).toBe(false);
  });

  it('is that of Retry-After if there are both', async () => {
    const body = { errorCode: 'RATE_LIMITED_TOKEN_BUCKET', parameters: ['api', '7'] };
    expect((await errorOf(atlasError(429, body, 'retry-after: 3'))).retryAfter).toBe(3_000);
  });

  it('is not looked for in the parameters of other codes', async () => {
    const body = { errorCode: 'RATE_LIMITED', parameters: ['/api/oauth/token', 50, 1] };
    expect('retryAfter' in (await errorOf(atlasError(429, body)))).toBe(false);
  });

  it('is a date compared with the Date of the response, whatever the local clock says', async () => {
    const fields = ['date: Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after: Sun, 06 Nov 1994 08:49:57 GMT'];
    expect((await errorOf(atlasError(503, {}, ...fields))).retryAfter).toBe(20_000);
  });

  it('is read inside an envelope', async () => {
    const content = { error: 429, errorCode: 'RATE_LIMITED_TOKEN_BUCKET', parameters: ['api', '7'] };
    const script = [answer(200, JSON.stringify({ status: 429, content }))];
    expect(await errorOf(script, {}, { envelope: true })).toMatchObject({ status: 429, retryAfter: 7_000 });
  });

  describe('is waited for', () => {
    fakeClock();

    it('before the next attempt', async () => {
      const server = await startFaultServer([bucket('5'), good]);
      const call = get(openFaultClient(server, { maxRetries: 1 }));
      await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
      await passTime(4_900);
      expect(server.requests).toHaveLength(1);
      await skipTime(call);
      expect(server.requests).toHaveLength(2);
    });

    it('unless it is longer than a minute', async () => {
      const server = await startFaultServer([bucket('61'), good]);
      const error = await rejection(get(openFaultClient(server, { maxRetries: 1 })), AtlasApiError);
      expect(error).toMatchObject({ attempts: 1, retryAfter: 61_000 });
    });
  });
});

describe('a success that breaks the contract is an INVALID_RESPONSE at once', () => {
  async function problemOf(script: Script, options: TenantSnapshotsClientOptions = {}) {
    const server = await startFaultServer(script);
    const client = openFaultClient(server, { maxRetries: 3, ...options });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error.attempts).toBe(1);
    return error.issues[0]?.message;
  }

  it.each([201, 202, 203, 206, 226, 299])('with the status %i', async (status) => {
    expect(await problemOf([answer(status, '{}')])).toContain(`status is ${status}`);
  });

  it('with the status 204', async () => {
    expect(await problemOf([send(head(204))])).toContain('status is 204');
  });

  it('with a Content-Length over the limit, before any of the body arrived', async () => {
    const script = [send(head(200, 'content-length: 1001'))];
    expect(await problemOf(script, { maxResponseSize: 1_000 })).toMatch(/1000 bytes \(maxResponseSize\)/);
  });

  it('with a body over the limit after it is unzipped', async () => {
    const bomb = gzipSync(JSON.stringify({ status: 'x'.repeat(1_000_000) }));
    const script = [answer(200, bomb, 'content-encoding: gzip')];
    expect(await problemOf(script, { maxResponseSize: 10_000 })).toMatch(/10000 bytes \(maxResponseSize\)/);
  });

  it.each([
    ['br', brotliCompressSync('{}')],
    ['deflate', deflateSync('{}')],
    ['zstd', Buffer.from('{}')],
    ['gzip, gzip', gzipSync(gzipSync('{}'))],
  ])('with the content coding %s', async (coding, body) => {
    expect(await problemOf([answer(200, body, `content-encoding: ${coding}`)])).toContain(`content coding ${coding}`);
  });

  it('with broken gzip', async () => {
    expect(await problemOf([answer(200, '{}', 'content-encoding: gzip')])).toContain('not valid gzip');
  });
});

describe('an error of a dispatcher', () => {
  /** The error of a call over a dispatcher that fails with this. */
  async function connectionErrorOf(error: Error) {
    const dispatcher: DispatcherLike = {
      dispatch(_options, handler) {
        handler.onResponseError({ abort() {} }, error);
        return true;
      },
    };
    const client = openClient({ baseUrl: 'https://cloud.mongodb.com', endpoint: 'tenant', maxRetries: 0, dispatcher });
    return rejection(get(client), AtlasConnectionError);
  }

  const state = (error: Error) => JSON.stringify(Object.getOwnPropertyDescriptors(error));

  it('is copied as the cause: its name, code and message, and those of its own causes', async () => {
    class SpecialError extends Error {
      override readonly name = 'SpecialError';
      readonly code = 'SPECIAL';
    }
    const inner = [new SpecialError('first'), new SpecialError('second')];
    const foreign = new AggregateError(inner, 'all failed', { cause: new TypeError('the reason') });
    const before = [foreign, ...inner].map(state);
    const { cause } = await connectionErrorOf(foreign);
    expect(cause).not.toBe(foreign);
    expect(cause).toMatchObject({
      name: 'AggregateError',
      message: 'all failed',
      cause: { name: 'TypeError', message: 'the reason' },
      errors: [
        { name: 'SpecialError', code: 'SPECIAL', message: 'first' },
        { name: 'SpecialError', code: 'SPECIAL', message: 'second' },
      ],
    });
    expect([foreign, ...inner].map(state)).toEqual(before);
  });

  it('may hold itself many times', async () => {
    const foreign = new AggregateError([], 'round and round');
    foreign.errors.push(...Array.from({ length: 50 }, () => foreign));
    foreign.cause = foreign;
    const error = await connectionErrorOf(foreign);
    expect(error.cause).toMatchObject({ message: 'round and round' });
  });

  it('may have a cause for every cause', async () => {
    let foreign = new Error('the innermost');
    for (let depth = 0; depth < 20_000; depth += 1) foreign = new Error('a cause', { cause: foreign });
    const error = await connectionErrorOf(foreign);
    expect(error.cause).toMatchObject({ message: 'a cause', cause: { message: 'a cause' } });
  });
});
