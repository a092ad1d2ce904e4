import { HttpResponse, http } from 'msw';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasInvalidArgumentError,
  type AtlasPromise,
  type AtlasResponse,
  type TenantSnapshot,
} from '../../src/index.js';
import { failedSnapshot } from '../support/atlas-bodies.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { path, tenantRoute } from '../support/snapshot-routes.js';

const refused = { error: 403, errorCode: 'SOME_CODE', detail: 'not this snapshot' };

async function openAnswering(headers: [string, string][] = [], status = 200) {
  const body = status === 200 ? failedSnapshot : refused;
  const server = await startMswServer(http.get(tenantRoute, () => HttpResponse.json(body, { status, headers })));
  return openClient({ baseUrl: server.url });
}

describe('the promise of a call', () => {
  it('is a Promise', async () => {
    const client = await openAnswering();
    const promise = client.getTenantSnapshot(...path);
    expect(promise).toBeInstanceOf(Promise);
    expect(Object.prototype.toString.call(promise)).toBe('[object Promise]');
    expect(await promise).toMatchObject({ status: 'FAILED' });
    expect(await promise).toBe(await promise);
    expect(await Promise.all([promise, 5])).toEqual([await promise, 5]);
    expect(await Promise.resolve(promise)).toBe(await promise);
  });

  it('has then, catch and finally, which return plain promises', async () => {
    const client = await openAnswering();
    const promise = client.getTenantSnapshot(...path);
    const onFinally = vi.fn();
    for (const next of [promise.then(), promise.catch(() => undefined), promise.finally(onFinally)]) {
      expect(next).toBeInstanceOf(Promise);
      expect(next).not.toHaveProperty('withResponse');
    }
    await expect(promise.then(({ id }) => id)).resolves.toBe(failedSnapshot.id);
    await expect(promise.finally(onFinally)).resolves.toBe(await promise);
    expect(onFinally).toHaveBeenCalledTimes(2);
  });

  it('rejects like any promise', async () => {
    const client = await openAnswering([], 403);
    const promise = client.getTenantSnapshot(...path);
    await expect(promise).rejects.toBeInstanceOf(AtlasApiError);
    await expect(promise.catch((error: unknown) => error)).resolves.toBeInstanceOf(AtlasApiError);
    await expect(Promise.all([promise])).rejects.toBeInstanceOf(AtlasApiError);
  });

  it('has the types of the contract', async () => {
    const client = await openAnswering();
    const promise = client.getTenantSnapshot(...path);
    expectTypeOf(promise).toEqualTypeOf<AtlasPromise<TenantSnapshot>>();
    expectTypeOf(promise).toExtend<Promise<TenantSnapshot>>();
    expectTypeOf(promise.withResponse).returns.resolves.toEqualTypeOf<{
      data: TenantSnapshot;
      response: AtlasResponse;
    }>();
    await promise;
  });
});

describe('withResponse()', () => {
  it('resolves to the result and the response', async () => {
    const client = await openAnswering([
      ['X-Request-Id', 'abc'],
      ['RateLimit-Limit', '4000'],
      ['RateLimit-Remaining', '0'],
    ]);
    const promise = client.getTenantSnapshot(...path);
    const { data, response } = await promise.withResponse();
    expect(data).toBe(await promise);
    expect(response).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-request-id': 'abc', 'ratelimit-limit': '4000' },
      endpoint: 'tenant',
      attempts: 1,
      rateLimit: { limit: 4000, remaining: 0 },
    });
  });

  it('can be called again, and after the promise is settled', async () => {
    const client = await openAnswering();
    const promise = client.getTenantSnapshot(...path);
    await promise;
    expect(await promise.withResponse()).toEqual(await promise.withResponse());
  });

  it('joins the values of a repeated header', async () => {
    const client = await openAnswering([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    const { response } = await client.getTenantSnapshot(...path).withResponse();
    expect(response.headers['set-cookie']).toBe('a=1, b=2');
  });

  it.each<[Record<string, string>, AtlasResponse['rateLimit']]>([
    [{}, undefined],
    [{ 'RateLimit-Limit': '10' }, { limit: 10 }],
    [{ 'RateLimit-Remaining': '9' }, { remaining: 9 }],
    [
      { 'RateLimit-Limit': '10', 'RateLimit-Remaining': '0' },
      { limit: 10, remaining: 0 },
    ],
    [{ 'RateLimit-Limit': 'ten', 'RateLimit-Remaining': '-1' }, undefined],
    [{ 'RateLimit-Limit': '1.5', 'RateLimit-Remaining': '10 a minute' }, undefined],
    [{ 'RateLimit-Limit': 'a10', 'RateLimit-Remaining': '7' }, { remaining: 7 }],
  ])('parses the rate limit of %j', async (headers, rateLimit) => {
    const client = await openAnswering(Object.entries(headers));
    const { response } = await client.getTenantSnapshot(...path).withResponse();
    expect(response.rateLimit).toStrictEqual(rateLimit);
    expect('rateLimit' in response).toBe(rateLimit !== undefined);
  });

  it('counts the attempts at both endpoints', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
    emulator.sunset();
    const call = client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
    const { response } = await call.withResponse();
    expect(response).toMatchObject({ endpoint: 'flex', attempts: 2, status: 200 });
    expect(response.headers['content-type']).toContain('vnd.atlas');
  });

  it('rejects like the promise', async () => {
    const client = await openAnswering([], 403);
    const promise = client.getTenantSnapshot(...path);
    const error = await rejection(promise.withResponse(), AtlasApiError);
    await expect(promise).rejects.toBe(error);
    await rejection(client.getTenantSnapshot('', '', '').withResponse(), AtlasInvalidArgumentError);
  });

  it('leaves no unhandled rejection if only it is awaited', async () => {
    const onUnhandled = vi.fn();
    process.on('unhandledRejection', onUnhandled);
    try {
      const client = await openAnswering([], 403);
      await rejection(client.getTenantSnapshot(...path).withResponse(), AtlasApiError);
      await rejection(client.getTenantSnapshot('', '', '').withResponse(), AtlasInvalidArgumentError);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', onUnhandled);
    }
    expect(onUnhandled).not.toHaveBeenCalled();
  });
});
