import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AtlasCredentials } from '../../src/auth/authenticator.js';
import { resolveOptions } from '../../src/config/resolve-options.js';
import { AtlasConfigurationError } from '../../src/index.js';
import { defaults, loginVariables } from '../support/defaults.js';

const credentials = { accessToken: 'token-1' };
const apiKey = { publicKey: 'publickey', privateKey: 'private-key' };
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const longest = 0x7fff_ffff;
const tooLong = 'SECRET'.padEnd(8_193, '0');

/** Sets these variables of the environment, and unsets the others that a client reads. */
function setEnvironment(values: Readonly<Record<string, string>> = {}): void {
  const names = [...loginVariables.flat(), 'MONGODB_ATLAS_BASE_URL', 'https_proxy', 'HTTPS_PROXY'];
  for (const name of names) vi.stubEnv(name, values[name]);
}

beforeEach(() => setEnvironment());

/** The message of the AtlasConfigurationError for these options. */
function messageFor(options?: unknown): string {
  try {
    resolveOptions(options);
  } catch (error) {
    if (error instanceof AtlasConfigurationError) return error.message;
    throw error;
  }
  throw new Error('The options are valid');
}

/** The base URL for these options. */
function urlFor(options: object): string {
  const { origin, base } = resolveOptions({ credentials, ...options });
  return origin + base.prefix;
}

it('missing and undefined options have their defaults', () => {
  const { baseUrl, ...others } = defaults;
  const nothing = Object.fromEntries([...Object.keys(defaults), 'userAgent'].map((name) => [name, undefined]));
  for (const options of [{}, nothing]) {
    expect(resolveOptions({ credentials, ...options }).defaults).toEqual(others);
    expect(urlFor(options)).toBe(baseUrl);
  }
});

describe('client options', () => {
  const store = { get: async () => undefined, set: async () => undefined };
  const badTimes = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '1000', null, 1n, {}];

  it.each<[name: string, good: unknown[], bad: unknown[]]>([
    ['endpoint', ['auto', 'tenant', 'flex'], ['Flex', '', null, 1]],
    ['timeout', [1, 0.5, longest], badTimes],
    ['attemptTimeout', [1, 0.5, longest], badTimes],
    ['maxRetries', [0, 1, 100], [-1, 101, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null]],
    ['maxResponseSize', [1, longest], [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '1', null]],
    ['dispatcher', [{ dispatch: () => true }, new MockAgent()], [{}, 'agent', null, { dispatch: true }, () => true]],
    ['userAgent', ['', 'a/1 (b; c)', '~'], ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0', 'a\tb', 'a\x7f', 'é', 5, null]],
    ['tokenStore', [store], [{ set() {} }, { get() {} }, null]],
  ])('%s is validated', (name, good, bad) => {
    for (const value of [...good, undefined]) resolveOptions({ credentials, [name]: value });
    for (const value of bad) expect(messageFor({ credentials, [name]: value })).toContain(`${name}: `);
  });

  it('are reported together if several are invalid', () => {
    const message = messageFor({ credentials, timeout: 0, maxRetries: -1, userAgent: '\n' });
    for (const name of ['timeout', 'maxRetries', 'userAgent']) expect(message).toContain(`${name}: `);
  });

  it.each([[5], ['text'], [[]], [() => ({})]])('may not be %o', (options) => {
    expect(messageFor(options)).not.toBe('');
  });

  it('may not have an unknown key: the message names it, cut to a short length', () => {
    expect(messageFor({ credentials, tiemout: 5, retries: 1 })).toMatch(/tiemout.*retries/);
    expect(messageFor({ credentials, ['k'.repeat(1_000_000)]: 5 }).length).toBeLessThan(300);
  });
});

