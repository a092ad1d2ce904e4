import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isGenuine, parseAuthenticationInfo } from '../../../src/auth/digest/authentication-info.js';
import { digestChallenges } from '../../../src/auth/digest/challenge.js';
import { DigestSession } from '../../../src/auth/digest/session.js';

describe('parseAuthenticationInfo', () => {
  it.each<[string, string | string[] | undefined, Record<string, string>]>([
    ['no header', undefined, {}],
    ['no line', [], {}],
    ['an empty header', '', {}],
    [
      'everything',
      'nextnonce="a b", rspauth="0f", qop=auth, cnonce="c", nc=00000001',
      { nextnonce: 'a b', rspauth: '0f', qop: 'auth', cnonce: 'c', nc: '00000001' },
    ],
    [
      'tokens with quotes, and quoted strings without',
      'nextnonce=a,qop="auth",nc="00000001"',
      { nextnonce: 'a', qop: 'auth', nc: '00000001' },
    ],
    ['names in any case', 'NextNonce="a", RSPAUTH="0f"', { nextnonce: 'a', rspauth: '0f' }],
    ['escapes', 'nextnonce="a\\"\\b"', { nextnonce: 'a"b' }],
    ['unusual white space', ' ,, nextnonce = "a" ,\trspauth="0f",', { nextnonce: 'a', rspauth: '0f' }],
    ['unknown parameters', 'foo=bar, nextnonce="a"', { foo: 'bar', nextnonce: 'a' }],
    ['repeated parameters', 'nextnonce="a", nextnonce="b"', { nextnonce: 'a' }],
    ['several lines', ['nextnonce="a"', 'rspauth="0f", nextnonce="b"'], { nextnonce: 'a', rspauth: '0f' }],
    ['an empty value', 'rspauth=""', { rspauth: '' }],
    ['a malformed parameter', 'nextnonce=@, rspauth="0f"', { rspauth: '0f' }],
    ['a malformed parameter before a valid one', 'nextnonce=@, nextnonce="a"', { nextnonce: 'a' }],
    ['junk', '@@, nextnonce="a"', { nextnonce: 'a' }],
    ['a scheme', 'Digest nextnonce="a"', { nextnonce: 'a' }],
    ['a line break in a value', 'nextnonce="a\r\nX: y", rspauth="0f"', { rspauth: '0f' }],
    ['an unterminated value', 'rspauth="0f", nextnonce="a', { rspauth: '0f' }],
  ])('%s', (_, header, expected) => {
    expect(parseAuthenticationInfo(header)).toEqual(expected);
  });
});

