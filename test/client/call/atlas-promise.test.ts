import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasInvalidArgumentError } from '../../../src/client/index.js';
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
    const promise = call({ headers: { 'set-cookie': ['a=1', 'b=2'] } });
    const { data, response } = await promise.withResponse();
    expect(data).toBe(await promise);
    expect(response).toStrictEqual({
      status: 200,
      headers: { 'set-cookie': 'a=1, b=2' },
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(await promise.withResponse()).toEqual({ data, response });
  });

  it('rejects like the promise, and leaves no unhandled rejection if only it is awaited', async () => {
    const promise = call({ status: 403 });
    const error = await rejection(promise.withResponse(), AtlasApiError);
    await expect(promise).rejects.toBe(error);
    const invalid = openClient({ dispatcher: scriptedDispatcher() }).getTenantSnapshot('', '', '');
    await rejection(invalid.withResponse(), AtlasInvalidArgumentError);
  });
});
