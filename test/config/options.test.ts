import { MockAgent } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AtlasCredentials,
  AtlasTimeoutError,
  type CallOptions,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { runClock, stopClock } from '../support/clock.js';
import { defaults } from '../support/defaults.js';
import { get, openClient } from '../support/open-client.js';
import { optionsError } from '../support/options-error.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';
import { tenantPath } from '../support/snapshot-routes.js';

const credentials = { accessToken: 'token-1' };
const apiKey = { publicKey: 'publickey', privateKey: 'private-key' };
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const longest = 0x7fff_ffff;
// As a caller without types may.
const construct = (options: unknown) => new TenantSnapshotsClient(options as never);

describe('a client without options', () => {
  beforeEach(() => {
    stopClock();
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', undefined);
  });

  /** The error of a call without a response, and how many ms it took. */
  async function openSilent(options: TenantSnapshotsClientOptions, callOptions: CallOptions) {
    const dispatcher = scriptedDispatcher(silent);
    const client = openClient({ ...options, dispatcher });
    const { message } = await runClock(rejection(get(client, callOptions), AtlasTimeoutError));
    const requests = dispatcher.requests.map(({ options: { origin, path } }) => origin + path);
    return { message, requests, after: performance.now() };
  }

  const names = ['baseUrl', 'endpoint', 'timeout', 'attemptTimeout', 'maxRetries', 'maxResponseSize', 'userAgent'];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));

  it.each([
    ['missing', {}],
    ['undefined', nothing],
  ])('calls the tenant endpoint of cloud.mongodb.com, with 15 s per attempt: options %s', async (_how, options) => {
    const { message, requests, after } = await openSilent(options, { maxRetries: 0 });
    expect(requests).toEqual([defaults.baseUrl + tenantPath]);
    expect(message).toContain(`${defaults.attemptTimeout} ms (attemptTimeout)`);
    expect(after - defaults.attemptTimeout).toSatisfy((late: number) => late >= 0 && late < 200);
  });

  it('limits a call to 60 s', async () => {
    const { message, after } = await openSilent({}, { attemptTimeout: longest });
    expect(message).toContain(`${defaults.timeout} ms (timeout)`);
    expect(after - defaults.timeout).toSatisfy((late: number) => late >= 0 && late < 200);
  });
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
    for (const value of [...good, undefined]) expect(() => construct({ credentials, [name]: value })).not.toThrow();
    for (const value of bad) expect(optionsError({ credentials, [name]: value })).toContain(`${name}: `);
  });

  it('are reported together if several are invalid', () => {
    const message = optionsError({ credentials, timeout: 0, maxRetries: -1, userAgent: '\n' });
    for (const name of ['timeout', 'maxRetries', 'userAgent']) expect(message).toContain(`${name}: `);
  });

  it.each([[5], ['text'], [[]], [() => ({})]])('may not be %o', (options) => {
    expect(optionsError(options)).not.toBe('');
  });

  it('may not have an unknown key: the message names it, cut to a short length', () => {
    expect(optionsError({ credentials, tiemout: 5, retries: 1 })).toMatch(/tiemout.*retries/);
    expect(optionsError({ credentials, ['k'.repeat(1_000_000)]: 5 }).length).toBeLessThan(300);
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
  ])('may be %s', (_name, given) => {
    expect(() => construct({ credentials: given })).not.toThrow();
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
    ['a token that is a number', { accessToken: 5 }, /credentials\.accessToken: /],
  ])('may not be %s, and no message shows a value', (_name, given, message) => {
    const text = optionsError({ credentials: given });
    expect(text).toMatch(message);
    expect(text).not.toMatch(/SE=?CRET|private-key|mdb_sa_sk_1/);
  });
});

describe('baseUrl', () => {
  /** The URL that a client with this base URL asks for. */
  async function urlFrom(baseUrl: string | URL, change: (url: URL) => void = () => undefined) {
    const dispatcher = scriptedDispatcher();
    const client = openClient({ baseUrl, dispatcher });
    if (baseUrl instanceof URL) change(baseUrl);
    await get(client);
    return dispatcher.requests.map(({ options: { origin, path } }) => origin + path);
  }

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
  ])('may be %s, as a string and as a URL, and its path is kept as a prefix', async (url, prefix) => {
    expect(await urlFrom(url)).toEqual([prefix + tenantPath]);
    expect(await urlFrom(new URL(url))).toEqual([prefix + tenantPath]);
  });

  it.each<unknown>([
    ...['', 'cloud.mongodb.com', 'https://', 5, null, { href: 'https://cloud.mongodb.com' }],
    // Neither https nor a loopback host.
    ...['http://cloud.mongodb.com', 'http://127.0.0.1.example.com', 'http://localhost.example.com'],
    ...['http://notlocalhost', 'http://128.0.0.1', 'http://0.0.0.0', 'http://[::2]', 'ftp://localhost'],
    ...['file:///etc/hosts', 'localhost:8080'],
    // More than an origin and a prefix.
    ...[
      'https://user:SECRET@cloud.mongodb.com',
      'https://SECRET@cloud.mongodb.com',
      'https://:SECRET@cloud.mongodb.com',
    ],
    ...['https://cloud.mongodb.com?key=SECRET', 'https://cloud.mongodb.com/#SECRET'],
    ...['https://cloud.mongodb.com/api/atlas', 'https://proxy.example/x/api/atlas/v1.0'],
  ])('may not be %s', (baseUrl) => {
    const text = optionsError({ credentials, baseUrl });
    expect(text).toContain('baseUrl: ');
    expect(text).not.toContain('SECRET');
  });

  it('does not change if the URL object is changed later', async () => {
    const change = (url: URL) => void Object.assign(url, { host: 'evil.example' });
    expect(await urlFrom(new URL('https://cloud.mongodb.com'), change)).toEqual([defaults.baseUrl + tenantPath]);
  });
});
