import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { beforeEach, expect, it } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/index.js';
import { rejection } from '../../support/rejection.js';
import { challenge, converse, ok, openScripted } from '../support/conversation.js';

const missing = new Set<string>();

// As in an OpenSSL in FIPS mode.
beforeEach(() => {
  const { hash } = crypto;
  crypto.hash = new Proxy(hash, {
    apply(target, self, [name, ...rest]) {
      if (missing.has(name)) throw new Error('digital envelope routines::unsupported');
      return Reflect.apply(target, self, [name, ...rest]);
    },
  });
  syncBuiltinESMExports();
  return () => {
    crypto.hash = hash;
    syncBuiltinESMExports();
    missing.clear();
  };
});

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const of = (algorithm: string) => `, algorithm=${algorithm}`;

it.each([
  ['md5', 'MD5'],
  ['sha512-256', 'SHA-512-256-sess'],
])('a challenge that needs %s, which the runtime does not have, ends the call', async (name, algorithm) => {
  missing.add(name);
  const { get, sent } = openScripted({ credentials, maxRetries: 3 }, challenge('a', of(algorithm)));
  const error = await rejection(get(), AtlasAuthenticationError);
  expect(error.message).toBe(
    `getTenantSnapshot could not log in. This runtime cannot compute ${name}, which the server's challenge requires. ` +
      'Use a service account instead.',
  );
  expect(error).toMatchObject({ attempts: 1, cause: { message: 'digital envelope routines::unsupported' } });
  expect(sent()).toBe('-');
});

it('so does one after a refused nonce', async () => {
  missing.add('sha256');
  expect(await converse({ credentials }, challenge('a'), ok, challenge('b', of('SHA-256')))).toEqual({
    sent: '- a1 a2',
    ended: 'ok AUTHENTICATION',
  });
});

it('so does one that other calls wait for, each of which asks by itself', async () => {
  missing.add('md5');
  const { get, sent } = openScripted({ credentials }, challenge('a'));
  const calls = await Promise.allSettled([get(), get(), get()]);
  for (const call of calls) expect(call).toMatchObject({ reason: { code: 'AUTHENTICATION' } });
  expect(sent()).toBe('- - -');
});
