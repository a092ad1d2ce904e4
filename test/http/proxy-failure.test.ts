import { channel } from 'node:diagnostics_channel';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AtlasConnectionError } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultServer, type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, end, head, reset, type Script, send } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();

beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
});

// Nothing listens there: only the proxy gets connections.
const atlas = { url: 'https://atlas.example' };

/** Starts a proxy with this script for each request, and sets HTTPS_PROXY to it. */
async function startProxy(scripts: Scripts): Promise<FaultServer> {
  const proxy = await startFaultServer(scripts);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  return proxy;
}

const hangUps: [what: string, script: Script][] = [
  ['closes the connection', [end]],
  ['resets the connection', [reset]],
  ['opens the tunnel and closes it', [send(head(200)), end]],
];

describe('a proxy that accepts a connection and never opens the tunnel', () => {
  it.each(hangUps)('leads to a connection error if it %s, after one connection per attempt', async (_what, script) => {
    const proxy = await startProxy(script);
    const error = await rejection(get(openFaultClient(atlas)), AtlasConnectionError);
    expect(error).toMatchObject({ attempts: 1, cause: { message: expect.any(String) } });
    expect(proxy.connections).toBeLessThanOrEqual(4);
    // No further connections in the background.
    const { connections } = proxy;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(proxy.connections).toBe(connections);
  });

  it('leads to a cause that says so if it closes the connection', async () => {
    await startProxy([end]);
    const error = await rejection(get(openFaultClient(atlas)), AtlasConnectionError);
    expect(error.cause).toMatchObject({
      message: 'The proxy closed the connection before it opened a tunnel',
      code: 'PROXY_TUNNEL_FAILED',
      cause: { code: 'UND_ERR_SOCKET' },
    });
    expect(error.message).toContain('(PROXY_TUNNEL_FAILED)');
  });

  it('leads to a connection error of each of many concurrent calls', async () => {
    const proxy = await startProxy([end]);
    const client = openFaultClient(atlas);
    const calls = Array.from({ length: 20 }, () => rejection(get(client), AtlasConnectionError));
    await Promise.all(calls);
    expect(proxy.connections).toBeLessThanOrEqual(20 * 4);
  });

  it('leads to a timeout if it does not respond, which is retried', async () => {
    await startProxy([]);
    const stop = new AbortController();
    const onRetry = (message: unknown) => stop.abort(message);
    channel('atlas-tenant-snapshots:retry').subscribe(onRetry);
    onTestFinished(() => void channel('atlas-tenant-snapshots:retry').unsubscribe(onRetry));
    const client = openFaultClient(atlas, { attemptTimeout: 100, maxRetries: 1 });
    await expect(get(client, { signal: stop.signal })).rejects.toMatchObject({
      attempt: 1,
      error: { code: 'TIMEOUT', attempts: 1, cause: { code: expect.stringMatching(/TIMEOUT/) } },
    });
  });
});

describe('a call is retried, within maxRetries', () => {
  fakeClock();

  it.each(hangUps)('if the proxy %s', async (_what, script) => {
    const proxy = await startProxy(script);
    const error = await skipTime(rejection(get(openFaultClient(atlas, { maxRetries: 2 })), AtlasConnectionError));
    expect(error).toMatchObject({ attempts: 3, cause: expect.any(Error) });
    expect(proxy.connections).toBeLessThanOrEqual(12);
  });

  it.each([502, 503])('if the proxy responds with %i', async (status) => {
    const proxy = await startProxy([answer(status, 'no upstream')]);
    const error = await skipTime(rejection(get(openFaultClient(atlas, { maxRetries: 2 })), AtlasConnectionError));
    expect(error.attempts).toBe(3);
    expect(error.cause).toMatchObject({ message: expect.stringContaining(String(status)) });
    expect(proxy.requests).toHaveLength(3);
  });
});

describe('a proxy that refuses the tunnel', () => {
  it.each<[status: number, fields: string[], advice: RegExp]>([
    [407, ['proxy-authenticate: Basic realm="proxy"'], /proxy.*407.*user name and password/i],
    [403, [], /proxy.*403.*NO_PROXY/i],
  ])('with %i is not retried, and has advice in the message', async (status, fields, advice) => {
    const proxy = await startProxy([send(head(status, 'content-length: 0', ...fields))]);
    const error = await rejection(get(openFaultClient(atlas, { maxRetries: 3 })), AtlasConnectionError);
    expect(error.attempts).toBe(1);
    expect(error.message).toMatch(advice);
    expect(proxy.requests).toHaveLength(1);
  });

  it('does not get the token of the call', async () => {
    const proxy = await startProxy([answer(403, '')]);
    await rejection(get(openFaultClient(atlas)), AtlasConnectionError);
    expect(proxy.requests[0]?.head).toMatch(/^CONNECT atlas\.example:443 /);
    expect(proxy.requests[0]?.authorization).toBeUndefined();
  });
});
