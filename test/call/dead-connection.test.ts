import { setImmediate as turn } from 'node:timers/promises';
import { ProxyAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AtlasConnectionError,
  AtlasInvalidResponseError,
  type DispatcherLike,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { openConnectProxy } from '../examples/support/connect-proxy.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, end, good, head, reset, type Script, send } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const deaths: [name: string, script: Script][] = [
  ['resets it', [reset]],
  ['closes it', [end]],
];

describe.each(deaths)('a server that accepts a connection and %s', (_name, dies) => {
  it.each([0, 1, 2, 3])('gets the request again at no charge, %i times', async (times) => {
    const server = await startFaultServer(({ number }) => (number <= times ? dies : good));
    const { response } = await openFaultClient(server)
      .getTenantSnapshot(...path)
      .withResponse();
    expect(response.attempts).toBe(1);
    expect(server.requests).toHaveLength(times + 1);
  });

  it('gets it four times at most', async () => {
    const server = await startFaultServer(dies);
    const error = await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(error).toMatchObject({ attempts: 1, cause: { message: expect.any(String) } });
    expect(server.requests).toHaveLength(4);
  });

  it('gets each page of a list again, three times at most', async () => {
    const page = (number: number) => `{"results":[{"id":"${String(number).padStart(24, '0')}"}],"totalCount":3}`;
    // Each page is answered at its fourth request.
    const server = await startFaultServer(({ number }) => (number % 4 === 0 ? [answer(200, page(number))] : dies));
    const client = openFaultClient(server, { endpoint: 'flex' });
    const { data, response } = await client.listTenantSnapshots(path[0], path[1]).withResponse();
    expect(data).toHaveLength(3);
    expect(response.attempts).toBe(3);
    expect(server.requests).toHaveLength(12);
  });

  it('gets each poll of a wait again, three times at most', async () => {
    const polls = [answer(200, '{"status":"RUNNING"}'), ...good];
    // Each poll is answered at its fourth request.
    const server = await startFaultServer(({ number }) => (number % 4 === 0 ? polls.splice(0, 1) : dies));
    const { response } = await openFaultClient(server)
      .waitForTenantSnapshot(...path, { pollInterval: 1 })
      .withResponse();
    expect(response.attempts).toBe(2);
    expect(server.requests).toHaveLength(8);
  });

  it('gets a token request twice at most', async () => {
    const server = await startFaultServer(dies);
    const credentials = { clientId: 'id', clientSecret: 'client-secret' };
    await rejection(get(openFaultClient(server, { credentials })), AtlasConnectionError);
    expect(server.requests.map(({ target }) => target)).toEqual(['/api/oauth/token', '/api/oauth/token']);
  });

  it('gets a token request again at no charge', async () => {
    const server = await startFaultServer(({ number }) => {
      if (number === 1) return dies;
      return number === 2 ? [answer(200, '{"access_token":"token","expires_in":3600}')] : good;
    });
    const credentials = { clientId: 'id', clientSecret: 'client-secret' };
    await expect(get(openFaultClient(server, { credentials }))).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('gets each Digest request with a count of its own', async () => {
    const challenge = 'www-authenticate: Digest realm="r", nonce="n", qop="auth"';
    const server = await startFaultServer(({ number, authorization }) => {
      if (authorization === undefined) return [answer(401, '{}', challenge)];
      return number <= 3 ? dies : good;
    });
    const credentials = { publicKey: 'public', privateKey: 'private-key' };
    await get(openFaultClient(server, { credentials }));
    const counts = server.requests.map(({ authorization }) => /nc=(\w+)/.exec(authorization ?? '')?.[1]);
    expect(counts).toEqual([undefined, '00000001', '00000002', '00000003']);
  });
});

describe('a request is not sent again', () => {
  it.each<[name: string, script: Script]>([
    ['the head of a response', [send(head(200, 'content-length: 99')), reset]],
    ['the head and a part of the body', [send(`${head(200, 'content-length: 99')}{"id"`), reset]],
    ['an interim response', [send('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), reset]],
    ['a part of a chunked body', [send(`${head(200, 'transfer-encoding: chunked')}5\r\n{"id"\r\n`), end]],
  ])('after %s', async (_name, script) => {
    const server = await startFaultServer(script);
    await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(server.requests).toHaveLength(1);
  });

  it('after a response that is not HTTP', async () => {
    const server = await startFaultServer([send('This is no HTTP\r\n\r\n')]);
    await rejection(get(openFaultClient(server)), AtlasConnectionError);
    expect(server.requests).toHaveLength(1);
  });

  it('after a response that is unusable', async () => {
    const server = await startFaultServer([answer(200, 'no JSON'), end]);
    await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a kept connection that dies', () => {
  const proxied = async (options: TenantSnapshotsClientOptions = {}) => {
    const proxy = await openConnectProxy();
    const agent = new ProxyAgent({ uri: proxy.url, proxyTunnel: true });
    onTestFinished(() => agent.destroy());
    return { proxy, options: { ...options, dispatcher: agent } };
  };

  it.each(deaths)('loses no call over a ProxyAgent if the server %s', async (_name, dies) => {
    const { proxy, options } = await proxied();
    const server = await startFaultServer(({ before }) => (before === 0 ? good : dies));
    const client = openFaultClient(server, options);
    for (let call = 0; call < 4; call += 1) {
      await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
      await turn();
    }
    expect(proxy.tunnels.length).toBeGreaterThanOrEqual(4);
  });

  it('loses no concurrent call over a ProxyAgent', async () => {
    const { options } = await proxied();
    const server = await startFaultServer(({ before, connection }) =>
      before === 0 || connection > 3 ? good : [reset],
    );
    const client = openFaultClient(server, options);
    await Promise.all(Array.from({ length: 3 }, () => get(client)));
    await turn();
    await expect(Promise.all(Array.from({ length: 20 }, () => get(client)))).resolves.toHaveLength(20);
  });
});

describe('a dispatcher', () => {
  /** A dispatcher that fails the first requests with this error after it started them, and then answers. */
  function failing(error: Error, times: number): { dispatcher: DispatcherLike; count: () => number } {
    let count = 0;
    const dispatcher: DispatcherLike = {
      dispatch(_options, handler) {
        count += 1;
        const controller = { abort() {} };
        handler.onRequestStart(controller, {});
        if (count <= times) handler.onResponseError(controller, error);
        else {
          handler.onResponseStart(controller, 200, {});
          handler.onResponseData(controller, Buffer.from('{"status":"COMPLETED"}'));
          handler.onResponseEnd(controller, {});
        }
        return true;
      },
    };
    return { dispatcher, count: () => count };
  }

  const withCode = (message: string, code?: string) => Object.assign(new Error(message), code && { code });
  const open = (dispatcher: DispatcherLike) =>
    openClient({ baseUrl: 'https://cloud.mongodb.com', endpoint: 'tenant', maxRetries: 0, dispatcher });

  it.each([
    withCode('other side closed', 'UND_ERR_SOCKET'),
    withCode('read ECONNRESET', 'ECONNRESET'),
    withCode('write EPIPE', 'EPIPE'),
    withCode('Stream closed with error code NGHTTP2_REFUSED_STREAM', 'ERR_HTTP2_STREAM_ERROR'),
    withCode('HTTP/2: "GOAWAY" frame received with code 0', 'UND_ERR_INFO'),
  ])('that reports a dead connection gets the request again: $message', async (error) => {
    const { dispatcher, count } = failing(error, 2);
    await expect(get(open(dispatcher))).resolves.toEqual({ status: 'COMPLETED' });
    expect(count()).toBe(3);
  });

  it.each([
    withCode('no such host', 'ENOTFOUND'),
    withCode('connect ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'),
    withCode('Request aborted', 'UND_ERR_ABORTED'),
    withCode('no code at all'),
  ])('that reports anything else does not: $message', async (error) => {
    const { dispatcher, count } = failing(error, 1);
    await expect(get(open(dispatcher))).rejects.toMatchObject({ attempts: 1 });
    expect(count()).toBe(1);
  });

  it('of undici 6, which rejects such requests, is asked once, and the message names versions 7 and 8', async () => {
    let count = 0;
    const dispatcher: DispatcherLike = {
      dispatch() {
        count += 1;
        throw withCode('invalid onConnect method', 'UND_ERR_INVALID_ARG');
      },
    };
    const client = openClient({ baseUrl: 'https://cloud.mongodb.com', dispatcher, maxRetries: 3 });
    const error = await rejection(get(client), AtlasConnectionError);
    expect(error).toMatchObject({ attempts: 1, cause: { code: 'UND_ERR_INVALID_ARG' } });
    expect(error.message).toMatch(/undici 7 or 8/);
    expect(count).toBe(1);
  });
});
