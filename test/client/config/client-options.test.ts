import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../src/client/config/client-options.js';
import { AtlasConfigurationError } from '../../../src/client/index.js';
import { defaults, setEnvironment } from '../../support/defaults.js';
import { thrown } from '../../support/rejection.js';

const credentials = { accessToken: 'token-1' };
const longest = 0x7fff_ffff;

beforeEach(() => setEnvironment());

/** The message of the AtlasConfigurationError for these options. */
const messageFor = (options: unknown) =>
  // As a caller without types may pass them.
  thrown(() => resolveOptions(options as object), AtlasConfigurationError).message;

/** The base URL for these options. */
function urlFor(options: object): string {
  const { origin, prefix } = resolveOptions({ credentials, ...options });
  return origin + prefix;
}

it('missing and undefined options have their defaults', () => {
  const { baseUrl, ...others } = defaults;
  const nothing = Object.fromEntries([...Object.keys(defaults), 'userAgent'].map((name) => [name, undefined]));
  for (const options of [{}, nothing]) {
    expect(resolveOptions({ credentials, ...options })).toMatchObject(others);
    expect(urlFor(options)).toBe(baseUrl);
  }
});

it('the userAgent comes before that of the package, unless it is empty', () => {
  const agentFor = (userAgent?: string) => resolveOptions({ credentials, userAgent }).userAgent;
  expect([agentFor(''), agentFor('report/2 (ops)')]).toEqual([agentFor(), `report/2 (ops) ${agentFor()}`]);
});

describe('client options', () => {
  const notDispatchers = [{}, 'agent', null, { dispatch: true }, () => true];
  const notPositive = [0, -1, Number.NaN, '1000', null, 1n, {}];
  const tooLong = [Number.POSITIVE_INFINITY, longest + 1];
  const notAscii = ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0', 'a\tb', 'a\x7f', 'é'];

  it.each<[name: string, good: unknown[], bad: unknown[], problem: string]>([
    ['endpoint', ['auto', 'tenant', 'flex'], ['Flex', '', null, 1], 'must be auto, tenant or flex'],
    ['timeout', [1, 0.5, longest], notPositive, 'must be a number of ms above 0'],
    ['attemptTimeout', [1, 0.5, longest], notPositive, 'must be a number of ms above 0'],
    ['timeout', [], tooLong, 'must be at most 2147483647 ms'],
    ['attemptTimeout', [], tooLong, 'must be at most 2147483647 ms'],
    ['maxRetries', [0, 1, 100], [-0.5, 101, ...tooLong, '3', null], 'must be a whole number from 0 to 100'],
    ['maxResponseSize', [1, 2 ** 29], [...notPositive, -0.5], 'must be a whole number of bytes above 0'],
    ['maxResponseSize', [], [2 ** 29 + 1], 'must be at most 536870912 bytes'],
    ['dispatcher', [{ dispatch: () => true }, new MockAgent()], notDispatchers, 'must be an undici dispatcher'],
    ['fetch', [fetch], [{}, 'fetch', null], 'must be a function'],
    ['userAgent', ['', 'a/1 (b; c)', '~'], notAscii, 'must be printable ASCII'],
    ['userAgent', [], [5, null], 'must be a string'],
  ])('%s is validated, and what is wrong is said in one sentence', (name, good, bad, problem) => {
    for (const value of [...good, undefined]) resolveOptions({ credentials, [name]: value });
    for (const value of bad) {
      expect(messageFor({ credentials, [name]: value })).toBe(`Invalid client options: ${name}: ${problem}.`);
    }
  });

  it.each<[options: unknown, problems: string]>([
    [{ timeout: 0, userAgent: '\n' }, 'timeout: must be a number of ms above 0, userAgent: must be printable ASCII'],
    [{ credentials, fetch, dispatcher: new MockAgent() }, 'fetch: must not be set together with dispatcher'],
    [
      { id: 5, retries: 1 },
      'there is no option id or retries (options: credentials, baseUrl, endpoint, timeout, ' +
        'attemptTimeout, maxRetries, maxResponseSize, dispatcher, fetch, userAgent)',
    ],
    ...[5, 'text', [], () => ({})].map((value): [unknown, string] => [value, 'the options must be an object']),
  ])('may not be %o', (options, problems) => {
    expect(messageFor(options)).toBe(`Invalid client options: ${problems}.`);
  });
});

it('the credentials come from the environment, but the option overrides it', () => {
  setEnvironment({ MONGODB_ATLAS_ACCESS_TOKEN: 'of-the-environment' });
  expect(resolveOptions().credentials).toEqual({ accessToken: 'of-the-environment' });
  expect(resolveOptions({ credentials }).credentials).toEqual(credentials);
  for (const value of ['SECRET', null, ['SECRET']]) {
    expect(messageFor({ credentials: value })).toBe('Invalid client options: credentials: must be an object.');
  }
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
  ])('may be %s, as a string and as a URL of any realm, and its path is kept as a prefix', (url, resolved) => {
    const foreign = { [Symbol.toStringTag]: 'URL', toString: () => url };
    for (const baseUrl of [url, new URL(url), foreign]) expect(urlFor({ baseUrl })).toBe(resolved);
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
    ...['https://cloud.mongodb.com/#SECRET', 'http://SECRET@cloud.mongodb.com?key#SECRET'],
    ...['https://cloud.mongodb.com/api/atlas', 'https://proxy.example/x/api/atlas/v1.0'],
  ])('may not be %s', (baseUrl) => {
    const text = messageFor({ credentials, baseUrl });
    expect(text).toMatch(/^Invalid client options: baseUrl: must [^:]*(https:[^:]*)?$/);
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

describe('the proxy of the environment', () => {
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
    ...['user:SECRET@proxy', 'proxy.example:3128', '//user:SECRET@proxy', 'ftp://proxy.example'],
    ...['socks5://u:SECRET@proxy.example', 'http://u:SECRET%zz@p', 'http://u:SECRET@p/path', 'http://u:SECRET@p?query'],
  ])('may not be %s, and the message does not show it', (proxy) => {
    setEnvironment({ HTTPS_PROXY: proxy });
    expect(messageFor({ credentials })).toBe(
      'HTTPS_PROXY must be an http or https URL without a path, such as http://proxy.example:3128.',
    );
  });
});
