import { MockAgent } from 'undici';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  AtlasConfigurationError,
  type AtlasCredentials,
  AtlasValidationError,
  type CallOptions,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  type WaitOptions,
} from '../src/index.js';
import { readOptions } from '../src/read-options.js';
import { openClient } from './support/open-client.js';
import { openEmulator } from './support/open-emulator.js';
import { optionsError } from './support/options-error.js';
import { rejection } from './support/rejection.js';
import { listPath, path } from './support/snapshot-routes.js';

const credentials = { accessToken: 'token-1' };
const apiKey = { publicKey: 'publickey', privateKey: 'private-key' };
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const longest = 0x7fff_ffff;
const store = { get: async () => undefined, set: async () => undefined };

describe('the options of a client', () => {
  it('have the defaults of the contract', () => {
    expect(readOptions({ credentials })).toEqual({
      credentials,
      baseUrl: new URL('https://cloud.mongodb.com'),
      endpoint: 'auto',
      timeout: 60_000,
      attemptTimeout: 15_000,
      maxRetries: 3,
      maxResponseSize: 1_048_576,
      dispatcher: undefined,
      userAgent: undefined,
    });
  });

  it('may all be undefined', () => {
    const names = ['baseUrl', 'endpoint', 'timeout', 'attemptTimeout', 'maxRetries', 'maxResponseSize', 'dispatcher'];
    const options = Object.fromEntries([...names, 'userAgent'].map((name) => [name, undefined]));
    expect(readOptions({ ...options, credentials })).toEqual(readOptions({ credentials }));
  });

  it.each<[name: string, good: unknown[], bad: unknown[]]>([
    ['endpoint', ['auto', 'tenant', 'flex'], ['Flex', '', null, 1]],
    ['timeout', [1, 0.5, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1000', null, 1n, {}]],
    ['attemptTimeout', [1, 0.5, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1000', null]],
    ['maxRetries', [0, 1, 100], [-1, 101, 0.5, Number.NaN, Infinity, '3', null]],
    ['maxResponseSize', [1, longest], [0, -1, 0.5, Number.NaN, Infinity, longest + 1, '1', null]],
    ['dispatcher', [{ dispatch: () => true }, new MockAgent()], [{}, 'agent', null, { dispatch: true }, () => true]],
    ['userAgent', ['', 'a/1 (b; c)', '~'], ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0', 'a\tb', 'a\x7f', 'é', 5, null]],
  ])('%s is checked', (name, good, bad) => {
    for (const value of good) expect(readOptions({ credentials, [name]: value })).toHaveProperty(name, value);
    for (const value of bad) {
      expect(optionsError({ credentials, [name]: value })).toMatch(new RegExp(`^Invalid options: ${name}: .`));
    }
  });

  it('are named all at once', () => {
    const message = optionsError({ credentials, timeout: 0, maxRetries: -1, userAgent: '\n' });
    for (const name of ['timeout', 'maxRetries', 'userAgent']) expect(message).toContain(`${name}: `);
  });

  it.each([[5], ['text'], [[]], [() => ({})]])('%o are no options', (options) => {
    expect(optionsError(options)).toMatch(/^Invalid options: ./);
  });

  it('may not have an unknown key, which is named and cut', () => {
    expect(optionsError({ credentials, tiemout: 5, retries: 1 })).toMatch(/"tiemout".*"retries"/);
    expect(optionsError({ credentials, ['k'.repeat(1_000_000)]: 5 }).length).toBeLessThan(300);
  });
});

describe('credentials', () => {
  it.each<[string, AtlasCredentials]>([
    ['an API key', apiKey],
    ['an API key of any letters', { publicKey: 'Jäsøn Doe', privateKey: '秘密 ":\\' }],
    ['a service account', account],
    ['a service account with a store', { ...account, tokenStore: store }],
    ['a token', { accessToken: 'aZ0-._~+/==' }],
    ['a function', { accessToken: () => 'a' }],
  ])('may be %s', (_name, given) => {
    expect(readOptions({ credentials: given }).credentials).toEqual(given);
  });

  it('may name the parts of the other kinds as undefined', () => {
    const given = { ...apiKey, accessToken: undefined, clientId: undefined, tokenStore: undefined };
    expect(readOptions({ credentials: given }).credentials).toEqual(apiKey);
    expect(readOptions({ credentials: { ...account, tokenStore: undefined } }).credentials).toEqual(account);
  });

  it.each<[string, unknown, RegExp]>([
    ['a string', 'SECRET', /: credentials: must be an object$/],
    ['null', null, /: credentials: must be an object$/],
    ['an empty object', {}, /: credentials: must be one of: publicKey and privateKey; .*; accessToken$/],
    ['an array', ['SECRET'], /: credentials: must be one of/],
    [
      'a store alone',
      { tokenStore: store },
      /: credentials\.clientId: must be a string; credentials\.clientSecret: must be a string$/,
    ],
    ['a key and a token', { ...apiKey, accessToken: 'SECRET' }, /: credentials: must be one of/],
    ['a key and an account', { ...apiKey, ...account }, /: credentials: must be one of/],
    ['an account and a token', { ...account, accessToken: 'SECRET' }, /: credentials: must be one of/],
    ['a key and half an account', { ...apiKey, clientId: 'SECRET' }, /: credentials: must be one of/],
    ['a public key alone', { publicKey: 'SECRET' }, /: credentials\.privateKey: must be a string$/],
    ['a private key alone', { privateKey: 'SECRET' }, /: credentials\.publicKey: must be a string$/],
    ['a client id alone', { clientId: 'SECRET' }, /: credentials\.clientSecret: must be a string$/],
    ['a client secret alone', { clientSecret: 'SECRET' }, /: credentials\.clientId: must be a string$/],
    ['an empty public key', { ...apiKey, publicKey: '' }, /: credentials\.publicKey: must not be empty$/],
    ['an empty private key', { ...apiKey, privateKey: '' }, /: credentials\.privateKey: must not be empty$/],
    ['a null private key', { ...apiKey, privateKey: null }, /: credentials\.privateKey: must be a string$/],
    ['a key with a store', { ...apiKey, tokenStore: store }, /: credentials: must be one of/],
    ['an unknown part', { ...apiKey, realm: 'SECRET' }, /: credentials: .*"realm"/],
    [
      'CR and LF in a public key',
      { ...apiKey, publicKey: 'SECRET\r\nA: b' },
      /: credentials\.publicKey: must not hold/,
    ],
    ['a newline in a private key', { ...apiKey, privateKey: 'SECRET\n' }, /: credentials\.privateKey: must not hold/],
    ['a C1 control', { ...apiKey, privateKey: 'SECRET\x85' }, /: credentials\.privateKey: must not hold/],
    ['half a surrogate pair', { ...apiKey, privateKey: 'SECRET\ud83d' }, /: credentials\.privateKey: must not hold/],
    ['an empty client id', { ...account, clientId: '' }, /: credentials\.clientId: must not be empty$/],
    ['an empty client secret', { ...account, clientSecret: '' }, /: credentials\.clientSecret: must not be empty$/],
    ['a colon in a client id', { ...account, clientId: 'SECRET:1' }, /: credentials\.clientId: must not hold a colon$/],
    ['CR in a client id', { ...account, clientId: 'SECRET\r' }, /: credentials\.clientId: must be printable ASCII$/],
    [
      'LF in a client secret',
      { ...account, clientSecret: 'SECRET\n' },
      /: credentials\.clientSecret: must be printable/,
    ],
    ['a store without get', { ...account, tokenStore: { set() {} } }, /: credentials\.tokenStore: must be a store/],
    ['a store without set', { ...account, tokenStore: { get() {} } }, /: credentials\.tokenStore: must be a store/],
    ['an empty token', { accessToken: '' }, /: credentials\.accessToken: must be a bearer token/],
    ['a token with a space', { accessToken: 'SECRET 1' }, /: credentials\.accessToken: must be a bearer token/],
    ['a token with a newline', { accessToken: 'SECRET\n' }, /: credentials\.accessToken: must be a bearer token/],
    ['a token with = inside', { accessToken: 'SE=CRET' }, /: credentials\.accessToken: must be a bearer token/],
    [
      'a token that is a number',
      { accessToken: 5 },
      /: credentials\.accessToken: must be a bearer token .*, or a function/,
    ],
  ])('may not be %s, and no message shows a value', (_name, given, message) => {
    const text = optionsError({ credentials: given });
    expect(text).toMatch(/^Invalid options: /);
    expect(text).toMatch(message);
    expect(text).not.toMatch(/SE=?CRET|private-key|mdb_sa_sk_1/);
  });

  it('exclude each other by type', () => {
    expectTypeOf<{ publicKey: string; privateKey: string }>().toExtend<AtlasCredentials>();
    expectTypeOf<{ accessToken: () => Promise<string> }>().toExtend<AtlasCredentials>();
    expectTypeOf<typeof account & typeof apiKey>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ publicKey: string }>().not.toExtend<AtlasCredentials>();
    expectTypeOf<typeof apiKey & { tokenStore: typeof store }>().not.toExtend<AtlasCredentials>();
  });
});

describe('baseUrl', () => {
  it.each([
    'https://cloud.mongodb.com',
    'https://cloud.mongodbgov.com/',
    'https://proxy.example:8443/atlas/',
    'http://localhost:8080',
    'http://127.0.0.1',
    'http://127.255.255.254:1/a',
    'http://[::1]:3000',
    'HTTP://LOCALHOST',
  ])('may be %s, as text and as a URL', (url) => {
    expect(readOptions({ credentials, baseUrl: url }).baseUrl).toEqual(new URL(url));
    expect(readOptions({ credentials, baseUrl: new URL(url) }).baseUrl).toEqual(new URL(url));
  });

  it.each<[unknown, RegExp]>([
    ['', /must be a URL/],
    ['cloud.mongodb.com', /must be a URL/],
    ['https://', /must be a URL/],
    [5, /must be a URL/],
    [null, /must be a URL/],
    [{ href: 'https://cloud.mongodb.com' }, /must be a URL/],
    ['http://cloud.mongodb.com', /must be https/],
    ['http://127.0.0.1.example.com', /must be https/],
    ['http://localhost.example.com', /must be https/],
    ['http://notlocalhost', /must be https/],
    ['http://128.0.0.1', /must be https/],
    ['http://0.0.0.0', /must be https/],
    ['http://[::2]', /must be https/],
    ['ftp://localhost', /must be https/],
    ['file:///etc/hosts', /must be https/],
    ['localhost:8080', /must be https/],
    ['https://user:SECRET@cloud.mongodb.com', /must hold no user info/],
    ['https://SECRET@cloud.mongodb.com', /must hold no user info/],
    ['https://:SECRET@cloud.mongodb.com', /must hold no user info/],
    ['https://cloud.mongodb.com?key=SECRET', /must hold no query and no fragment/],
    ['https://cloud.mongodb.com/#SECRET', /must hold no query and no fragment/],
  ])('may not be %s', (baseUrl, message) => {
    const text = optionsError({ credentials, baseUrl });
    expect(text).toMatch(/^Invalid options: baseUrl: /);
    expect(text).toMatch(message);
    expect(text).not.toContain('SECRET');
  });

  it('is not changed by what happens to the URL later', async () => {
    const emulator = await openEmulator();
    const baseUrl = new URL(emulator.url);
    const client = openClient({ baseUrl, credentials: emulator.credentials.accessToken });
    baseUrl.port = '1';
    await client.listTenantSnapshots(emulator.groupId, emulator.clusterName);
  });
});

describe('the constructor', () => {
  it('throws an AtlasConfigurationError', () => {
    expect(() => new TenantSnapshotsClient({ credentials, timeout: 0 })).toThrow(AtlasConfigurationError);
    expect(() => new TenantSnapshotsClient({ credentials, timeout: 0 })).toThrow(
      expect.objectContaining({ name: 'AtlasConfigurationError', code: 'CONFIGURATION' }),
    );
  });
});

const callOptions: [name: string, good: unknown[], bad: unknown[]][] = [
  ['signal', [new AbortController().signal], [{}, 'abort', null, new AbortController()]],
  ['timeout', [1, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1', null]],
  ['attemptTimeout', [1, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1', null]],
  ['maxRetries', [0, 100], [-1, 101, 1.5, Number.NaN, Infinity, '1', null]],
  ['envelope', [true, false], [1, 'true', null]],
  ['pretty', [true, false], [1, 'true', null]],
  ['endpoint', ['auto', 'tenant', 'flex'], ['m2', '', null]],
];

const waitOptions: typeof callOptions = [
  ...callOptions,
  ['pollInterval', [1, 0.5, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1', null]],
  ['onPoll', [() => undefined], ['f', {}, null]],
];

/** What is wrong with the options. The path values are bad, so that good options send nothing either. */
async function optionIssues(
  method: 'getTenantSnapshot' | 'listTenantSnapshots' | 'waitForTenantSnapshot',
  options: unknown,
) {
  const client = openClient({ baseUrl: 'https://cloud.mongodb.com' });
  // Options of any type, as a caller without types may pass them.
  const given = options as never;
  const call = method === 'listTenantSnapshots' ? client[method]('', '', given) : client[method]('', '', '', given);
  const { issues } = await rejection(call, AtlasValidationError);
  return issues.filter(({ message }) => !message.startsWith('must be 24') && !message.startsWith('must be letters'));
}

describe.each([
  ['getTenantSnapshot', callOptions],
  ['listTenantSnapshots', callOptions],
  ['waitForTenantSnapshot', waitOptions],
] as const)('the options of %s', (method, table) => {
  it.each(table)('%s is checked', async (name, good, bad) => {
    for (const value of [...good, undefined]) expect(await optionIssues(method, { [name]: value })).toEqual([]);
    for (const value of bad) expect(await optionIssues(method, { [name]: value })).toMatchObject([{ path: name }]);
  });

  it('may not have an unknown key', async () => {
    expect(await optionIssues(method, { retries: 1 })).toMatchObject([
      { path: '', message: expect.stringContaining('"retries"') },
    ]);
  });

  it.each([[null], [5], ['text'], [[]]])('%j are no options', async (options) => {
    expect(await optionIssues(method, options)).toMatchObject([{ path: '' }]);
  });
});

describe('bad options of a call', () => {
  it('are a rejection that names each, and nothing is sent', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url });
    const options = { timeout: Number.NaN, maxRetries: -1, pollInterval: 5 };
    for (const call of [client.getTenantSnapshot(...path, options), client.listTenantSnapshots(...listPath, options)]) {
      const { issues } = await rejection(call, AtlasValidationError);
      expect(issues.map((issue) => issue.path)).toEqual(['timeout', 'maxRetries', '']);
    }
    // No options, whatever the types say.
    await rejection(client.getTenantSnapshot(...path, null as never), AtlasValidationError);
    expect(emulator.requests).toEqual([]);
  });

  it('of a wait too', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url });
    const wait = client.waitForTenantSnapshot(...path, { pollInterval: 0, timeout: -1 });
    const error = await rejection(wait, AtlasValidationError);
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(['pollInterval', 'timeout']);
    expect(error.operation).toBe('waitForTenantSnapshot');
    expect(emulator.requests).toEqual([]);
  });
});

describe('the types of options', () => {
  it('let a caller pass undefined for what it does not have', () => {
    type AllUndefined<T> = { [K in keyof T]: undefined };
    expectTypeOf<AllUndefined<TenantSnapshotsClientOptions>>().toExtend<TenantSnapshotsClientOptions>();
    expectTypeOf<AllUndefined<CallOptions>>().toExtend<CallOptions>();
    expectTypeOf<AllUndefined<WaitOptions>>().toExtend<WaitOptions>();
  });
});
