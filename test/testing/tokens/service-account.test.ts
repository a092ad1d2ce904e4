import { describe, expect, it } from 'vitest';
import type { TokenOptions } from '../../../src/testing/tokens/service-account.js';
import { flexSnapshotsPath, openApi } from '../support/open-api.js';

// test/testing/exchanges.http has the bodies of the OAuth endpoints, and their limits by the options.

async function start(tokens: TokenOptions = {}) {
  const api = await openApi({ tokens });
  const newToken = async (): Promise<string> => (await api.fetchToken()).json.access_token;
  const statusOf = (token: string) =>
    api.statusOf(flexSnapshotsPath(), { headers: { ...api.login, authorization: `Bearer ${token}` } });
  return { ...api, newToken, statusOf };
}

describe('a token', () => {
  it('is valid until it expires', async () => {
    const { emulator, newToken, statusOf, wait } = await start();
    const token = await newToken();
    wait(3_599_999);
    expect(await statusOf(token)).toBe(200);
    wait(1);
    expect(await statusOf(token)).toBe(401);
    expect(emulator.requests.map(({ kind, scheme }) => `${kind} ${scheme}`)).toEqual([
      'token basic',
      'flex bearer',
      'flex bearer',
    ]);
  });

  it('is revoked by the revocation endpoint', async () => {
    const { post, newToken, statusOf } = await start();
    const [token, other] = [await newToken(), await newToken()];
    expect((await post('revoke', { token, token_type_hint: 'access_token' })).status).toBe(200);
    expect([await statusOf(token), await statusOf(other)]).toEqual([401, 200]);
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
  it('past 50 in a minute or 100 valid tokens is refused, and refused ones do not count', async () => {
    const { fetchToken, wait } = await start();
    for (let minute = 0; minute < 2; minute += 1) {
      for (let count = 0; count < 50; count += 1) expect((await fetchToken()).status).toBe(200);
      wait(20_500);
      const { status, headers } = await fetchToken();
      expect([status, headers.get('retry-after')]).toEqual([429, '40']);
      wait(39_500);
    }
    expect((await fetchToken()).status).toBe(403);
  });

  it('past the limit of valid tokens succeeds after one expires or is revoked', async () => {
    const { fetchToken, newToken, post, wait } = await start({ live: 2 });
    const first = await newToken();
    await newToken();
    expect((await fetchToken()).status).toBe(403);
    await post('revoke', { token: first });
    expect((await fetchToken()).status).toBe(200);
    expect((await fetchToken()).status).toBe(403);
    wait(3_600_000);
    expect((await fetchToken()).status).toBe(200);
  });
});
