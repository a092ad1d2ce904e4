import { beforeEach, describe, expect, it } from 'vitest';
import type { AtlasCredentials } from '../../../src/client/auth/authenticator.js';
import { resolveCredentials } from '../../../src/client/config/credentials.js';
import { AtlasConfigurationError } from '../../../src/client/index.js';
import { loginVariables, setEnvironment } from '../../support/defaults.js';
import { thrown } from '../../support/rejection.js';

beforeEach(() => setEnvironment());

/** The message of the AtlasConfigurationError for the option, or for the environment. */
const messageFor = (option?: object) => thrown(() => resolveCredentials(option), AtlasConfigurationError).message;

const apiKey = { publicKey: 'publickey', privateKey: 'private-key' };
const serviceAccount = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const tooLong = 'SECRET'.padEnd(8_193, '0');
const secrets = /SE=?CRET|private-key|mdb_sa_sk_1/;

describe('the option', () => {
  it.each<[string, AtlasCredentials]>([
    ['an API key', apiKey],
    ['an API key with non-ASCII characters', { publicKey: 'Jäsøn Doe', privateKey: '秘密 ":\\' }],
    ['an API key, with the fields of the other kinds undefined', { ...apiKey, accessToken: undefined }],
    ['a service account', serviceAccount],
    ['a token', { accessToken: 'aZ0-._~+/==' }],
    ['a function', { accessToken: () => 'a' }],
    ['8,192 characters long', { clientId: 'c'.repeat(8_192), clientSecret: 's'.repeat(8_192) }],
  ])('may be %s', (_name, given) => {
    expect(resolveCredentials(given)).toEqual(given);
  });

  it.each<[string, object, RegExp]>([
    ['an empty object', {}, /credentials: must have exactly one of these: publicKey and privateKey, /],
    [
      'undefined',
      { publicKey: undefined, privateKey: undefined },
      /\.publicKey: is missing, .*\.privateKey: is missing/,
    ],
    ['a key and a token', { ...apiKey, accessToken: 'SECRET' }, /credentials: /],
    ['a key and an account', { ...apiKey, ...serviceAccount }, /credentials: /],
    ['a public key alone', { publicKey: 'SECRET' }, /credentials\.privateKey: is missing/],
    ['a client id alone', { clientId: 'SECRET' }, /credentials\.clientSecret: /],
    ['an unknown field', { ...apiKey, realm: 'SECRET' }, /credentials: .* realm \(options: publicKey, privateKey\)/],
    ['a colon in a client id', { ...serviceAccount, clientId: 'SECRET:1' }, /credentials\.clientId: /],
  ])('may not be %s, and no message shows a value', (_name, given, message) => {
    const text = messageFor(given);
    expect(text).toMatch(message);
    expect(text).not.toMatch(secrets);
  });

  const badTexts = ['', null, 'SECRET\r\nA: b', 'SECRET\n', 'SECRET\x85', 'SECRET\ud83d', tooLong];
  const badTokens = ['', null, 5, 'SECRET 1', 'SECRET\n', 'SE=CRET', tooLong];

  it.each<[field: string, credentials: object, bad: unknown[]]>([
    ['publicKey', apiKey, badTexts],
    ['privateKey', apiKey, badTexts],
    ['clientId', serviceAccount, badTexts],
    ['clientSecret', serviceAccount, badTexts],
    ['accessToken', {}, badTokens],
  ])('may not have an invalid %s, and no message shows a value', (field, others, bad) => {
    for (const value of bad) {
      const text = messageFor({ ...others, [field]: value });
      expect(text).toContain(`credentials.${field}: must`);
      expect(text).not.toMatch(secrets);
    }
  });
});

const account = { MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1', MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1' };
const key = { MONGODB_ATLAS_PUBLIC_KEY: 'publickey', MONGODB_ATLAS_PRIVATE_KEY: 'private-1' };
const cliKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'clipublic', MONGODB_ATLAS_PRIVATE_API_KEY: 'private-2' };
const all = { ...cliKey, ...key, ...account };

it.each<[name: string, environment: Record<string, string>, credentials: object]>([
  ['an access token', { ...all, MONGODB_ATLAS_ACCESS_TOKEN: 'token-1' }, { accessToken: 'token-1' }],
  ['a service account if the token is empty', { ...all, MONGODB_ATLAS_ACCESS_TOKEN: '' }, serviceAccount],
  ['a service account before half a key', { ...account, MONGODB_ATLAS_PUBLIC_KEY: 'publickey' }, serviceAccount],
  ["a key in the Go SDK's variables", { ...cliKey, ...key }, { publicKey: 'publickey', privateKey: 'private-1' }],
  ["a key in the CLI's variables", cliKey, { publicKey: 'clipublic', privateKey: 'private-2' }],
])('the credentials of the environment are %s', (_name, environment, credentials) => {
  setEnvironment(environment);
  expect(resolveCredentials(undefined)).toEqual(credentials);
});

describe('the error for an environment', () => {
  it.each(loginVariables.map((names) => [names]))('names an invalid one of %j, without its value', (names) => {
    for (const name of names) {
      const valid = Object.fromEntries(names.map((other) => [other, 'valid']));
      setEnvironment({ ...valid, [name]: 'HIDDEN\r\nX-Evil: 1' });
      expect(messageFor()).toContain(`${name}: must`);
      expect(messageFor()).not.toContain('HIDDEN');
    }
  });

  it('without credentials says what to set, also if all variables are empty', () => {
    for (const environment of [{}, Object.fromEntries(loginVariables.flat().map((name) => [name, '']))]) {
      setEnvironment(environment);
      expect(messageFor()).toBe(
        'There are no credentials. The environment needs MONGODB_ATLAS_ACCESS_TOKEN, ' +
          'or MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, ' +
          'or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY. ' +
          'Set the variables of one login, or pass the option credentials.',
      );
    }
  });

  it.each<[set: string, missing: string, others: Record<string, string>]>([
    ['MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET', key],
    ['MONGODB_ATLAS_CLIENT_SECRET', 'MONGODB_ATLAS_CLIENT_ID', { ...cliKey, MONGODB_ATLAS_CLIENT_ID: '' }],
    ['MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY', cliKey],
    ['MONGODB_ATLAS_PRIVATE_API_KEY', 'MONGODB_ATLAS_PUBLIC_API_KEY', { MONGODB_ATLAS_ACCESS_TOKEN: '' }],
  ])('with %s but not %s names both, whatever comes after', (set, missing, others) => {
    setEnvironment({ ...others, [set]: 'a-value' });
    expect(messageFor()).toBe(`${set} is set, but ${missing} is not. Set both, or unset ${set}.`);
  });
});
