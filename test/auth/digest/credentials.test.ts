import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestChallenges } from '../../../src/auth/digest/challenge.js';
import { DigestSession } from '../../../src/auth/digest/session.js';
import { type ReferenceRequest, rawParams, referenceResponse } from './support/reference.js';

const MUFASA = { username: 'Mufasa', password: 'Circle of Life' };
const CNONCE = '0a4f113b';

function open(header: string, credentials = MUFASA, cnonce: string | undefined = CNONCE): DigestSession {
  const [challenge] = digestChallenges(header);
  if (challenge === undefined) throw new Error(`No usable challenge: ${header}`);
  return DigestSession.open(challenge, credentials, undefined, cnonce);
}

/** The header of request number `nc`. */
function authorize(session: DigestSession, method: string, uri: string, nc: number): string {
  session.count.used = nc - 1;
  return session.authorize(method, uri);
}

describe('published examples', () => {
  const rfc7616 = (algorithm: string) =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616 3.9.1 with %s', (algorithm, response) => {
    const session = open(rfc7616(algorithm), MUFASA, 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ');
    expect(authorize(session, 'GET', '/dir/index.html', 1)).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
        `uri="/dir/index.html", algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ` +
        `qop=auth, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", nc=00000001, response="${response}"`,
    );
  });

  describe('RFC 7616 3.9.2, whose printed hashes are a truncated SHA-512', () => {
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
      'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", ' +
      'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8';
    const cnonce = 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v';
    const jason = { username: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?' };
    const printed = {
      username: '"488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec"',
      response: '"ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd"',
    };
    const response = referenceResponse({
      ...jason,
      hash: 'sha512-256',
      realm: 'api@example.org',
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      method: 'GET',
      uri: '/doe.json',
      protection: { qop: 'auth', nc: '00000001', cnonce },
    });

    it('with userhash', () => {
      const params = rawParams(authorize(open(`${challenge}, userhash=true`, jason, cnonce), 'GET', '/doe.json', 1));
      const userhash = createHash('sha512-256').update('J\u00e4s\u00f8n Doe:api@example.org').digest('hex');
      expect(params).toEqual({
        username: `"${userhash}"`,
        realm: '"api@example.org"',
        nonce: '"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"',
        uri: '"/doe.json"',
        algorithm: 'SHA-512-256',
        opaque: '"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"',
        userhash: 'true',
        qop: 'auth',
        cnonce: `"${cnonce}"`,
        nc: '00000001',
        response: `"${response}"`,
      });
      expect(params['response']).toBe('"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"');
      expect(params['username']).not.toBe(printed.username);
      expect(params['response']).not.toBe(printed.response);
    });

    it('without userhash', () => {
      const params = rawParams(authorize(open(challenge, jason, cnonce), 'GET', '/doe.json', 1));
      expect(params).toMatchObject({ 'username*': "UTF-8''J%C3%A4s%C3%B8n%20Doe", response: `"${response}"` });
      expect(params).not.toHaveProperty('username');
      expect(params).not.toHaveProperty('userhash');
    });

    it('with a decomposed username, which is normalized for charset=UTF-8', () => {
      const decomposed = { username: jason.username.normalize('NFD'), password: jason.password };
      expect(decomposed.username).not.toBe(jason.username);
      for (const header of [challenge, `${challenge}, userhash=true`]) {
        const expected = authorize(open(header, jason, cnonce), 'GET', '/doe.json', 1);
        expect(authorize(open(header, decomposed, cnonce), 'GET', '/doe.json', 1)).toBe(expected);
      }
    });
  });

  it('RFC 2617 3.5', () => {
    const session = open(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", ' +
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { username: 'Mufasa', password: 'Circle Of Life' },
    );
    expect(authorize(session, 'GET', '/dir/index.html', 1)).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, cnonce="0a4f113b", ' +
        'nc=00000001, response="6629fae49393a05397450978507c4ef1"',
    );
  });

  it('RFC 2069 2.4, with its erratum 749', () => {
    const session = open(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { username: 'Mufasa', password: 'CircleOfLife' },
    );
    expect(authorize(session, 'GET', '/dir/index.html', 1)).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", opaque="5ccc069c403ebaf9f0171e9517f40e41", response="1949323746fe6a43ef61f9606e7febea"',
    );
  });

  it("curl's test 2063: SHA-256 and userhash without a qop", () => {
    const session = open('Digest realm="testrealm", nonce="1053604145", algorithm="SHA-256", userhash=true', {
      username: 'testuser',
      password: 'testpass',
    });
    expect(authorize(session, 'GET', '/2063', 1)).toBe(
      'Digest username="75af8a3500f771e58a52093a25e7905d6e428a511285c12ea1420c73078dfd61", realm="testrealm", ' +
        'nonce="1053604145", uri="/2063", algorithm=SHA-256, userhash=true, ' +
        'response="6c470aec384ab1d4e12d3ce1f5b08303d8cad177e52ebe50ec1a3e141adb0cdc"',
    );
  });
});