describe('credentials', () => {
  it.each<[string, AtlasCredentials]>([
    ['an API key', apiKey],
    ['an API key with non-ASCII characters', { publicKey: 'Jäsøn Doe', privateKey: '秘密 ":\\' }],
    ['an API key, with the fields of the other kinds undefined', { ...apiKey, accessToken: undefined }],
    ['a service account', account],
    ['a token', { accessToken: 'aZ0-._~+/==' }],
    ['a function', { accessToken: () => 'a' }],
    ['8,192 characters long', { clientId: 'c'.repeat(8_192), clientSecret: 's'.repeat(8_192) }],
  ])('may be %s', (_name, given) => {
    expect(resolveOptions({ credentials: given }).credentials).toEqual(given);
  });

  it.each<[string, unknown, RegExp]>([
    ['a string', 'SECRET', /credentials: /],
    ['null', null, /credentials: /],
    ['an empty object', {}, /credentials: /],
    ['a store in an account', { ...account, tokenStore: 'SECRET' }, /credentials: /],
    ['an array', ['SECRET'], /credentials: /],
    ['a key and a token', { ...apiKey, accessToken: 'SECRET' }, /credentials: /],
    ['a key and an account', { ...apiKey, ...account }, /credentials: /],
    ['an account and a token', { ...account, accessToken: 'SECRET' }, /credentials: /],
    ['a key and half an account', { ...apiKey, clientId: 'SECRET' }, /credentials: /],
    ['a public key alone', { publicKey: 'SECRET' }, /credentials\.privateKey: /],
    ['a private key alone', { privateKey: 'SECRET' }, /credentials\.publicKey: /],
    ['a client id alone', { clientId: 'SECRET' }, /credentials\.clientSecret: /],
    ['a client secret alone', { clientSecret: 'SECRET' }, /credentials\.clientId: /],
    ['an empty public key', { ...apiKey, publicKey: '' }, /credentials\.publicKey: /],
    ['an empty private key', { ...apiKey, privateKey: '' }, /credentials\.privateKey: /],
    ['a null private key', { ...apiKey, privateKey: null }, /credentials\.privateKey: /],
    ['an unknown field', { ...apiKey, realm: 'SECRET' }, /realm/],
    ['CR and LF in a public key', { ...apiKey, publicKey: 'SECRET\r\nA: b' }, /credentials\.publicKey: /],
    ['a newline in a private key', { ...apiKey, privateKey: 'SECRET\n' }, /credentials\.privateKey: /],
    ['a C1 control', { ...apiKey, privateKey: 'SECRET\x85' }, /credentials\.privateKey: /],
    ['half a surrogate pair', { ...apiKey, privateKey: 'SECRET\ud83d' }, /credentials\.privateKey: /],
    ['an empty client id', { ...account, clientId: '' }, /credentials\.clientId: /],
    ['an empty client secret', { ...account, clientSecret: '' }, /credentials\.clientSecret: /],
    ['a colon in a client id', { ...account, clientId: 'SECRET:1' }, /credentials\.clientId: /],
    ['CR in a client id', { ...account, clientId: 'SECRET\r' }, /credentials\.clientId: /],
    ['LF in a client secret', { ...account, clientSecret: 'SECRET\n' }, /credentials\.clientSecret: /],
    ['an empty token', { accessToken: '' }, /credentials\.accessToken: /],
    ['a token with a space', { accessToken: 'SECRET 1' }, /credentials\.accessToken: /],
    ['a token with a newline', { accessToken: 'SECRET\n' }, /credentials\.accessToken: /],
    ['a token with = inside', { accessToken: 'SE=CRET' }, /credentials\.accessToken: /],
    ['a public key that is too long', { ...apiKey, publicKey: tooLong }, /credentials\.publicKey: .*8192 char/],
    ['a private key that is too long', { ...apiKey, privateKey: tooLong }, /credentials\.privateKey: .*8192 char/],
    ['a client id that is too long', { ...account, clientId: tooLong }, /credentials\.clientId: .*8192 char/],
    [
      'a client secret that is too long',
      { ...account, clientSecret: tooLong },
      /credentials\.clientSecret: .*8192 char/,
    ],
    ['a token that is too long', { accessToken: tooLong }, /credentials\.accessToken: .*8192 char/],
    ['a token that is a number', { accessToken: 5 }, /credentials\.accessToken: /],
  ])('may not be %s, and no message shows a value', (_name, given, message) => {
    const text = messageFor({ credentials: given });
    expect(text).toMatch(message);
    expect(text).not.toMatch(/SE=?CRET|private-key|mdb_sa_sk_1/);
  });

  it('come from the environment, but an option overrides it', () => {
    expect(messageFor()).toContain('There are no credentials.');
    setEnvironment({ MONGODB_ATLAS_ACCESS_TOKEN: 'of-the-environment' });
    expect(resolveOptions(undefined).credentials).toEqual({ accessToken: 'of-the-environment' });
    expect(resolveOptions({ credentials }).credentials).toEqual(credentials);
  });

  it.each(loginVariables.flatMap((names) => names.map((name): [string, readonly string[]] => [name, names])))(
    'are rejected if %s is invalid: the message names it without its value',
    (name, names) => {
      const valid = Object.fromEntries(names.map((other) => [other, 'valid']));
      setEnvironment({ ...valid, [name]: 'HIDDEN\r\nX-Evil: 1' });
      expect(messageFor()).toContain(`${name}: must`);
      expect(messageFor()).not.toContain('HIDDEN');
    },
  );
});

