import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/index.js';
import { startDigestServer } from '../../support/digest-server.js';
import { challenged } from './support/nonce-site.js';
import { openClient, together } from './support/open-client.js';

const missing = vi.hoisted(() => new Set<string>());

// As in an OpenSSL in FIPS mode.
vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original();
  const hash = new Proxy(crypto.hash, {
    apply(target, self, [name, ...rest]) {
      if (missing.has(name)) throw new Error('digital envelope routines::unsupported');
      return Reflect.apply(target, self, [name, ...rest]);
    },
  });
  return { ...crypto, hash };
});

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const challenge = (algorithm: string) => `Digest realm="r", nonce="n", algorithm=${algorithm}, qop="auth"`;

beforeEach(() => missing.clear());

describe('a hash that Node does not support', () => {
  it.each([
    ['md5', 'MD5'],
    ['sha512-256', 'SHA-512-256-sess'],
  ])('is named in the error: %s', async (name, algorithm) => {
    missing.add(name);
    const server = await startDigestServer(() => challenged(challenge(algorithm)));
    const error: unknown = await openClient(server.url, key)().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AtlasAuthenticationError);
    expect(error).toMatchObject({
      code: 'AUTHENTICATION',
      operation: 'getTenantSnapshot',
      attempts: 1,
      message: expect.stringContaining(name),
      cause: { message: 'digital envelope routines::unsupported' },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('leads to an error of every waiting call', async () => {
    missing.add('md5');
    const server = await startDigestServer(() => challenged(challenge('MD5')));
    const get = openClient(server.url, key);
    const results = await together(10, () => get());
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'AUTHENTICATION' } });
    expect(server.requests).toHaveLength(10);
  });

  it('leads to an error if only the challenge after a refused nonce needs it', async () => {
    const server = await startDigestServer(({ number }) =>
      number === 2 ? { status: 200, body: '{}' } : challenged(challenge(number === 1 ? 'MD5' : 'SHA-256')),
    );
    const get = openClient(server.url, key);
    await get();
    missing.add('sha256');
    await expect(get()).rejects.toMatchObject({
      code: 'AUTHENTICATION',
      message: expect.stringContaining('sha256'),
    });
    expect(server.requests).toHaveLength(3);
  });
});
