import { describe, expect, it, vi } from 'vitest';
import { AtlasTimeoutError } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { startFaultServer } from '../support/fault-server.js';
import { head, send } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';

describe('a connection that is never made', () => {
  it('ends an attempt by attemptTimeout', async () => {
    // A TLS handshake that nobody answers.
    const { port } = await startFaultServer();
    const client = openFaultClient({ url: `https://127.0.0.1:${port}` }, { attemptTimeout: 50 });
    const error = await rejection(get(client, { timeout: 5_000 }), AtlasTimeoutError);
    expect(error).toMatchObject({ attempts: 1, cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
  });

  it('ends an attempt by attemptTimeout, also behind a proxy that opened the tunnel', async () => {
    const proxy = await startFaultServer([send(head(200))]);
    for (const name of ['https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const client = openFaultClient({ url: 'https://atlas.example' }, { attemptTimeout: 50 });
    const error = await rejection(get(client, { timeout: 5_000 }), AtlasTimeoutError);
    expect(error).toMatchObject({ attempts: 1, cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
    expect(proxy.connections).toBe(1);
  });
});
