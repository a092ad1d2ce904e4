import { expect, it } from 'vitest';
import { authorization, challenge } from '../support/digest-login.js';
import { flexPath, openApi, otherId, tenantPath } from './support/open-api.js';

// The only body that Atlas indents without being asked to.
const unauthorized = `{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}`;

const wrongKey = { username: 'emulator', password: 'wrong', realm: 'MMS Public API', uri: flexPath() };

it.each<[string, string, ((nonce: string) => string)?]>([
  ['for the list', flexPath()],
  ['for an unknown project', flexPath('', 'Cluster0', otherId)],
  ['for an unknown route', '/api/atlas/v2/nothing'],
  ['with envelope=true', flexPath('?envelope=true')],
  ['with another scheme', flexPath(), () => 'Basic ZW11bGF0b3I6a2V5'],
  ['with a wrong key', flexPath(), (nonce) => authorization({ ...wrongKey, nonce, qop: 'auth' })],
])('a request that does not log in gets a challenge: %s', async (_name, path, header) => {
  const { ask, get } = await openApi();
  const { nonce } = challenge(await ask(flexPath(), { headers: {} }));
  const { status, headers, text } = await get(path, { headers: header ? { authorization: header(nonce) } : {} });
  expect([status, headers.get('content-type'), text]).toEqual([401, 'application/json', unauthorized]);
  expect(headers.get('www-authenticate')).toMatch(
    /^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false$/,
  );
  for (const name of ['x-error-code', 'ratelimit-limit', 'ratelimit-remaining']) expect(headers.has(name)).toBe(false);
});

it('a token that is refused leads to a Bearer challenge, enveloped if requested', async () => {
  const { get } = await openApi();
  const headers = { authorization: 'Bearer unknown' };
  const refused = await get(tenantPath(), { headers });
  expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/json']);
  expect(refused.headers.get('www-authenticate')).toMatch(/^Digest .*, Bearer .*error="invalid_token"/);
  const enveloped = await get(tenantPath('?envelope=true'), { headers });
  expect([enveloped.status, enveloped.json]).toMatchObject([200, { status: 401, content: { error: 401 } }]);
});
