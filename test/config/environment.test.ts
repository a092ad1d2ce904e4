import { describe, expect, it } from 'vitest';
import { credentialsFromEnvironment } from '../../src/config/environment.js';
import { loginVariables } from '../support/defaults.js';

const token = { MONGODB_ATLAS_ACCESS_TOKEN: 'token-1' };
const account = { MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1', MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1' };
const key = { MONGODB_ATLAS_PUBLIC_KEY: 'publickey', MONGODB_ATLAS_PRIVATE_KEY: 'private-1' };
const cliKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'clipublic', MONGODB_ATLAS_PRIVATE_API_KEY: 'private-2' };

describe('credentials from the environment', () => {
  const byToken = { accessToken: 'token-1' };
  const byAccount = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
  const byKey = { publicKey: 'publickey', privateKey: 'private-1' };
  const byCliKey = { publicKey: 'clipublic', privateKey: 'private-2' };

  it.each<[name: string, environment: Record<string, string>, credentials: object]>([
    ['an access token', token, byToken],
    ['a service account', account, byAccount],
    ['an API key', key, byKey],
    ["an API key in the CLI's variables", cliKey, byCliKey],
    ['a token before all others', { ...cliKey, ...key, ...account, ...token }, byToken],
    ['a service account before a key', { ...cliKey, ...key, ...account }, byAccount],
    ["an API key in the Go SDK's variables before one in the CLI's", { ...cliKey, ...key }, byKey],
    ['a service account if the token is empty', { ...account, MONGODB_ATLAS_ACCESS_TOKEN: '' }, byAccount],
    ['a service account before half a key', { ...account, MONGODB_ATLAS_PUBLIC_KEY: 'publickey' }, byAccount],
  ])('are %s', (_name, environment, credentials) => {
    expect(credentialsFromEnvironment(environment).credentials).toEqual(credentials);
  });
});

describe('the error for an environment', () => {
  it.each([{}, Object.fromEntries(loginVariables.flat().map((name) => [name, '']))])(
    'without credentials says what to set: case %#',
    (environment) => {
      expect(() => credentialsFromEnvironment(environment)).toThrow(
        'There are no credentials. Set MONGODB_ATLAS_ACCESS_TOKEN, ' +
          'or MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, ' +
          'or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.',
      );
    },
  );

  it.each<[set: string, missing: string, others: Record<string, string>]>([
    ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET', key],
    ['MONGODB_ATLAS_CLIENT_SECRET', 'MONGODB_ATLAS_CLIENT_ID', { ...cliKey, MONGODB_ATLAS_CLIENT_ID: '' }],
    ['MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY', cliKey],
    ['MONGODB_ATLAS_PRIVATE_KEY', 'MONGODB_ATLAS_PUBLIC_KEY', {}],
    ['MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY', {}],
    ['MONGODB_ATLAS_PRIVATE_API_KEY', 'MONGODB_ATLAS_PUBLIC_API_KEY', { MONGODB_ATLAS_ACCESS_TOKEN: '' }],
  ])('with %s but not %s names both, whatever comes after', (set, missing, others) => {
    const problem = `${set} is set, but ${missing} is not. Set both, or unset ${set}.`;
    expect(() => credentialsFromEnvironment({ ...others, [set]: 'a-value' })).toThrow(problem);
  });
});
