import { getHashes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestChallenges } from '../../../src/auth/digest/challenge.js';

/** The algorithm of a challenge with this `algorithm` parameter. */
function algorithmOf(name: string | undefined) {
  const param = name === undefined ? '' : `, algorithm="${name}"`;
  return digestChallenges(`Digest realm="r", nonce="n", qop="auth"${param}`)[0]?.algorithm;
}

describe('the algorithm of a challenge', () => {
  it.each([
    [undefined, { hash: 'md5', session: false, strength: 1 }],
    ['MD5', { hash: 'md5', session: false, strength: 1 }],
    ['md5-SESS', { hash: 'md5', session: true, strength: 1 }],
    ['SHA-256', { hash: 'sha256', session: false, strength: 2 }],
    ['sha-256-sess', { hash: 'sha256', session: true, strength: 2 }],
    ['SHA-512-256', { hash: 'sha512-256', session: false, strength: 3 }],
    ['SHA-512-256-sess', { hash: 'sha512-256', session: true, strength: 3 }],
  ])('may be %s', (name, algorithm) => {
    expect(algorithmOf(name)).toEqual(algorithm);
    expect(getHashes()).toContain(algorithm.hash);
  });

  it.each(['', 'SHA-1', 'SHA-512', 'SHA256', 'MD5-session', 'sess', 'constructor'])(
    'is unknown if it is %j',
    (name) => {
      expect(algorithmOf(name)).toBeUndefined();
    },
  );
});
