import { describe, expect, it } from 'vitest';
import type { TokenOptions } from '../../../src/testing/index.js';
import { basic, openApi, tenantApiPath } from '../support/open-api.js';

async function start(tokens: TokenOptions = {}) {
  const api = await openApi({ tokens });
  const newToken = async (): Promise<string> => (await api.fetchToken()).json.access_token;
  const statusOf = (token: string) => api.statusOf(tenantApiPath(), { headers: { authorization: `Bearer ${token}` } });
  return { ...api, newToken, statusOf };
}

describe('a token', () => {
  it('is issued for the right secret, and valid until it expires', async () => {
    const { emulator, fetchToken, statusOf, wait } = await start();
    const { status, json: token } = await fetchToken();
    expect(status).toBe(200);
    expect(token).toEqual({ access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' });
    wait(3_599_999);
    expect(await statusOf(token.access_token)).toBe(200);
    wait(1);
    expect(await statusOf(token.access_token)).toBe(401);
    expect(emulator.requests.map(({ kind, scheme }) => [kind, scheme])).toEqual([
      ['token', 'basic'],
      ['tenant', 'bearer'],
      ['tenant', 'bearer'],
    ]);
  });

  it('is revoked by the revocation endpoint', async () => {
    const { post, newToken, statusOf } = await start();
    const token = await newToken();
    expect((await post('revoke', { token, token_type_hint: 'access_token' })).status).toBe(200);
    expect(await statusOf(token)).toBe(401);
    expect((await post('revoke', { token })).status).toBe(200);
    expect((await post('revoke', {})).json).toMatchObject({ error: 'invalid_request' });
    expect((await post('revoke', { token }, basic('other', 'x'))).status).toBe(401);
  });

  it('is revoked with all others by revokeTokens(), and replaced by issueToken()', async () => {
    const { emulator, newToken, statusOf } = await start();
    const tokens = [await newToken(), emulator.credentials.accessToken.accessToken, emulator.issueToken()];
    for (const token of tokens) expect(await statusOf(token)).toBe(200);
    emulator.revokeTokens();
    for (const token of tokens) expect(await statusOf(token)).toBe(401);
    expect(await statusOf(emulator.issueToken())).toBe(200);
  });
});

describe('a token request', () => {
  it('past 50 in a minute is refused, and refused ones do not count', async () => {
    const { fetchToken, wait } = await start();
    for (let i = 0; i < 50; i += 1) expect((await fetchToken()).status).toBe(200);
    wait(20_500);
    const { status, headers, text } = await fetchToken();
    expect([status, headers.get('retry-after')]).toEqual([429, '40']);
    expect(text).toBe(
      '{"detail":"Resource /api/oauth/token is limited to 50 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/oauth/token",50,1],"reason":"Too Many Requests"}',
    );
    wait(39_500);
    expect((await fetchToken()).status).toBe(200);
  });

  it('of another client counts toward no limit', async () => {
    const { fetchToken } = await start({ perMinute: 1 });
    for (let i = 0; i < 3; i += 1) expect((await fetchToken(basic('other', 'x'))).status).toBe(401);
    expect((await fetchToken()).status).toBe(200);
  });

  it('has the limits of the options', async () => {
    const { fetchToken, wait } = await start({ perMinute: 1, window: 50, retryAfter: false, lifetime: 30 });
    expect((await fetchToken()).json.expires_in).toBe(30);
    const { status, headers } = await fetchToken();
    expect([status, headers.has('retry-after')]).toEqual([429, false]);
    wait(50);
    expect((await fetchToken()).status).toBe(200);
  });

  it('with 100 valid tokens is refused with 403', async () => {
    const { fetchToken } = await start({ perMinute: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 100; i += 1) expect((await fetchToken()).status).toBe(200);
    const { status, text } = await fetchToken();
    expect([status, text]).toEqual([
      403,
      '{"error":"access_denied","error_description":"Access Token limit reached. Please use the existing Access Tokens or create a new Service Account."}',
    ]);
  });

  it('past the limit of valid tokens succeeds after one expires or is revoked', async () => {
    const { fetchToken, newToken, post, wait } = await start({ live: 2 });
    const first = await newToken();
    wait(1000);
    await newToken();
    expect((await fetchToken()).status).toBe(403);
    await post('revoke', { token: first });
    expect((await fetchToken()).status).toBe(200);
    expect((await fetchToken()).status).toBe(403);
    wait(3_600_000);
    expect((await fetchToken()).status).toBe(200);
  });

  it('is not limited by revocations', async () => {
    const { fetchToken, post } = await start({ perMinute: 1 });
    for (let i = 0; i < 3; i += 1) expect((await post('revoke', { token: 'unknown' })).status).toBe(200);
    expect((await fetchToken()).status).toBe(200);
    expect((await post('revoke', { token: 'unknown' })).status).toBe(200);
  });
});
