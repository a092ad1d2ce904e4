// Digest as headers: what the server sends in WWW-Authenticate, and what the client answers in Authorization.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/client/index.js';
import { digestResponse, paramsOf } from '../../support/digest-login.js';
import { rejection } from '../../support/rejection.js';
import { tenantPath } from '../../support/snapshot-routes.js';
import { ok, openConversation } from './support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const plain = 'Digest realm="r", nonce="n", qop="auth"';

/** The answer to a challenge, and its parameters, unquoted. */
async function answerTo(header: string | string[], options: object = {}) {
  const script = [{ status: 401, headers: { 'www-authenticate': header } }, ok];
  const { get, dispatcher } = openConversation({ credentials, ...options }, ...script);
  await get();
  const answer = dispatcher.requests[1]?.headers['authorization'] ?? '';
  return { answer, params: paramsOf(answer) };
}

/** The error for what a server offers. */
function errorFor(header: string | string[]): Promise<AtlasAuthenticationError> {
  const { get } = openConversation(
    { credentials, maxRetries: 3 },
    { status: 401, headers: { 'www-authenticate': header } },
  );
  return rejection(get(), AtlasAuthenticationError);
}

describe('a challenge is answered with', () => {
  it.each<[name: string, header: string, params?: Record<string, string>]>([
    ['nothing else', plain],
    [
      'what Atlas sends',
      'Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, qop="auth", stale=false',
      { realm: 'MMS Public API', algorithm: 'MD5' },
    ],
    ['an empty opaque', `${plain}, opaque=""`, { opaque: '' }],
    ['a quoted algorithm in lower case', `${plain}, algorithm="sha-256"`, { algorithm: 'sha-256' }],
    ['auth in a list', 'Digest realm="r", nonce="n", qop=" ,auth-int ,\tauth,"'],
    ['names in any case', 'dIGEST Realm="r", NONCE="n", QOP="AUTH"'],
    ['white space everywhere', ' Digest realm = "r" \t, nonce\t= \t"n",qop= "auth" '],
    ['white space instead of commas', 'Digest realm="r" nonce="n"\tqop=auth opaque=o', { opaque: 'o' }],
    ['another challenge in a value', `${plain}, opaque="o, Digest nonce=1"`, { opaque: 'o, Digest nonce=1' }],
    ['escapes', `${plain}, opaque="\\a \\"b\\" \\\\ \\\t\\,"`, { opaque: 'a "b" \\ \t,' }],
    ['other schemes around it', `Basic realm="x", Negotiate a==, ${plain}, Bearer`],
    ['challenges before it that are not supported', `${plain.replace('n', 'm')}, algorithm=MD5-sess, ${plain}`],
    ['junk before it', `@@@, =, /, ${plain}`],
  ])('%s', async (_name, header, expected = {}) => {
    const { params } = await answerTo(header);
    const { cnonce = '', response, ...others } = params;
    const common = {
      username: 'abcdefgh',
      realm: 'r',
      nonce: 'n',
      uri: tenantPath,
      qop: 'auth',
      nc: '00000001',
    } as const;
    expect(others).toEqual({ ...common, ...expected });
    const algorithm = expected['algorithm']?.toUpperCase();
    const login = { ...common, ...expected, cnonce, password: '0123-secret-4567', ...(algorithm && { algorithm }) };
    expect(response).toBe(digestResponse(login));
    expect(cnonce).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['another scheme', 'Basic realm="r", nonce="n", qop="auth"'],
    ['no realm', 'Digest nonce="n", qop=auth'],
    ['an empty nonce', 'Digest realm="r", nonce="", qop=auth'],
    ['the misprint of a page by MongoDB', 'Digest realm="r", nonce="n", op="auth"'],
    ['auth-int alone', 'Digest realm="r", nonce="n", qop="auth-int,auth-conf"'],
    ['SHA-512-256', `${plain}, algorithm=SHA-512-256`],
  ])('nothing, if it has %s', async (_name, header) => {
    expect((await errorFor(header)).attempts).toBe(1);
  });
});

// Each would take minutes if the parser went over it more than a few times.
it.each([
  ['quotes', '"'],
  ['escapes in an open value', '\\"'],
])('a header with thousands of %s is parsed in one pass', async (_name, unit) => {
  const { params } = await answerTo(`a="${unit.repeat(50_000)}\n, ${plain}`);
  expect(params['nonce']).toBe('n');
});

describe('an answer', () => {
  it('has unquoted what servers expect unquoted', async () => {
    expect((await answerTo(`${plain}, algorithm="mD5"`)).answer).toMatch(
      /^Digest username="abcdefgh", realm="r", nonce="n", algorithm=mD5, qop=auth, cnonce="\w+", uri="[^"]+", nc=00000001, response="\w+"$/,
    );
  });

  it('is escaped, but hashed unescaped', async () => {
    const header = 'Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"';
    const { answer, params } = await answerTo(header, { credentials: { publicKey: 'q"u\\o', privateKey: 'p' } });
    expect(answer).toContain('username="q\\"u\\\\o", realm="a\\"b\\\\cd", nonce="\\"n\\"", opaque="\\\\"');
    const login = { username: 'q"u\\o', password: 'p', realm: 'a"b\\cd', nonce: '"n"', qop: 'auth' } as const;
    expect(params['response']).toBe(digestResponse({ ...login, uri: tenantPath, cnonce: params['cnonce'] ?? '' }));
  });

  it('has octets, one character each: of the challenge as they came, of the key in UTF-8', async () => {
    const header = Buffer.from('Digest realm="Zürich 東京", nonce="n", opaque="ö", qop=auth').toString('latin1');
    const { answer } = await answerTo(header, { credentials: { publicKey: 'Jäsøn', privateKey: 'pässword 😀' } });
    expect(answer).toMatch(/^[ -~\x80-\xff]+$/);
    const params = paramsOf(Buffer.from(answer, 'latin1').toString());
    const login = { username: 'Jäsøn', realm: 'Zürich 東京', nonce: 'n', uri: tenantPath, qop: 'auth' } as const;
    const response = digestResponse({ ...login, password: 'pässword 😀', cnonce: params['cnonce'] ?? '' });
    expect(params).toMatchObject({ ...login, opaque: 'ö', response });
  });
});

describe('an offer that is not supported', () => {
  const text =
    'getTenantSnapshot could not log in. The server did not offer a Digest challenge that this client supports.';

  it('is quoted by an AtlasAuthenticationError', async () => {
    const error = await errorFor(['Digest realm="r", nonce="n", algorithm=MD5-sess', 'Basic realm="r"']);
    expect(error).toMatchObject({ status: 401, operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toBe(
      `${text} It offered: Digest realm="r", nonce="n", algorithm=MD5-sess, Basic realm="r". ` +
        'Check baseUrl (MONGODB_ATLAS_BASE_URL) and any proxy on the way to Atlas.',
    );
  });

  it('may be MD5 in FIPS mode, where the first challenge with SHA-256 is answered', async () => {
    const { getHashes } = crypto;
    crypto.getHashes = () => getHashes().filter((name) => name !== 'md5');
    syncBuiltinESMExports();
    onTestFinished(() => {
      crypto.getHashes = getHashes;
      syncBuiltinESMExports();
    });
    expect((await errorFor(plain)).message).toBe(
      `${text} It offered: ${plain}. Node.js has no MD5 here, as in FIPS mode. ` +
        'Log in with a service account, which needs no MD5.',
    );
    const { params } = await answerTo([plain, `${plain.replace('"n"', '"b"')}, algorithm=SHA-256`]);
    expect(params['nonce']).toBe('b');
  });
});