describe('isGenuine', () => {
  const BODY = Buffer.from('{"id":"ä"}\r\n\0', 'utf8');
  const exchange = { uri: '/dir', nc: 10, body: BODY };
  const H = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
  const HA1 = H('u:r:p');

  function open(qop: string): DigestSession {
    const [challenge] = digestChallenges(`Digest realm="r", nonce="n", algorithm=SHA-256${qop}`);
    if (challenge === undefined) throw new Error('No usable challenge');
    return DigestSession.open(challenge, { username: 'u', password: 'p' }, undefined, 'c');
  }
  const sessions = { none: open(''), auth: open(', qop="auth"'), int: open(', qop="auth-int"') };
  const rspauth = {
    none: H(`${HA1}:n:${H(':/dir')}`),
    auth: H(`${HA1}:n:0000000a:c:auth:${H(':/dir')}`),
    int: H(`${HA1}:n:0000000a:c:auth-int:${H(`:/dir:${H(BODY)}`)}`),
  };
  const right = `rspauth="${rspauth.auth}"`;
  const flipped = rspauth.auth.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));

  it.each<[string, keyof typeof sessions, string | undefined]>([
    ['no header', 'auth', undefined],
    ['no rspauth', 'auth', 'nextnonce="x"'],
    ['the right rspauth', 'auth', right],
    ['the right rspauth in upper case', 'auth', `rspauth="${rspauth.auth.toUpperCase()}"`],
    ['the right rspauth without quotes', 'auth', `rspauth=${rspauth.auth}`],
    ['the right rspauth with qop, cnonce and nc', 'auth', `${right}, qop=auth, cnonce="c", nc=0000000a`],
    ['an nc in upper case', 'auth', `${right}, nc=0000000A`],
    ['an nc without zeros', 'auth', `${right}, nc=a`],
    ['a qop in upper case', 'auth', `${right}, qop=AUTH`],
    ['the right rspauth of auth-int', 'int', `rspauth="${rspauth.int}"`],
    ['the right rspauth of auth-int, with its qop', 'int', `rspauth="${rspauth.int}", qop="auth-int"`],
    ['the right rspauth of RFC 2069', 'none', `rspauth="${rspauth.none}"`],
    ['auth-int in response to auth', 'auth', `rspauth="${rspauth.int}", qop=auth-int`],
    ['auth in response to auth-int', 'int', `${right}, qop=auth`],
  ])('accepts %s', (_, session, header) => {
    expect(isGenuine(parseAuthenticationInfo(header), sessions[session], exchange)).toBe(true);
  });

  it.each<[string, keyof typeof sessions, string]>([
    ['another digest', 'auth', `rspauth="${flipped}"`],
    ['an empty digest', 'auth', 'rspauth=""'],
    ['half of the digest', 'auth', `rspauth="${rspauth.auth.slice(0, 32)}"`],
    ['more than the digest', 'auth', `rspauth="${rspauth.auth}0"`],
    ['the digest of another qop', 'auth', `rspauth="${rspauth.int}"`],
    ['the digest of no qop', 'auth', `rspauth="${rspauth.none}"`],
    ['the digest of auth for auth-int', 'int', right],
    ['the digest of auth for none', 'none', right],
    ['a qop other than that of the digest', 'auth', `${right}, qop=auth-int`],
    ['an unknown qop', 'auth', `${right}, qop=auth-conf`],
    ['an unknown qop in response to none', 'none', `rspauth="${rspauth.none}", qop=x`],
    ['another cnonce', 'auth', `${right}, cnonce="d"`],
    ['a cnonce in another case', 'auth', `${right}, cnonce="C"`],
    ['another cnonce without an rspauth', 'auth', 'cnonce="d"'],
    ['the nc of another request', 'auth', `${right}, nc=0000000b`],
    ['an nc in decimal', 'auth', `${right}, nc=10`],
    ['an nc that is not a number', 'auth', `${right}, nc=x`],
    ['the nc of another request without an rspauth', 'auth', 'nc=0000000b'],
  ])('rejects %s', (_, session, header) => {
    expect(isGenuine(parseAuthenticationInfo(header), sessions[session], exchange)).toBe(false);
  });

  it.each<[string, keyof typeof sessions, Partial<typeof exchange>]>([
    ['another uri', 'auth', { uri: '/other' }],
    ['another request', 'auth', { nc: 11 }],
    ['another body, with auth-int', 'int', { body: Buffer.from('{}') }],
    ['another uri, with auth-int', 'int', { uri: '/other' }],
  ])('rejects the rspauth of %s', (_, session, change) => {
    const info = parseAuthenticationInfo(`rspauth="${rspauth[session]}"`);
    expect(isGenuine(info, sessions[session], { ...exchange, ...change })).toBe(false);
  });

  it('ignores the body with auth', () => {
    const info = parseAuthenticationInfo(right);
    expect(isGenuine(info, sessions.auth, { ...exchange, body: Buffer.from('{}') })).toBe(true);
  });

  it('uses the nonce of the request, not the next nonce', () => {
    const info = parseAuthenticationInfo(`${right}, nextnonce="m"`);
    expect(isGenuine(info, sessions.auth, exchange)).toBe(true);
    expect(isGenuine(info, sessions.auth.withNonce('m'), exchange)).toBe(false);
  });
});
