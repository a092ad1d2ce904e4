import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError, isAtlasApiError } from '../../../src/index.js';
import { startDigestServer, type WholeAnswer } from '../../support/digest-server.js';
import { authorizations } from './support/counts.js';
import { openClient } from './support/open-client.js';
import { type Key, type Offer, octets, paramsOf, verify } from './support/verify.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const snapshot: WholeAnswer = { status: 200, body: '{"status":"COMPLETED"}' };

function challenged(lines: string | string[]): WholeAnswer {
  return { status: 401, headers: { 'www-authenticate': lines } };
}

/** A server that sends these challenges, and accepts logins with one of them. */
async function serve(lines: string | string[], offer: Offer, client: Key = key) {
  const server = await startDigestServer((request) => (verify(request, client, offer) ? snapshot : challenged(lines)));
  return { server, get: openClient(server.url, client) };
}

const plain = 'Digest realm="r", nonce="n", qop="auth"';
const offer = { realm: 'r', nonce: 'n' };
const sha = { ...offer, algorithm: 'SHA-256' };
const others = [
  'Basic realm="r, nonce=\\"x\\""',
  'Negotiate',
  'Negotiate YWJj==',
  'Bearer realm="r", error="invalid_token"',
];

describe('a usable challenge', () => {
  it.each<[string, string | string[], Offer]>([
    [
      'of Atlas',
      'Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, qop="auth", stale=false',
      { realm: 'MMS Public API', nonce: 'n', algorithm: 'MD5' },
    ],
    [
      'with the misprint in the documentation of Atlas',
      'Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, op="auth", stale=false',
      { realm: 'MMS Public API', nonce: 'n', algorithm: 'MD5' },
    ],
    ['without an algorithm', plain, offer],
    ['without a qop', 'Digest realm="r", nonce="n"', offer],
    ['with an empty realm', 'Digest realm="", nonce="n", qop="auth"', { ...offer, realm: '' }],
    ['in any case', 'dIGEST REALM="r", NONCE="n", QOP="AUTH", ALGORITHM=md5', { ...offer, algorithm: 'md5' }],
    ['in any order', 'Digest qop="auth", nonce="n", algorithm=MD5, realm="r"', { ...offer, algorithm: 'MD5' }],
    ['with any white space', ' ,, Digest   realm = "r"\t,nonce="n" ,, qop\t=\t"auth" ,', offer],
    ['without commas', 'Digest realm="r" nonce="n" qop="auth"', offer],
    [
      'with quoted tokens, and quoted strings without quotes',
      'Digest realm=r, nonce=n, qop=auth, algorithm="MD5", stale="false"',
      { ...offer, algorithm: 'MD5' },
    ],
    ['with unknown parameters', 'Digest realm="r", foo=bar, nonce="n", b@r=, qop="auth", x="y, z"', offer],
    ['with a domain', `${plain}, domain="/api https://example.org/"`, offer],
    ['with an unknown charset', `${plain}, charset=ISO-8859-1`, offer],
    ['with an unknown qop and auth-int', 'Digest realm="r", nonce="n", qop="auth-conf,auth-int"', offer],
    [
      'with quoted pairs',
      'Digest realm="a \\"b\\" \\\\ \\c", nonce="n\\"\\\\,", qop="auth", opaque="\\"o\\""',
      { realm: 'a "b" \\ c', nonce: 'n"\\,', opaque: '"o"' },
    ],
    ['with an empty opaque', `${plain}, opaque=""`, { ...offer, opaque: '' }],
    [
      'whose realm looks like a challenge',
      'Digest realm="Digest realm=x, nonce=y", nonce="n", qop="auth"',
      { ...offer, realm: 'Digest realm=x, nonce=y' },
    ],
    [
      'whose realm is UTF-8',
      `Digest realm="${octets('Z\u00fcrich \u2713')}", nonce="n", qop="auth"`,
      { ...offer, realm: octets('Z\u00fcrich \u2713') },
    ],
    ['whose realm is Latin-1', 'Digest realm="Z\u00fcrich", nonce="n", qop="auth"', { ...offer, realm: 'Z\u00fcrich' }],
    ['whose opaque is Latin-1', `${plain}, opaque="\u00e9"`, { ...offer, opaque: '\u00e9' }],
    ['after other schemes in one line', [...others, plain].join(', '), offer],
    ['before other schemes in one line', [plain, ...others].join(', '), offer],
    ['between other schemes, one per line', [...others, plain, ...others], offer],
    [
      'next to a weaker one, one per line',
      ['Digest realm="r", nonce="weak", algorithm=MD5, qop="auth"', `${plain}, algorithm=SHA-256`],
      sha,
    ],
    [
      'next to a weaker one in one line',
      `${plain}, algorithm=SHA-256, Digest realm="r", nonce="weak", algorithm=MD5, qop="auth"`,
      sha,
    ],
    [
      'next to one with an unknown algorithm',
      ['Digest realm="r", nonce="x", algorithm=SHA3-512, qop="auth"', `${plain}, algorithm=SHA-256`],
      sha,
    ],
    [
      'next to one with an unknown qop',
      ['Digest realm="r", nonce="x", algorithm=SHA-512-256, qop="auth-conf"', `${plain}, algorithm=SHA-256`],
      sha,
    ],
    ['next to a -sess without a qop', ['Digest realm="r", nonce="x", algorithm=SHA-256-sess', plain], offer],
    [
      'next to a malformed one',
      ['Digest realm="r", nonce="x', 'Digest realm="r", nonce="\u0001"'.replace('\u0001', '@@"@'), plain],
      offer,
    ],
    ['next to one without a nonce', ['Digest realm="r", algorithm=SHA-256, qop="auth"', plain], offer],
    ['next to one without a realm', ['Digest nonce="x", algorithm=SHA-256, qop="auth"', plain], offer],
    [
      'with SHA-512-256 next to MD5 and SHA-256',
      ['MD5', 'SHA-256', 'SHA-512-256'].map(
        (name) => `Digest realm="r", nonce="${name}", algorithm=${name}, qop="auth"`,
      ),
      { realm: 'r', nonce: 'SHA-512-256', algorithm: 'SHA-512-256' },
    ],
    ['with an unusual qop list', 'Digest realm="r", nonce="n", qop=" ,auth-int ,\tauth,"', offer],
  ])('leads to a login: %s', async (_, lines, expected) => {
    const { server, get } = await serve(lines, expected);
    await get();
    await get();
    expect(server.requests.map(({ authorization }) => authorization !== undefined)).toEqual([false, true, true]);
  });

  it('is used instead of Basic', async () => {
    const { server, get } = await serve(['Basic realm="r"', plain, 'Basic realm="r"'], offer);
    await get();
    expect(authorizations(server.requests)).toEqual([expect.stringMatching(/^Digest /)]);
  });

  it('leads to a hashed username if it has userhash', async () => {
    const user = { publicKey: 'J\u00e4s\u00f8n Doe', privateKey: 'k' };
    const { server, get } = await serve(
      `${plain}, algorithm=SHA-512-256, userhash=true, charset=utf-8`,
      { ...offer, algorithm: 'SHA-512-256' },
      user,
    );
    await get();
    expect(paramsOf(server.requests[1]?.authorization)).toMatchObject({ userhash: 'true' });
  });

  it('leads to a login for the prefix of baseUrl, the path and the query', async () => {
    const { server } = await serve(plain, offer);
    await openClient(`${server.url}/a/prefix/`, key)({ pretty: true });
    const { uri } = paramsOf(server.requests[1]?.authorization);
    expect(uri).toMatch(/^\/a\/prefix\/api\/atlas\/v1\.0\/.*\?pretty=true$/);
  });
});

