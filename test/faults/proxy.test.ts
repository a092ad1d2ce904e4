import { beforeEach, describe, expect, it, vi } from 'vitest';
import { get, openFaultClient } from '../support/fault-client.js';
import { standStill } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { optionsError } from '../support/options-error.js';

expectNoUnhandledRejection();

beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined);
});

/** A proxy and a server that accept connections but never respond. */
async function openSilent() {
  const [proxy, atlas] = [await startFaultServer(), await startFaultServer()];
  /** Starts calls, waits for the connections, aborts the calls, and returns how many connections each of the two got. */
  const connect = async (calls = 1, connections = calls, scheme = 'https') => {
    const client = openFaultClient({ url: `${scheme}://127.0.0.1:${atlas.port}` });
    const stop = new AbortController();
    const ended = Promise.allSettled(Array.from({ length: calls }, () => get(client, { signal: stop.signal })));
    await expect.poll(() => proxy.connections + atlas.connections, { interval: 1 }).toBe(connections);
    await standStill();
    stop.abort();
    await ended;
    return { proxy: proxy.connections, atlas: atlas.connections };
  };
  return { proxy, atlas, connect };
}

describe('a proxy from the environment', () => {
  it.each(['https_proxy', 'HTTPS_PROXY'])('is used for https: %s', async (name) => {
    const { proxy, atlas, connect } = await openSilent();
    vi.stubEnv(name, proxy.url);
    expect(await connect()).toEqual({ proxy: 1, atlas: 0 });
    expect(proxy.requests[0]?.head).toMatch(new RegExp(`^CONNECT 127\\.0\\.0\\.1:${atlas.port} `));
  });

  it('is used if the other of the two variables is empty', async () => {
    const { proxy, connect } = await openSilent();
    vi.stubEnv('https_proxy', '');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await connect()).toEqual({ proxy: 1, atlas: 0 });
  });

  it('is used over at most 64 connections', async () => {
    const { proxy, connect } = await openSilent();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await connect(100, 64)).toEqual({ proxy: 64, atlas: 0 });
  });

  it('is not used for http', async () => {
    const { proxy, connect } = await openSilent();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await connect(1, 1, 'http')).toEqual({ proxy: 0, atlas: 1 });
  });

  it('is not used for a host in NO_PROXY', async () => {
    const { proxy, connect } = await openSilent();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect(await connect()).toEqual({ proxy: 0, atlas: 1 });
  });

  it('is not used if the variable is empty', async () => {
    const { connect } = await openSilent();
    vi.stubEnv('HTTPS_PROXY', '');
    expect(await connect()).toEqual({ proxy: 0, atlas: 1 });
  });

  it('is ignored for http, even if it is not a URL', async () => {
    const { proxy, connect } = await openSilent();
    vi.stubEnv('HTTP_PROXY', 'user:password@proxy');
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await connect()).toEqual({ proxy: 1, atlas: 0 });
  });

  it('that is not a URL leads to a configuration error that does not show its password', () => {
    vi.stubEnv('HTTPS_PROXY', 'user:password@proxy');
    const message = optionsError({ baseUrl: 'https://cloud.mongodb.com', credentials: { accessToken: 'token' } });
    expect(message).toContain('HTTPS_PROXY');
    expect(message).not.toContain('password');
  });
});
