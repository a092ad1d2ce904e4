import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../src/client/config/options.js';
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
  const notPositive = [0, -1, Number.NaN, '1000', null, Number.POSITIVE_INFINITY];
  const notAscii = ['a\r\nb: c', 'a\n', 'a\0', 'a\x7f', 'é'];

  // The words that zod does not know.
  it.each<[name: string, good: unknown[], bad: unknown[], problem?: string]>([
    ['endpoint', ['auto', 'tenant', 'flex'], ['Flex', null]],
    ['timeout', [1, 0.5, longest], [...notPositive, longest + 1]],
    ['attemptTimeout', [1, 0.5, longest], [...notPositive, longest + 1]],
    ['maxRetries', [0, 100], [-1, 0.5, 101, '3', null]],
    ['maxResponseSize', [1, 2 ** 29], [...notPositive, 0.5, 2 ** 29 + 1]],
    [
      'dispatcher',
      [{ dispatch: () => true }, new MockAgent()],
      [{}, null, { dispatch: true }],
      'must be an undici dispatcher',
    ],
    ['fetch', [fetch], [{}, 'fetch', null], 'must be a function'],
    ['userAgent', ['', 'a/1 (b; c)', '~'], notAscii, 'must be printable ASCII'],
    ['userAgent', [], [5, null]],
  ])('%s is checked, and what is wrong is said in one sentence', (name, good, bad, problem = '[A-Z].* expected .*') => {
    for (const value of [...good, undefined]) resolveOptions({ credentials, [name]: value });
    for (const value of bad) {
      const message = messageFor({ credentials, [name]: value });
      expect(message).toMatch(new RegExp(`^Invalid client options: ${name}: ${problem}\\.$`));
      expect(message).not.toContain('SECRET');
    }
  });

  it.each<[options: unknown, problems: string]>([
    [
      { timeout: 0, userAgent: '\n' },
      'timeout: Too small: expected number to be >0, userAgent: must be printable ASCII',
    ],
    [{ credentials, fetch, dispatcher: new MockAgent() }, 'fetch: must not be set together with dispatcher'],
    [
      { id: 5, retries: 1 },
      'there is no option id or retries (options: credentials, baseUrl, endpoint, timeout, attemptTimeout, maxRetries, ' +
        'maxResponseSize, dispatcher, fetch, userAgent)',
    ],
    [[], 'Invalid input: expected object, received array'],
    [{ credentials: 'SECRET' }, 'credentials: Invalid input: expected object, received string'],
  ])('may not be %o', (options, problems) => {
    expect(messageFor(options)).toBe(`Invalid client options: ${problems}.`);
  });
});

describe('baseUrl', () => {
  it.each([
    ['https://cloud.mongodbgov.com/', 'https://cloud.mongodbgov.com'],
    ['https://proxy.example:8443/atlas/', 'https://proxy.example:8443/atlas'],
    ['https://proxy.example/a b/%2f//', 'https://proxy.example/a%20b/%2f'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://127.255.255.254:1/a', 'http://127.255.255.254:1/a'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['HTTP://LOCALHOST', 'http://localhost'],
  ])('may be %s, as a string and as a URL of any realm, and its path is kept as a prefix', (url, resolved) => {
    const foreign = { [Symbol.toStringTag]: 'URL', toString: () => url };
    for (const baseUrl of [url, new URL(url), foreign]) expect(urlFor({ baseUrl })).toBe(resolved);
  });

  it.each<[problem: string, ...bad: unknown[]]>([
    ['must be a URL, such as ', '', 'cloud.mongodb.com', 'https://', 5, null, { href: 'https://a.example' }],
    ['must use https ', 'http://cloud.mongodb.com', 'ftp://localhost', 'localhost:8080', 'http://128.0.0.1'],
    ['must use https ', 'http://127.0.0.1.example.com', 'http://localhost.example.com', 'http://notlocalhost'],
    ['must not contain a user name', 'https://SECRET@a.example', 'https://:SECRET@a.example'],
    ['must not contain a user name', 'https://a.example?key=SECRET', 'https://a.example/#SECRET'],
    ['must not contain /api/atlas ', 'https://a.example/api/atlas', 'https://a.example/x/api/atlas/v1.0'],
  ])('%s', (problem, ...bad) => {
    for (const baseUrl of bad) {
      const message = messageFor({ credentials, baseUrl });
      expect(message).toContain(`Invalid client options: baseUrl: ${problem}`);
      expect(message).not.toContain('SECRET');
    }
  });

  it('comes from the environment if the option is missing, and is checked there too', () => {
    setEnvironment({ MONGODB_ATLAS_BASE_URL: 'https://proxy.example/atlas/' });
    expect(urlFor({})).toBe('https://proxy.example/atlas');
    setEnvironment({ MONGODB_ATLAS_BASE_URL: '' });
    expect(urlFor({})).toBe(defaults.baseUrl);
    setEnvironment({ MONGODB_ATLAS_BASE_URL: 'http://cloud.mongodb.com' });
    expect(urlFor({ baseUrl: 'https://cloud.mongodbgov.com' })).toBe('https://cloud.mongodbgov.com');
    expect(messageFor({ credentials })).toContain('MONGODB_ATLAS_BASE_URL: must use https');
  });
});
