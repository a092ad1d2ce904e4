import { runInNewContext } from 'node:vm';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AtlasError, type DispatcherLike, type DispatchOptionsLike } from '../../src/index.js';
import { fakeClock, passTime, standStill } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { everythingOf } from '../support/fault-report.js';
import { startFaultServer } from '../support/fault-server.js';
import { good } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type DispatchScript, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { path, snapshotId, tenantPath } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();
fakeClock();

const baseUrl = 'http://127.0.0.1:9';
const challenge: DispatchScript = (reply) =>
  reply(401, '{}', { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' });
const success: DispatchScript = (reply) => reply(200, JSON.stringify({ id: snapshotId }));
const silent: DispatchScript = () => undefined;
const ignore = { abort() {} };

function open(...scripts: DispatchScript[]) {
  const { dispatcher, begun, aborted } = scriptedDispatcher(...scripts);
  const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
  const client = openClient({ baseUrl, credentials, dispatcher });
  const controller = new AbortController();
  const get = () => client.getTenantSnapshot(...path, { signal: controller.signal });
  return { begun, aborted, controller, get };
}

describe('a dispatcher that reports no error', () => {
  it.each([undefined, 'text', null])('but %j ends the attempt as a connection failure', async (reason) => {
    const dispatcher: DispatcherLike = {
      dispatch(_options, handler) {
        handler.onRequestStart(ignore, {});
        // What a dispatcher without types may do.
        Reflect.apply(handler.onResponseError, handler, [ignore, reason]);
        return true;
      },
    };
    const client = openClient({ baseUrl, dispatcher, maxRetries: 0 });
    await expect(client.getTenantSnapshot(...path)).rejects.toMatchObject({ code: 'CONNECTION' });
  });
});

describe('a dispatcher that responds within dispatch()', () => {
  it('may send a challenge, and gets the login', async () => {
    const { get, begun, aborted } = open(challenge, success);
    await expect(get()).resolves.toEqual({ id: snapshotId });
    expect([begun, aborted]).toEqual([[1, 2], []]);
  });

  it('may send an error after the login', async () => {
    const { get, begun } = open(challenge, (reply) => reply(403, '{}'));
    await expect(get()).rejects.toMatchObject({ code: 'API_ERROR', status: 403, attempts: 1 });
    expect(begun).toEqual([1, 2]);
  });

  it('gets the second request of a login aborted with its call', async () => {
    const { get, begun, aborted, controller } = open(challenge, silent);
    const ended = expect(get()).rejects.toBe('stop');
    await standStill();
    expect(begun).toEqual([1, 2]);
    controller.abort('stop');
    await ended;
    expect(aborted).toEqual([2]);
  });

  it('gets no request after the call has ended', async () => {
    const { get, begun, controller } = open(challenge, (reply) => void setTimeout(reply, 300, 503, '{}'), success);
    const ended = expect(get()).rejects.toBe('stop');
    await passTime(100);
    controller.abort('stop');
    await ended;
    await passTime(2_000);
    expect(begun).toEqual([1, 2]);
  });
});

describe('a call that is aborted within dispatch()', () => {
  it('aborts its request and sends no other', async () => {
    const test = open((reply) => {
      test.controller.abort('stop');
      setTimeout(reply, 300, 503, '{}');
    }, success);
    await expect(test.get()).rejects.toBe('stop');
    await passTime(2_000);
    expect(test.begun).toEqual([1]);
    expect(test.aborted).toEqual([1]);
  });

  it.each<[name: string, script: DispatchScript]>([
    ['a challenge', challenge],
    ['a retryable error', (reply) => reply(503, '{}')],
    ['a sunset', (reply) => reply(410, '{}')],
  ])('sends no other request after %s that arrives during the abort', async (_name, script) => {
    const test = open((reply) => {
      test.controller.abort('stop');
      script(reply);
    }, success);
    await expect(test.get()).rejects.toBe('stop');
    await passTime(2_000);
    expect(test.begun).toEqual([1]);
  });
});

/** A call with this dispatch(). */
function callOver(dispatch: DispatcherLike['dispatch'], options: { attemptTimeout?: number } = {}) {
  const client = openClient({ baseUrl, dispatcher: { dispatch }, endpoint: 'tenant', maxRetries: 0, ...options });
  return client.getTenantSnapshot(...path);
}

describe('a misbehaving dispatcher', () => {
  it.each([new TypeError('no such thing'), 'not an error'])(
    'causes a connection error if it throws %s',
    async (thrown) => {
      const call = callOver(() => {
        throw thrown;
      });
      const cause = { message: thrown instanceof Error ? thrown.message : expect.any(String) };
      await expect(call).rejects.toMatchObject({ code: 'CONNECTION', attempts: 1, cause });
    },
  );

  it('causes one connection error, with the first as its cause, if it throws after it reported an error', async () => {
    const call = callOver((_options, handler) => {
      handler.onResponseError(ignore, new Error('reported'));
      throw new Error('thrown');
    });
    await expect(call).rejects.toMatchObject({ code: 'CONNECTION', cause: { message: 'reported' } });
  });

  it('has no effect after the end of a response', async () => {
    const call = callOver((_options, handler) => {
      handler.onRequestStart(ignore, {});
      handler.onResponseStart(ignore, 200, {});
      handler.onResponseData(ignore, Buffer.from('{"status":"COMPLETED"}'));
      handler.onResponseEnd(ignore, {});
      handler.onResponseData(ignore, Buffer.from('more'));
      handler.onResponseEnd(ignore, {});
      handler.onResponseError(ignore, new Error('too late'));
      return true;
    });
    await expect(call).resolves.toEqual({ status: 'COMPLETED' });
  });
});

describe('the error of a dispatcher', () => {
  const token = 'token-of-the-test';

  function circular(): Error {
    const error = new Error(`with ${token}`);
    // Not enumerable, like a cause that the constructor sets.
    return Object.defineProperty(error, 'cause', { value: error });
  }

  it.each<[name: string, error: Error]>([
    ['a secret in its message', new Error(`with ${token}`)],
    ['a secret in a deeper cause', new Error('outer', { cause: new Error('middle', { cause: new Error(token) }) })],
    ['a secret in a cause that is a string', new Error('outer', { cause: `of ${token}` })],
    ['a secret in its code', Object.assign(new Error('broken'), { code: token })],
    ['a secret among several errors', new AggregateError([new Error(token), new Error(token)], 'all')],
    ['a secret in a property', Object.assign(new Error('broken'), { data: token, body: token, headers: [token] })],
    ['itself as its cause', circular()],
    ['another realm as its origin', runInNewContext(`new Error('with ${token}')`)],
    ['frozen properties', Object.freeze(new Error('broken'))],
  ])('with %s becomes the cause of a connection error, without secrets', async (_name, thrown) => {
    const call = callOver((_options, handler) => {
      handler.onResponseError(ignore, thrown);
      return true;
    });
    const error = await rejection(call, AtlasError);
    expect(error).toMatchObject({
      code: 'CONNECTION',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
    });
    expect(error.cause).toBeDefined();
    expect(everythingOf(error)).not.toContain(token);
  });

  it('has its code in the message', async () => {
    const call = callOver((_options, handler) => {
      handler.onResponseError(ignore, Object.assign(new Error('broken'), { code: 'SOME_CODE' }));
      return true;
    });
    const error = await rejection(call, AtlasError);
    expect(error.message).toContain('SOME_CODE');
    expect(error.cause).toMatchObject({ message: 'broken', code: 'SOME_CODE' });
  });
});

it('passes the request to the dispatcher with the timeouts of undici turned off', async () => {
  const passed: DispatchOptionsLike[] = [];
  await callOver((options, handler) => {
    passed.push(options);
    handler.onRequestStart(ignore, {});
    handler.onResponseStart(ignore, 200, {});
    handler.onResponseData(ignore, Buffer.from('{}'));
    handler.onResponseEnd(ignore, {});
    return true;
  });
  const [first] = passed;
  expect(passed).toHaveLength(1);
  expect(first).toMatchObject({ origin: baseUrl, path: tenantPath, method: 'GET', body: null });
  expect(first).toMatchObject({ headersTimeout: 0, bodyTimeout: 0 });
  expect(first?.headers).toEqual(expect.arrayContaining(['authorization', 'Bearer token-of-the-test']));
});

it('restarts attemptTimeout if the dispatcher sends the request again', async () => {
  const call = callOver(
    (_options, handler) => {
      handler.onRequestStart(ignore, {});
      setTimeout(() => handler.onRequestStart(ignore, {}), 600);
      setTimeout(() => {
        handler.onResponseStart(ignore, 200, {});
        handler.onResponseData(ignore, Buffer.from('{"status":"COMPLETED"}'));
        handler.onResponseEnd(ignore, {});
      }, 1_200);
      return true;
    },
    { attemptTimeout: 1_000 },
  );
  call.catch(() => undefined);
  await passTime(1_300);
  await expect(call).resolves.toEqual({ status: 'COMPLETED' });
});

it('causes no warning if many clients share an agent', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const server = await startFaultServer(good);
  for (let count = 0; count < 20; count += 1) {
    await openClient({ baseUrl: server.url, dispatcher }).getTenantSnapshot(...path);
  }
  expect(warn).not.toHaveBeenCalled();
});
