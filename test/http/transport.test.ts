import { EnvHttpProxyAgent, Pool } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DispatcherLike, DispatchHandlerLike, DispatchOptionsLike } from '../../src/http/dispatcher.js';
import type { Answer, ExchangeFailure } from '../../src/http/exchange.js';
import { Transport } from '../../src/http/transport.js';
import { AtlasConfigurationError } from '../../src/index.js';
import { standStill } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer } from '../support/fault-steps.js';

expectNoUnhandledRejection();

const limits = { attemptTimeout: 1000, maxResponseSize: 1000 };
const request = { method: 'GET', path: '/path?query', headers: ['accept', 'text/plain'] } as const;
const get = { ...request, headers: [...request.headers] };

beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined);
});

/** Sends, and gives how it ended. */
const send = (transport: Transport, what: Parameters<Transport['send']>[0] = get) =>
  new Promise<Answer | ExchangeFailure>((resolve) => {
    transport.send(what, limits, { onAnswer: resolve, onFailure: resolve });
  });

function dispatcher(dispatch: (options: DispatchOptionsLike, handler: DispatchHandlerLike) => void): DispatcherLike {
  return {
    dispatch: (options, handler) => {
      dispatch(options, handler);
      return true;
    },
  };
}

describe('send', () => {
  it('goes to the origin, and tells the answer', async () => {
    const server = await startFaultServer([answer(200, 'body', 'x: y')]);
    const transport = new Transport(server.url, undefined);
    const ended = await send(transport);
    expect(ended).toMatchObject({ status: 200, headers: { x: 'y' }, truncated: false });
    expect('body' in ended && ended.body.toString()).toBe('body');
    expect(server.requests[0]?.head).toBe(
      `GET /path?query HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\naccept: text/plain\r\n\r\n`,
    );
    await transport.close();
  });

  it('tells an error of undici', async () => {
    const transport = new Transport('http://127.0.0.1:1', undefined);
    expect(await send(transport)).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await transport.close();
  });

  it.each([
    ['GET', undefined, null],
    ['POST', 'a=b', 'a=b'],
  ] as const)('of a %s hands all over, and no clock of undici', (method, body, sentBody) => {
    const dispatched: DispatchOptionsLike[] = [];
    const transport = new Transport(
      'https://origin',
      dispatcher((options) => dispatched.push(options)),
    );
    const exchange = transport.send({ ...get, method, body }, limits, { onAnswer: vi.fn(), onFailure: vi.fn() });
    const { path, headers } = get;
    expect(dispatched).toEqual([
      { origin: 'https://origin', path, method, headers, body: sentBody, headersTimeout: 0, bodyTimeout: 0 },
    ]);
    exchange.cancel();
  });

  it.each([new Error('destroyed'), 'no error'])('tells that a dispatcher threw %s', async (thrown) => {
    const throwing = dispatcher(() => {
      throw thrown;
    });
    const cause = thrown instanceof Error ? thrown : new Error('The dispatcher refused the request');
    const ended = await send(new Transport('https://origin', throwing));
    expect(ended).toEqual({ cause, onDeadConnection: false });
  });

  it('tells once, also where a dispatcher tells and then throws', () => {
    const onFailure = vi.fn();
    const both = dispatcher((_options, handler) => {
      handler.onResponseError({ abort: vi.fn() }, new Error('told'));
      throw new Error('thrown');
    });
    new Transport('https://origin', both).send(get, limits, { onAnswer: vi.fn(), onFailure });
    expect(onFailure).toHaveBeenCalledTimes(1);
    expect(onFailure.mock.calls[0]?.[0]).toMatchObject({ cause: { message: 'told' } });
  });
});

describe('close', () => {
  it('closes its own connections, and only these', async () => {
    const server = await startFaultServer([answer(200, '')]);
    const pool = new Pool(server.url);
    const [own, others] = [new Transport(server.url, undefined), new Transport(server.url, pool)];
    await Promise.all([send(own), send(others)]);
    expect(server.open).toBe(2);
    await own.close();
    await others.close();
    await expect.poll(() => server.open, { interval: 1 }).toBe(1);
    expect(pool.destroyed).toBe(false);
    await pool.destroy();
    expect(await send(own)).toMatchObject({ cause: expect.any(Error) });
  });

  it('is fulfilled with nothing', async () => {
    expect(await new Transport('http://127.0.0.1:1', undefined).close()).toBeUndefined();
    expect(await new Transport('http://127.0.0.1:1', dispatcher(vi.fn())).close()).toBeUndefined();
  });
});

describe('a proxy of the environment', () => {
  const proxied = async (origin: string) => {
    const viaProxy = vi.spyOn(EnvHttpProxyAgent.prototype, 'dispatch').mockReturnValue(true);
    const direct = vi.spyOn(Pool.prototype, 'dispatch').mockReturnValue(true);
    const transport = new Transport(origin, undefined);
    transport.send(get, limits, { onAnswer: vi.fn(), onFailure: vi.fn() }).cancel();
    const calls = [viaProxy.mock.calls.length, direct.mock.calls.length];
    await transport.close();
    return calls;
  };

  it.each(['https_proxy', 'HTTPS_PROXY'])('is used for https, by %s', async (name) => {
    vi.stubEnv(name, 'http://127.0.0.1:9');
    expect(await proxied('https://cloud.mongodb.com')).toEqual([1, 0]);
  });

  it('is not used for http', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    expect(await proxied('http://127.0.0.1:1')).toEqual([0, 1]);
  });

  it('is not there where none is named', async () => {
    vi.stubEnv('HTTPS_PROXY', '');
    expect(await proxied('https://cloud.mongodb.com')).toEqual([0, 1]);
  });

  it('is used over at most 64 connections', async () => {
    const proxy = await startFaultServer();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const transport = new Transport('https://cloud.mongodb.com', undefined);
    const sent = Array.from({ length: 100 }, () => send(transport));
    await expect.poll(() => proxy.requests.length, { interval: 1 }).toBe(64);
    await standStill();
    expect(proxy.connections).toBe(64);
    expect(proxy.requests[0]?.head).toMatch(/^CONNECT cloud.mongodb.com:443 /);
    await transport.close();
    expect(await Promise.all(sent)).toHaveLength(100);
  });

  it('is used by the name that is not empty', async () => {
    const proxy = await startFaultServer();
    vi.stubEnv('https_proxy', '');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const transport = new Transport('https://cloud.mongodb.com', undefined);
    const sent = send(transport);
    await expect.poll(() => proxy.requests.length, { interval: 1 }).toBe(1);
    await transport.close();
    await sent;
  });

  it('for http does not matter', () => {
    vi.stubEnv('HTTP_PROXY', 'user:password@proxy');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    expect(() => new Transport('https://cloud.mongodb.com', undefined)).not.toThrow();
  });

  it('that is no URL is told, without the value', () => {
    vi.stubEnv('HTTPS_PROXY', 'user:password@proxy');
    let thrown: unknown;
    try {
      new Transport('https://cloud.mongodb.com', undefined);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AtlasConfigurationError);
    expect(String(thrown)).toContain('HTTPS_PROXY');
    expect(String(thrown)).not.toContain('password');
  });
});