describe('a 401 without a usable challenge', () => {
  it.each<[string, string | string[], RegExp]>([
    ['only Basic', 'Basic realm="r"', /Basic/],
    ['only other schemes', others, /Basic, Negotiate, Negotiate, Bearer/],
    ['an unknown algorithm', `${plain}, algorithm=SHA3-512`, /Digest/],
    ['an unknown qop', 'Digest realm="r", nonce="n", qop="auth-conf"', /Digest/],
    ['a -sess without a qop', 'Digest realm="r", nonce="n", algorithm=MD5-sess', /Digest/],
    ['no nonce', 'Digest realm="r", qop="auth"', /Digest/],
    ['no realm', 'Digest nonce="n", qop="auth"', /Digest/],
    ['an unreadable header', '@@@', /getTenantSnapshot/],
    [
      'more schemes than fit in the message',
      Array.from({ length: 100 }, (_, i) => `Scheme${i}`),
      /^(?=.{0,500}$).*Scheme0, Scheme1, /s,
    ],
  ])('is an AtlasAuthenticationError that names the schemes: %s', async (_, lines, offered) => {
    const server = await startDigestServer(() => challenged(lines));
    const error: unknown = await openClient(server.url, key)().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AtlasAuthenticationError);
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      status: 401,
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
      message: expect.stringMatching(offered),
    });
    expect(error).toHaveProperty('message', expect.stringContaining('baseUrl'));
    expect(server.requests).toHaveLength(1);
    expect(authorizations(server.requests)).toEqual([]);
  });

  it('is an AtlasApiError if there is no challenge', async () => {
    const server = await startDigestServer(() => ({ status: 401, body: '{"error":401,"errorCode":"NO"}' }));
    const error: unknown = await openClient(server.url, key)().catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401, errorCode: 'NO' })).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['only Basic', { 'www-authenticate': 'Basic realm="r"' }, 'AUTHENTICATION'],
    ['no challenge', {}, 'API_ERROR'],
  ])('leads to one request for each of 30 concurrent calls, with %s', async (_, headers, code) => {
    const server = await startDigestServer(() => ({ status: 401, headers }));
    const get = openClient(server.url, key);
    const errors = await Promise.all(Array.from({ length: 30 }, () => get().catch((error: unknown) => error)));
    for (const error of errors) expect(error).toMatchObject({ code, status: 401 });
    expect(server.requests).toHaveLength(30);
  });

  it('is an AtlasApiError after a refused login', async () => {
    const server = await startDigestServer(({ authorization }) =>
      challenged(authorization ? 'Basic realm="r"' : plain),
    );
    const error: unknown = await openClient(server.url, key)().catch((reason: unknown) => reason);
    expect(isAtlasApiError(error, { status: 401 })).toBe(true);
    expect(server.requests).toHaveLength(2);
  });
});
