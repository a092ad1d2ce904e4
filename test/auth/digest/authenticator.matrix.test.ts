import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import type { DigestFrontOptions, DigestQop } from '../../support/digest-front/options.js';
import { authorizations, countsByNonce } from './support/counts.js';
import { openEmulator } from './support/open-client.js';
import { paramsOf } from './support/verify.js';

const algorithms: DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];
const offers: { name: string; qop: DigestQop[]; used: DigestQop | undefined }[] = [
  { name: 'auth', qop: ['auth'], used: 'auth' },
  { name: 'auth-int', qop: ['auth-int'], used: 'auth-int' },
  { name: 'either', qop: ['auth-int', 'auth'], used: 'auth' },
  { name: 'none', qop: [], used: undefined },
];
// -sess needs a qop: without one there is no cnonce.
const protections = algorithms.flatMap((algorithm) =>
  offers.flatMap((offer) => (offer.used === undefined && algorithm.endsWith('-sess') ? [] : { algorithm, ...offer })),
);

const ascii = { publicKey: 'abcd"ef\\gh', privateKey: 'a:b "c"' };
const beyondAscii = { publicKey: 'J\u00e4s\u00f8n Doe \u2713', privateKey: 'gr\u00fc\u00dfe \u{1f511}' };
const users = [
  { user: 'a name in ASCII', apiKey: ascii, charset: false },
  { user: 'a name in UTF-8', apiKey: beyondAscii, charset: false },
  { user: 'a name in UTF-8, with charset=UTF-8', apiKey: beyondAscii, charset: true },
].flatMap((user) => [
  { ...user, userhash: false },
  { ...user, userhash: true },
]);
const realm = 'MMS "Public" \\ API, realm=x';

async function call(times: number, digest: DigestFrontOptions, apiKey = ascii) {
  const { emulator, get } = await openEmulator(digest, { credentials: { apiKey } });
  for (let i = 0; i < times; i += 1) expect((await get()).status).toBe('COMPLETED');
  return emulator;
}

describe.each(protections)('$algorithm, qop $name', ({ algorithm, qop, used }) => {
  it.each(users)('logs in with $user, userhash $userhash', async ({ apiKey, charset, userhash }) => {
    const offered = { algorithms: [algorithm], qop, realm, opaque: 'o"p\\q', charset, userhash, rspauth: true };
    const { requests } = await call(3, offered, apiKey);

    expect(requests.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
    const sent = authorizations(requests).map(paramsOf);
    expect(sent.map((params) => params['qop'])).toEqual([used, used, used]);
    expect(new Set(sent.map(({ nonce }) => nonce)).size).toBe(1);
    expect(sent.map(({ nc }) => nc)).toEqual(
      used === undefined ? [undefined, undefined, undefined] : ['00000001', '00000002', '00000003'],
    );
    expect(sent[0]?.['userhash']).toBe(userhash ? 'true' : undefined);
    expect('username*' in (sent[0] ?? {})).toBe(!userhash && apiKey === beyondAscii);
  });

  it('logs in with a shared nonce', async () => {
    const { requests } = await call(2, { algorithms: [algorithm], qop, sharedNonce: true });
    expect(requests).toHaveLength(3);
  });
});

describe('a -sess key', () => {
  const sessions = algorithms.filter((algorithm) => algorithm.endsWith('-sess'));
  it.each(
    sessions.flatMap((algorithm) => [
      { algorithm, nextNonce: false },
      { algorithm, nextNonce: true },
    ]),
  )('is derived from the first request: $algorithm, with nextnonce: $nextNonce', async ({ algorithm, nextNonce }) => {
    const { requests } = await call(4, { algorithms: [algorithm], sessionKey: 'first-request', nextNonce });
    expect(requests.map(({ status }) => status)).toEqual([401, 200, 200, 200, 200]);
    expect(countsByNonce(requests).size).toBe(nextNonce ? 4 : 1);
  });
});

describe('several challenges', () => {
  const strength = (algorithm: string) => ['MD5', 'SHA-256', 'SHA-512-256'].indexOf(algorithm.replace('-sess', ''));
  const pairs = algorithms.flatMap((first) =>
    algorithms.flatMap((second) => (strength(first) === strength(second) ? [] : { first, second })),
  );

  it.each(pairs)('lead to a login with the strongest: $first, $second', async ({ first, second }) => {
    const { requests } = await call(2, { algorithms: [first, second] });
    expect(requests).toHaveLength(3);
    const stronger = strength(first) > strength(second) ? first : second;
    expect(authorizations(requests).map((header) => paramsOf(header)['algorithm'])).toEqual([stronger, stronger]);
  });

  it('lead to a login with the first of equal strength', async () => {
    const { requests } = await call(1, { algorithms: ['SHA-256-sess', 'SHA-256', 'MD5'] });
    expect(authorizations(requests).map((header) => paramsOf(header)['algorithm'])).toEqual(['SHA-256-sess']);
  });
});
