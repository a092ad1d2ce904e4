import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, refusal, reset } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

async function open(scripts: Scripts, options: TenantSnapshotsClientOptions = {}) {
  const { url, requests } = await startFaultServer(scripts);
  const client = openClient({ baseUrl: url, endpoint: 'tenant', maxRetries: 0, ...options });
  return { client, requests, get: () => client.getTenantSnapshot(...path) };
}

describe('the message of an API error', () => {
  const advice = 'Check baseUrl and any proxy on the way to Atlas.';

  it.each([
    [{ errorCode: 'TEAPOT', detail: 'Why? I am a teapot' }, ' TEAPOT: Why? I am a teapot.'],
    [{ errorCode: 'TEAPOT', detail: 'Are you a teapot?' }, ' TEAPOT: Are you a teapot?'],
    [{ detail: 'No!', reason: 'Teapot' }, ': No!'],
    [{ reason: 'Teapot' }, ': Teapot.'],
    [{}, '.'],
  ])('for the body %j says what Atlas said, then what to do', async (body, said) => {
    const { get } = await open([answer(418, JSON.stringify(body))]);
    const error = await rejection(get(), AtlasApiError);
    expect(error.message).toBe(`getTenantSnapshot failed with status 418${said} ${advice}`);
  });
});

describe('the message of a timeout', () => {
  it('says what the call was doing', async () => {
    const { get } = await open([], { timeout: 50 });
    expect((await rejection(get(), AtlasTimeoutError)).message).toBe(
      'getTenantSnapshot timed out after 50 ms (timeout) while waiting for the response (attempts: 1). Raise timeout if the call needs longer.',
    );
  });

  describe('after a failed attempt', () => {
    fakeClock();

    it('points to it', async () => {
      const { get } = await open([refusal(503), []], { timeout: 2_000, maxRetries: 3 });
      expect((await skipTime(rejection(get(), AtlasTimeoutError))).message).toBe(
        'getTenantSnapshot timed out after 2000 ms (timeout) while waiting for the response (attempts: 2). The cause says why the last attempt failed. Raise timeout if the call needs longer.',
      );
    });
  });

  it('names the schema if the call waits for it', async () => {
    const { client } = await open([answer(200, '{}')], { timeout: 50 });
    const schema = z.unknown().transform(() => new Promise<never>(() => undefined));
    const error = await rejection(client.get('/api/atlas/v2/groups', { schema }), AtlasTimeoutError);
    expect(error.message).toContain('while waiting for the schema (attempts: 1)');
  });

  it('names attemptTimeout if that expired', async () => {
    const { get } = await open([], { attemptTimeout: 50 });
    expect((await rejection(get(), AtlasTimeoutError)).message).toBe(
      'getTenantSnapshot timed out after 50 ms (attemptTimeout). Raise it if Atlas is slow from here.',
    );
  });
});

describe('the message after close()', () => {
  it('of a new call says so', async () => {
    const { client, get } = await open([]);
    await client.close();
    expect((await rejection(get(), AtlasClosedError)).message).toBe(
      'getTenantSnapshot was called after close(). Create a new client.',
    );
  });

  it('of a call that waited says for what', async () => {
    const { client, requests, get } = await open(refusal(503), { maxRetries: 3 });
    const call = rejection(get(), AtlasClosedError);
    await expect.poll(() => requests.length, { interval: 1 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.close();
    expect((await call).message).toBe(
      'close() ended getTenantSnapshot while it was waiting to retry. Create a new client.',
    );
  });
});

describe('the message of a connection error', () => {
  const advice = 'See the cause, and check the network, baseUrl and any proxy on the way to Atlas.';

  it('names its code', async () => {
    const { get } = await open([reset]);
    expect((await rejection(get(), AtlasConnectionError)).message).toMatch(
      /^getTenantSnapshot got no response \((?:ECONNRESET|UND_ERR_SOCKET)\)\. See the cause/,
    );
  });

  it('has no code if there is none', async () => {
    const dispatcher = {
      dispatch() {
        throw new Error('broken');
      },
    };
    const { get } = await open([], { dispatcher });
    expect((await rejection(get(), AtlasConnectionError)).message).toBe(`getTenantSnapshot got no response. ${advice}`);
  });

  it('names the access token request', async () => {
    const { get } = await open([reset], { credentials: { clientId: 'id', clientSecret: 'secret' } });
    expect((await rejection(get(), AtlasConnectionError)).message).toMatch(
      /^getTenantSnapshot: the access token request got no response/,
    );
  });
});

it('the message about a schema that throws points to the cause', async () => {
  const { client } = await open([answer(200, '{}')]);
  const schema = z.unknown().transform(() => {
    throw new Error('no');
  });
  const error = await rejection(client.get('/api/atlas/v2/groups', { schema }), AtlasInvalidResponseError);
  expect(error.issues).toEqual([{ path: '', message: 'the schema threw an error; see the cause' }]);
});
