import { afterEach, describe, expect, it } from 'vitest';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from '../../src/testing/index.js';

let emulator: AtlasEmulator | undefined;
let clock = 1_700_000_000_000;

afterEach(async () => {
  await emulator?.close();
});

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function start(tokens: AtlasEmulatorOptions['tokens'] = {}) {
  const started = await startAtlasEmulator({ tokens, now: () => clock });
  emulator = started;
  const { clientId, clientSecret } = started.credentials.serviceAccount;
  const post = (name: string, form: Record<string, string>, authorization = basic(clientId, clientSecret)) => {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(form).toString();
    return fetch(`${started.url}/api/oauth/${name}`, { method: 'POST', headers, body });
  };
  const fetchToken = (authorization?: string) => post('token', { grant_type: 'client_credentials' }, authorization);
  const newToken = async (): Promise<string> => (await (await fetchToken()).json()).access_token;
  const path = `/api/atlas/v1.0/groups/${started.groupId}/clusters/Cluster0/backup/tenant/snapshots`;
  const get = (token: string, query = '') =>
    fetch(started.url + path + query, { headers: { authorization: `Bearer ${token}` } });
  return { emulator: started, clientId, clientSecret, post, fetchToken, newToken, get };
}

describe('a token', () => {
  it('is issued for the right secret, and valid until it expires', async () => {
    const { emulator, fetchToken, get } = await start();
    const response = await fetchToken();
    expect(response.status).toBe(200);
    const token = await response.json();
    expect(token).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' });
    expect((await get(token.access_token)).status).toBe(200);
    clock += 3_600_000;
    expect((await get(token.access_token)).status).toBe(401);
    expect(emulator.requests.map(({ kind, scheme }) => [kind, scheme])).toEqual([
      ['token', 'basic'],
      ['tenant', 'bearer'],
      ['tenant', 'bearer'],
    ]);
  });

  it('that is refused leads to a Bearer challenge, enveloped if requested', async () => {
    const { get } = await start();
    const response = await get('unknown');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Digest .*, Bearer .*error="invalid_token"/);
    expect(response.headers.get('content-type')).toBe('application/json');
    const enveloped = await get('unknown', '?envelope=true');
    expect(enveloped.status).toBe(200);
    expect(await enveloped.json()).toMatchObject({ status: 401, content: { error: 401 } });
  });

  it('is revoked by the revocation endpoint', async () => {
    const { post, newToken, get } = await start();
    const token = await newToken();
    expect((await post('revoke', { token, token_type_hint: 'access_token' })).status).toBe(200);
    expect((await get(token)).status).toBe(401);
    expect((await post('revoke', { token })).status).toBe(200);
    expect(await (await post('revoke', {})).json()).toMatchObject({ error: 'invalid_request' });
    expect((await post('revoke', { token }, basic('other', 'x'))).status).toBe(401);
  });

  it('is revoked with all others by revokeTokens(), and replaced by issueToken()', async () => {
    const { emulator, newToken, get } = await start();
    const tokens = [await newToken(), emulator.credentials.accessToken.accessToken, emulator.issueToken()];
    for (const token of tokens) expect((await get(token)).status).toBe(200);
    emulator.revokeTokens();
    for (const token of tokens) expect((await get(token)).status).toBe(401);
    expect((await get(emulator.issueToken())).status).toBe(200);
  });
});

describe('a token request', () => {
  it('without the right secret is refused as invalid_client', async () => {
    const { fetchToken, clientId } = await start();
    for (const wrong of [basic(clientId, 'wrong'), basic('other', 'x'), 'Basic bm9jb2xvbg==', 'Bearer x']) {
      const response = await fetchToken(wrong);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
      expect(await response.json()).toEqual({ error: 'invalid_client', error_description: expect.any(String) });
    }
  });

  it('with another grant type, body or method is refused', async () => {
    const { emulator, post, clientId, clientSecret } = await start();
    const other = await post('token', { grant_type: 'password' });
    expect([other.status, (await other.json()).error]).toEqual([400, 'unsupported_grant_type']);
    const headers = { authorization: basic(clientId, clientSecret) };
    const url = `${emulator.url}/api/oauth/token`;
    expect((await fetch(url, { headers })).status).toBe(405);
    const json = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect([json.status, (await json.json()).error]).toEqual([400, 'invalid_request']);
  });

  it('past 50 in a minute is refused, and refused ones do not count', async () => {
    const { fetchToken } = await start();
    for (let i = 0; i < 50; i += 1) expect((await fetchToken()).status).toBe(200);
    clock += 20_500;
    const response = await fetchToken();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '40']);
    expect(await response.text()).toBe(
      '{"detail":"Resource /api/oauth/token is limited to 50 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/oauth/token",50,1],"reason":"Too Many Requests"}',
    );
    clock += 39_500;
    expect((await fetchToken()).status).toBe(200);
  });

  it('has the limits of the options', async () => {
    const { fetchToken } = await start({ perMinute: 1, window: 50, retryAfter: false, lifetime: 30 });
    expect((await (await fetchToken()).json()).expires_in).toBe(30);
    const response = await fetchToken();
    expect([response.status, response.headers.has('retry-after')]).toEqual([429, false]);
    clock += 50;
    expect((await fetchToken()).status).toBe(200);
  });

  it('with 100 valid tokens is refused with 403', async () => {
    const { fetchToken } = await start({ perMinute: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 100; i += 1) expect((await fetchToken()).status).toBe(200);
    const denied = await fetchToken();
    expect([denied.status, await denied.text()]).toEqual([
      403,
      '{"error":"access_denied","error_description":"Access Token limit reached. Please use the existing Access Tokens or create a new Service Account."}',
    ]);
  });

  it('past the limit of valid tokens succeeds after one expires or is revoked', async () => {
    const { fetchToken, newToken, post } = await start({ live: 2 });
    const first = await newToken();
    clock += 1000;
    await newToken();
    expect((await fetchToken()).status).toBe(403);
    await post('revoke', { token: first });
    expect((await fetchToken()).status).toBe(200);
    expect((await fetchToken()).status).toBe(403);
    clock += 3_600_000;
    expect((await fetchToken()).status).toBe(200);
  });

  it('is not limited by revocations', async () => {
    const { fetchToken, post } = await start({ perMinute: 1 });
    for (let i = 0; i < 3; i += 1) expect((await post('revoke', { token: 'unknown' })).status).toBe(200);
    expect((await fetchToken()).status).toBe(200);
    expect((await post('revoke', { token: 'unknown' })).status).toBe(200);
  });
});