describe('every algorithm with every qop', () => {
  const URI = '/api/atlas/v1.0/groups/5cc310ace5dc7ce369814bc8?pretty=true';
  const hashes = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;
  const rows = Object.entries(hashes).flatMap(([name, hash]) =>
    (['auth', 'auth-int', undefined] as const).flatMap((qop) => [
      { name, hash, qop, session: false },
      ...(qop === undefined ? [] : [{ name: `${name}-sess`, hash, qop, session: true }]),
    ]),
  );

  it.each(rows)('$name, qop=$qop', ({ name, hash, qop, session }) => {
    const header = `Digest realm="r", nonce="first", algorithm=${name}${qop === undefined ? '' : `, qop="${qop}"`}`;
    const opened = open(header);
    const request = (nonce: string, nc: string): ReferenceRequest => ({
      ...MUFASA,
      hash,
      realm: 'r',
      nonce,
      method: 'GET',
      uri: URI,
      ...(session ? { session: { nonce: 'first', cnonce: CNONCE } } : {}),
      ...(qop === undefined ? {} : { protection: { qop, nc, cnonce: CNONCE } }),
    });
    const responseOf = (from: DigestSession, nc: number) => rawParams(authorize(from, 'GET', URI, nc))['response'];

    expect(responseOf(opened, 1)).toBe(`"${referenceResponse(request('first', '00000001'))}"`);
    expect(responseOf(opened, 171)).toBe(`"${referenceResponse(request('first', '000000ab'))}"`);
    expect(responseOf(opened.withNonce('second'), 1)).toBe(`"${referenceResponse(request('second', '00000001'))}"`);
    expect(responseOf(opened.withNonce('second').withNonce('third'), 2)).toBe(
      `"${referenceResponse(request('third', '00000002'))}"`,
    );
  });
});

describe('the parameters of an Authorization header', () => {
  const params = (header: string, credentials = MUFASA, uri = '/', nc = 1) =>
    rawParams(authorize(open(header, credentials), 'GET', uri, nc));
  const named = (username: string) => ({ username, password: 'p' });

  it.each(['md5', 'MD5', 'Md5-SESS', 'sha-256', 'SHA-512-256-sess'])(
    'include the algorithm as the challenge spells it: %s',
    (name) => {
      expect(params(`Digest realm="r", nonce="n", qop="auth", algorithm="${name}"`)['algorithm']).toBe(name);
    },
  );

  it('include algorithm, opaque and userhash only if the challenge has them', () => {
    const names = Object.keys(params('Digest realm="r", nonce="n", qop="AUTH", userhash=false'));
    expect(names).toEqual(['username', 'realm', 'nonce', 'uri', 'qop', 'cnonce', 'nc', 'response']);
  });

  it('include qop, cnonce and nc only if the challenge has a qop', () => {
    const names = Object.keys(params('Digest realm="r", nonce="n", qop="", opaque=""'));
    expect(names).toEqual(['username', 'realm', 'nonce', 'uri', 'opaque', 'response']);
  });

  it.each([
    [1, '00000001'],
    [255, '000000ff'],
    [0xffffffff, 'ffffffff'],
  ])('count request %i with the nc %s', (nc, printed) => {
    expect(params('Digest realm="r", nonce="n", qop=auth', MUFASA, '/', nc)['nc']).toBe(printed);
  });

  it('are escaped, but hashed unescaped', () => {
    const header = 'Digest realm="a\\"b\\\\c\\d", nonce="\\"n\\"", opaque="\\\\", qop="auth"';
    const printed = params(header, named('q"u\\o'), '/"\\');
    expect(printed).toMatchObject({
      username: '"q\\"u\\\\o"',
      realm: '"a\\"b\\\\cd"',
      nonce: '"\\"n\\""',
      opaque: '"\\\\"',
      uri: '"/\\"\\\\"',
    });
    const response = referenceResponse({
      ...named('q"u\\o'),
      hash: 'md5',
      realm: 'a"b\\cd',
      nonce: '"n"',
      method: 'GET',
      uri: '/"\\',
      protection: { qop: 'auth', nc: '00000001', cnonce: CNONCE },
    });
    expect(printed['response']).toBe(`"${response}"`);
  });

  it.each([
    ['a quote', 'a"b', '"a\\"b"'],
    ['a backslash', 'a\\b', '"a\\\\b"'],
    ['a colon', 'a:b', '"a:b"'],
    ['the first and last printable ASCII characters', ' ~', '" ~"'],
    ['no characters', '', '""'],
  ])('have a quoted username for %s', (_, username, printed) => {
    expect(params('Digest realm="r", nonce="n"', named(username))).toMatchObject({ username: printed });
  });

  it.each([
    ['a non-ASCII letter', 'Jäsøn Doe', "UTF-8''J%C3%A4s%C3%B8n%20Doe"],
    ['another script', '東京', "UTF-8''%E6%9D%B1%E4%BA%AC"],
    ['a surrogate pair', '😀', "UTF-8''%F0%9F%98%80"],
    ['half of a surrogate pair', '\ud83d', "UTF-8''%EF%BF%BD"],
    ['a line break', 'a\r\nX: y', "UTF-8''a%0D%0AX%3A%20y"],
    ['a tab', '\t', "UTF-8''%09"],
    ['a DEL', '\x7f', "UTF-8''%7F"],
    ['every attr-char', 'ü!#$&+-.^_`|~09azAZ', "UTF-8''%C3%BC!#$&+-.^_`|~09azAZ"],
    ['other characters', 'ü*\'%()"\\,;=@', "UTF-8''%C3%BC%2A%27%25%28%29%22%5C%2C%3B%3D%40"],
  ])('have an extended username for %s', (_, username, printed) => {
    const header = authorize(open('Digest realm="r", nonce="n"', named(username)), 'GET', '/', 1);
    expect(header).toMatch(/^[ -~]+$/);
    expect(header).toContain(`username*=${printed}, `);
    expect(header).not.toContain('username=');
  });

  it('have a hashed username if the challenge requests userhash', () => {
    const header = authorize(open('Digest realm="r", nonce="n", userhash=true', named('a\r\nä')), 'GET', '/', 1);
    const userhash = createHash('md5').update('a\r\nä:r').digest('hex');
    expect(rawParams(header)).toMatchObject({ username: `"${userhash}"`, userhash: 'true' });
    expect(header).not.toContain('username*');
  });

  it('have the octets of the challenge, as one character each', () => {
    const challenge = Buffer.from('Digest realm="Zürich 東京", nonce="nö", opaque="ö", qop=auth').toString('latin1');
    const cnonce = Buffer.from('ü').toString('latin1');
    const header = authorize(open(challenge, MUFASA, cnonce), 'GET', '/', 1);
    expect(header).toMatch(/^[ -~\x80-\xff]+$/);
    expect(rawParams(Buffer.from(header, 'latin1').toString('utf8'))).toMatchObject({
      realm: '"Zürich 東京"',
      nonce: '"nö"',
      opaque: '"ö"',
      cnonce: '"ü"',
      response: `"${referenceResponse({
        ...MUFASA,
        hash: 'md5',
        realm: 'Zürich 東京',
        nonce: 'nö',
        method: 'GET',
        uri: '/',
        protection: { qop: 'auth', nc: '00000001', cnonce: 'ü' },
      })}"`,
    });
  });
});

