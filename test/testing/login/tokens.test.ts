import { describe, expect, it } from 'vitest';
import { flexSnapshotsPath, openApi } from '../support/open-api.js';

// test/testing/exchanges.http has the bodies of the OAuth endpoints.

async function start() {
  const api = await openApi();
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
