import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AtlasCredentials } from '../../../src/client/auth/authenticator.js';
import { resolveCredentials } from '../../../src/client/config/environment.js';
import { resolveOptions } from '../../../src/client/config/options.js';
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
    ['an API key with non-ASCII characters', { publicKey: 'Jäsøn Doe', privateKey: '秘密 ":\\' }],
    ['an API key, with the fields of the other kinds undefined', { ...apiKey, accessToken: undefined }],
    ['a token', { accessToken: 'aZ0-._~+/==' }],
    ['a function', { accessToken: () => 'a' }],
    ['8,192 characters long', { clientId: 'c'.repeat(8_192), clientSecret: 's'.repeat(8_192) }],
  ])('may be %s', (_name, given) => {
    expect(resolveCredentials(given)).toEqual(given);
  });

  const oneOf = /credentials: must have the values of exactly one of these: publicKey and privateKey, /;

  it.each<[string, object, RegExp]>([
    ['an empty object', {}, oneOf],
    ['undefined', { publicKey: undefined, privateKey: undefined }, oneOf],
    ['a key and a token', { ...apiKey, accessToken: 'SECRET' }, oneOf],
    ['a key and an account', { ...apiKey, ...serviceAccount }, oneOf],
    ['a public key alone', { publicKey: 'SECRET' }, /credentials\.privateKey: .* received undefined/],
    ['a client id alone', { clientId: 'SECRET' }, /credentials\.clientSecret: .* received undefined/],
    ['an unknown field', { ...apiKey, realm: 'SECRET' }, /credentials: Unrecognized key: "realm"/],
    ['a colon in a client id', { ...serviceAccount, clientId: 'SECRET:1' }, /clientId: must not contain a colon/],
  ])('may not be %s, and no message shows a value', (_name, given, message) => {
    const text = messageFor(given);
    expect(text).toMatch(message);
    expect(text).not.toMatch(secrets);
  });

  const badTexts = ['', null, 'SECRET\r\nA: b', 'SECRET\x85', 'SECRET\ud83d', tooLong];

  it.each<[field: string, credentials: object, bad: unknown[]]>([
    ['publicKey', apiKey, badTexts],
    ['privateKey', apiKey, badTexts],
    ['clientId', serviceAccount, badTexts],
    ['clientSecret', serviceAccount, badTexts],
    ['accessToken', {}, ['', null, 5, 'SECRET 1', 'SECRET\n', 'SE=CRET', tooLong]],
  ])('may not have an invalid %s, and no message shows a value', (field, others, bad) => {
    for (const value of bad) {
      const text = messageFor({ ...others, [field]: value });
      expect(text).toContain(`Invalid credentials: credentials.${field}: `);
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
])('the credentials of the environment are %s, but the option overrides them', (_name, environment, credentials) => {
  setEnvironment(environment);
  expect(resolveOptions().credentials).toEqual(credentials);
  expect(resolveOptions({ credentials: apiKey }).credentials).toEqual(apiKey);
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

describe('the proxy of the environment', () => {
  const credentials = { accessToken: 'token-1' };
  const [first, second] = ['http://one.example:3128', 'https://user:p%40ss@two.example/'];

  it.each<[environment: Record<string, string>, proxy: string | undefined, options?: object]>([
    [{}, undefined],
    [{ https_proxy: first, HTTPS_PROXY: second }, first],
    [{ https_proxy: '', HTTPS_PROXY: second }, second],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: first }, undefined, { baseUrl: 'http://localhost' }],
    [{ HTTPS_PROXY: 'nonsense' }, undefined, { dispatcher: new MockAgent() }],
    [{ HTTPS_PROXY: 'nonsense' }, undefined, { fetch }],
  ])('%j is %s, with the options %o', (environment, proxy, options) => {
    setEnvironment(environment);
    expect(resolveOptions({ credentials, ...options }).proxy).toBe(proxy);
  });

  it.each([
    ...['user:SECRET@proxy', 'proxy.example:3128', 'ftp://proxy.example', 'socks5://u:SECRET@proxy.example'],
    ...['http://u:SECRET%zz@p', 'http://u:SECRET@p/path', 'http://u:SECRET@p?query'],
  ])('may not be %s, and the message does not show it', (proxy) => {
    setEnvironment({ HTTPS_PROXY: proxy });
    expect(thrown(() => resolveOptions({ credentials }), AtlasConfigurationError).message).toBe(
      'HTTPS_PROXY must be an http or https URL without a path, such as http://proxy.example:3128.',
    );
  });
});
