import { describe, expect, it, vi } from 'vitest';
import type { AtlasCredentials } from '../../src/index.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good } from '../support/fault-steps.js';
import { RecordingStore } from '../support/odd-stores.js';
import { openClient } from '../support/open-client.js';
import { optionsError } from '../support/options-error.js';
import { path } from '../support/snapshot-routes.js';

const challenge = 'www-authenticate: Digest realm="r", nonce="n", qop="auth"';

/** An Atlas that knows each login. */
function startAtlas() {
  return startFaultServer(({ target, authorization }) => {
    if (target.endsWith('/token')) return [answer(200, '{"access_token":"the-token","expires_in":3600}')];
    return authorization === undefined ? [answer(401, '{}', challenge)] : good;
  });
}

describe('the option tokenStore', () => {
  it('shares the token of credentials from the environment', async () => {
    vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', undefined);
    vi.stubEnv('MONGODB_ATLAS_CLIENT_ID', 'id');
    vi.stubEnv('MONGODB_ATLAS_CLIENT_SECRET', 'client-secret');
    const server = await startAtlas();
    const tokenStore = new RecordingStore();
    for (let client = 0; client < 3; client += 1) {
      const credentials = undefined;
      await openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, tokenStore }).getTenantSnapshot(...path);
    }
    expect(server.requests.filter(({ target }) => target.endsWith('/token'))).toHaveLength(1);
    expect(tokenStore.sets).toHaveLength(1);
  });

  it.each<[name: string, credentials: AtlasCredentials]>([
    ['an API key', { publicKey: 'public', privateKey: 'private-key' }],
    ['an access token', { accessToken: 'token' }],
    ['an accessToken function', { accessToken: () => 'token' }],
  ])('has no effect with %s', async (_name, credentials) => {
    const server = await startAtlas();
    const tokenStore = new RecordingStore();
    const client = openClient({ baseUrl: server.url, endpoint: 'tenant', credentials, tokenStore });
    await client.getTenantSnapshot(...path);
    await client.close();
    expect([tokenStore.gets, tokenStore.sets]).toEqual([[], []]);
  });

  it('is no part of the credentials', () => {
    const credentials = { clientId: 'id', clientSecret: 'client-secret', tokenStore: new RecordingStore() };
    expect(optionsError({ credentials })).toMatch(/credentials.*tokenStore/);
  });
});