describe('a Digest session', () => {
  const HEADER = 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess, opaque="o", userhash=true';

  it('generates a cnonce, and keeps it', () => {
    const [challenge] = digestChallenges(HEADER);
    if (challenge === undefined) throw new Error('No usable challenge');
    const [one, two] = [DigestSession.open(challenge, MUFASA), DigestSession.open(challenge, MUFASA)];
    const cnonceOf = (session: DigestSession, nc: number) => rawParams(authorize(session, 'GET', '/', nc))['cnonce'];
    expect(cnonceOf(one, 1)).toMatch(/^"[0-9a-f]{32}"$/);
    expect(cnonceOf(one, 2)).toBe(cnonceOf(one, 1));
    expect(cnonceOf(two, 1)).not.toBe(cnonceOf(one, 1));
  });

  it('changes only the nonce and the response after a nextnonce', () => {
    const opened = open(HEADER);
    const { nonce, response, ...rest } = rawParams(authorize(opened, 'GET', '/', 1));
    const next = rawParams(authorize(opened.withNonce('"next"'), 'GET', '/', 1));
    expect(next).toEqual({ ...rest, nonce: '"\\"next\\""', response: expect.not.stringMatching(`^${response}$`) });
    expect(nonce).toBe('"n"');
    expect(opened.nonce).toBe('n');
  });

  it.each([
    ['with charset=UTF-8', ', charset=UTF-8', true],
    ['without it', '', false],
  ])('normalizes username and password %s: %s', (_, charset, composed) => {
    const header = `Digest realm="r", nonce="n", userhash=true${charset}`;
    const response = (username: string, password: string) =>
      authorize(open(header, { username, password }), 'GET', '/', 1);
    const expected = response('\u00e4', '\u00f8\u00e4');
    expect(response('\u00e4', '\u00f8a\u0308') === expected).toBe(composed);
    expect(response('a\u0308', '\u00f8\u00e4') === expected).toBe(composed);
  });

  it('has a different response for each method and uri', () => {
    const session = open(HEADER);
    const responses = [
      ['GET', '/a'],
      ['POST', '/a'],
      ['GET', '/b'],
    ].map(([method = '', uri = '']) => rawParams(authorize(session, method, uri, 1))['response']);
    expect(new Set(responses)).toHaveProperty('size', 3);
  });

  it('shows no secret', () => {
    const [challenge] = digestChallenges('Digest realm="r", nonce="n"');
    if (challenge === undefined) throw new Error('No usable challenge');
    const session = DigestSession.open(challenge, MUFASA);
    const ha1 = createHash('md5').update('Mufasa:r:Circle of Life').digest('hex');
    for (const shown of [inspect(session, { showHidden: true, depth: 9 }), JSON.stringify(session)]) {
      expect(shown).not.toContain(ha1);
      expect(shown).not.toContain(MUFASA.password);
      expect(shown).not.toContain(MUFASA.username);
    }
  });
});
