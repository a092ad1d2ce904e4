import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidArgumentError, type AtlasResponse } from '../../../src/client/index.js';
import { failedSnapshot } from '../../support/atlas-bodies.js';
import { get, openClient } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Reply, scriptedDispatcher } from '../../support/scripted-dispatcher.js';

/** The promise of a call with this response. By default it is a snapshot. */
function call(reply: Reply = {}) {
  const dispatcher = scriptedDispatcher({ body: failedSnapshot, ...reply });
  return get(openClient({ dispatcher, endpoint: 'tenant' }));
}

describe('withResponse()', () => {
  it('resolves to the result and the response, as often as it is called', async () => {
    const rateLimit = { 'ratelimit-limit': '4000', 'ratelimit-remaining': '0' };
    const promise = call({ headers: { 'set-cookie': ['a=1', 'b=2'], ...rateLimit } });
    const { data, response } = await promise.withResponse();
    expect(data).toBe(await promise);
    expect(response).toStrictEqual({
      status: 200,
      headers: { 'set-cookie': 'a=1, b=2', ...rateLimit },
      endpoint: 'tenant',
      attempts: 1,
      rateLimit: { limit: 4000, remaining: 0 },
    });
    expect(await promise.withResponse()).toEqual({ data, response });
  });

  it.each<[headers: Record<string, string>, rateLimit: AtlasResponse['rateLimit']]>([
    [{}, undefined],
    [{ 'ratelimit-limit': '10' }, { limit: 10 }],
    [{ 'ratelimit-remaining': '9' }, { remaining: 9 }],
    [{ 'ratelimit-limit': 'ten', 'ratelimit-remaining': '-1' }, undefined],
    [{ 'ratelimit-limit': '1.5', 'ratelimit-remaining': '10 a minute' }, undefined],
    [{ 'ratelimit-limit': 'a10', 'ratelimit-remaining': '7' }, { remaining: 7 }],
  ])('parses the rate limit of %j', async (headers, rateLimit) => {
    const { response } = await call({ headers }).withResponse();
    expect(response.rateLimit).toStrictEqual(rateLimit);
    expect('rateLimit' in response).toBe(rateLimit !== undefined);
  });

  it('rejects like the promise, and leaves no unhandled rejection if only it is awaited', async () => {
    const promise = call({ status: 403 });
    const error = await rejection(promise.withResponse(), AtlasApiError);
    await expect(promise).rejects.toBe(error);
    const invalid = openClient({ dispatcher: scriptedDispatcher() }).getTenantSnapshot('', '', '');
    await rejection(invalid.withResponse(), AtlasInvalidArgumentError);
  });
});