describe('baseUrl', () => {
  it.each([
    ['https://cloud.mongodb.com', 'https://cloud.mongodb.com'],
    ['https://cloud.mongodbgov.com/', 'https://cloud.mongodbgov.com'],
    ['https://proxy.example:8443/atlas/', 'https://proxy.example:8443/atlas'],
    ['https://proxy.example/a/b//', 'https://proxy.example/a/b'],
    ['https://proxy.example/a b/%2f', 'https://proxy.example/a%20b/%2f'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://127.255.255.254:1/a', 'http://127.255.255.254:1/a'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['HTTP://LOCALHOST', 'http://localhost'],
  ])('may be %s, as a string and as a URL, and its path is kept as a prefix', (url, resolved) => {
    for (const baseUrl of [url, new URL(url)]) expect(urlFor({ baseUrl })).toBe(resolved);
  });

  it.each<unknown>([
    ...['', 'cloud.mongodb.com', 'https://', 5, null, { href: 'https://cloud.mongodb.com' }],
    // Neither https nor a loopback host.
    ...['http://cloud.mongodb.com', 'http://127.0.0.1.example.com', 'http://localhost.example.com'],
    ...['http://notlocalhost', 'http://128.0.0.1', 'http://0.0.0.0', 'http://[::2]', 'ftp://localhost'],
    ...['file:///etc/hosts', 'localhost:8080'],
    // More than an origin and a prefix.
    ...['https://user:SECRET@cloud.mongodb.com', 'https://SECRET@cloud.mongodb.com'],
    ...['https://:SECRET@cloud.mongodb.com', 'https://cloud.mongodb.com?key=SECRET'],
    'https://cloud.mongodb.com/#SECRET',
    ...['https://cloud.mongodb.com/api/atlas', 'https://proxy.example/x/api/atlas/v1.0'],
  ])('may not be %s', (baseUrl) => {
    const text = messageFor({ credentials, baseUrl });
    expect(text).toContain('baseUrl: ');
    expect(text).not.toContain('SECRET');
  });

  it('comes from the environment if the option is missing, and is checked there too', () => {
    setEnvironment({ MONGODB_ATLAS_BASE_URL: 'https://proxy.example/atlas/' });
    expect(urlFor({})).toBe('https://proxy.example/atlas');
    setEnvironment({ MONGODB_ATLAS_BASE_URL: 'nonsense' });
    expect(urlFor({ baseUrl: 'https://cloud.mongodbgov.com' })).toBe('https://cloud.mongodbgov.com');
    setEnvironment({ MONGODB_ATLAS_BASE_URL: '' });
    expect(urlFor({})).toBe(defaults.baseUrl);
    setEnvironment({ MONGODB_ATLAS_BASE_URL: 'http://cloud.mongodb.com' });
    expect(messageFor({ credentials })).toContain('MONGODB_ATLAS_BASE_URL: must use https');
  });
});

it.each([
  'user:SECRET@proxy',
  'proxy.example:3128',
  '//user:SECRET@proxy',
  'ftp://proxy.example',
  'socks5://u:SECRET@proxy.example',
  'http://u:SECRET%zz@p',
])('the proxy of the environment may not be %s, and the message does not show it', (proxy) => {
  setEnvironment({ HTTPS_PROXY: proxy });
  expect(messageFor({ credentials })).toBe(
    'HTTPS_PROXY must be an http or https URL, such as http://proxy.example:3128.',
  );
});
