import { MockAgent } from 'undici';
import { beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  AtlasConfigurationError,
  type AtlasCredentials,
  AtlasError,
  AtlasInvalidArgumentError,
  type CallOptions,
  type DispatcherLike,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  type WaitOptions,
} from '../../src/index.js';
import { defaults } from '../support/defaults.js';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { optionsError } from '../support/options-error.js';
import { rejection } from '../support/rejection.js';
import { listPath, path, tenantPath } from '../support/snapshot-routes.js';

const credentials = { accessToken: 'token-1' };
const apiKey = { publicKey: 'publickey', privateKey: 'private-key' };
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const longest = 0x7fff_ffff;
// As a caller without types may.
const construct = (options: unknown) => new TenantSnapshotsClient(options as never);
const store = { get: async () => undefined, set: async () => undefined };

/** A dispatcher that never responds, and records where requests go. */
function silentDispatcher() {
  const requests: { origin: string; path: string }[] = [];
  const dispatcher: DispatcherLike = {
    dispatch({ origin, path: target }, handler) {
      requests.push({ origin, path: target });
      handler.onRequestStart({ abort() {} }, {});
      return true;
    },
  };
  return { dispatcher, requests };
}

/** The error of a call without a response, and how many ms it took. */
async function errorWithoutResponse(options: TenantSnapshotsClientOptions, callOptions: CallOptions = {}) {
  const { dispatcher, requests } = silentDispatcher();
  const client = openClient({ ...options, dispatcher });
  const error = await skipTime(rejection(client.getTenantSnapshot(...path, callOptions), AtlasError));
  return { error, requests, after: performance.now() };
}

describe('a client without options', () => {
  fakeClock();
  beforeEach(() => {
    vi.stubEnv('MONGODB_ATLAS_BASE_URL', undefined);
  });

  const names = ['baseUrl', 'endpoint', 'timeout', 'attemptTimeout', 'maxRetries', 'maxResponseSize', 'userAgent'];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));

  it.each([
    ['missing', {}],
    ['undefined', nothing],
  ])('calls the tenant endpoint of cloud.mongodb.com, with 15 s per attempt: options %s', async (_how, options) => {
    const { error, requests, after } = await errorWithoutResponse(options, { maxRetries: 0 });
    expect(requests).toEqual([{ origin: defaults.baseUrl, path: tenantPath }]);
    expect(error.code).toBe('TIMEOUT');
    expect(error.message).toContain(`${defaults.attemptTimeout} ms (attemptTimeout)`);
    expect(after).toBeGreaterThanOrEqual(defaults.attemptTimeout);
    expect(after).toBeLessThan(defaults.attemptTimeout + 200);
  });

  it('limits a call to 60 s', async () => {
    const { error, after } = await errorWithoutResponse({}, { attemptTimeout: longest });
    expect(error.code).toBe('TIMEOUT');
    expect(error.message).toContain(`${defaults.timeout} ms (timeout)`);
    expect(after).toBeGreaterThanOrEqual(defaults.timeout);
    expect(after).toBeLessThan(defaults.timeout + 200);
  });
});

describe('client options', () => {
  it.each<[name: string, good: unknown[], bad: unknown[]]>([
    ['endpoint', ['auto', 'tenant', 'flex'], ['Flex', '', null, 1]],
    ['timeout', [1, 0.5, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1000', null, 1n, {}]],
    ['attemptTimeout', [1, 0.5, longest], [0, -1, Number.NaN, Infinity, longest + 1, '1000', null]],
    ['maxRetries', [0, 1, 100], [-1, 101, 0.5, Number.NaN, Infinity, '3', null]],
    ['maxResponseSize', [1, longest], [0, -1, 0.5, Number.NaN, Infinity, longest + 1, '1', null]],
    ['dispatcher', [{ dispatch: () => true }, new MockAgent()], [{}, 'agent', null, { dispatch: true }, () => true]],
    ['userAgent', ['', 'a/1 (b; c)', '~'], ['a\r\nb: c', 'a\nb', 'a\rb', 'a\0', 'a\tb', 'a\x7f', 'é', 5, null]],
  ])('%s is validated', (name, good, bad) => {
    for (const value of good) expect(() => construct({ credentials, [name]: value })).not.toThrow();
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
    ['a service account', account],
    ['a token', { accessToken: 'aZ0-._~+/==' }],
    ['a function', { accessToken: () => 'a' }],
  ])('may be %s', (_name, given) => {
    expect(() => construct({ credentials: given })).not.toThrow();
  });

  it('may have the fields of the other kinds as undefined', () => {
    const given = { ...apiKey, accessToken: undefined, clientId: undefined };
    expect(() => construct({ credentials: given })).not.toThrow();
    expect(() => construct({ credentials: account, tokenStore: undefined })).not.toThrow();
  });

  it.each<[string, unknown, RegExp]>([
    ['a string', 'SECRET', /credentials: /],
    ['null', null, /credentials: /],
    ['an empty object', {}, /credentials: /],
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

  it('are of one kind, by their type', () => {
    expectTypeOf<{ publicKey: string; privateKey: string }>().toExtend<AtlasCredentials>();
    expectTypeOf<{ accessToken: () => Promise<string> }>().toExtend<AtlasCredentials>();
    expectTypeOf<typeof account & typeof apiKey>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ publicKey: string }>().not.toExtend<AtlasCredentials>();
  });
});

describe('tokenStore', () => {
  it.each([
    ['a service account', account],
    ['an API key, which ignores it', apiKey],
    ['a token, which ignores it', { accessToken: 'a' }],
  ])('is accepted with %s', (_name, credentials) => {
    expect(() => construct({ credentials, tokenStore: store })).not.toThrow();
  });

  it.each([
    ['without get', { set() {} }],
    ['without set', { get() {} }],
    ['that is null', null],
  ])('is rejected %s', (_name, tokenStore) => {
    expect(optionsError({ credentials: account, tokenStore })).toContain('tokenStore: ');
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
  ])('may be %s, as a string and as a URL', async (url) => {
    const { origin, pathname } = new URL(url);
    for (const baseUrl of [url, new URL(url)]) {
      const { dispatcher, requests } = silentDispatcher();
      const client = openClient({ baseUrl, dispatcher });
      const call = client.getTenantSnapshot(...path, { timeout: 10, maxRetries: 0 });
      await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
      expect(requests).toEqual([{ origin, path: pathname.replace(/\/$/, '') + tenantPath }]);
    }
  });

  it.each<unknown>([
    '',
    'cloud.mongodb.com',
    'https://',
    5,
    null,
    { href: 'https://cloud.mongodb.com' },
    'http://cloud.mongodb.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
    'ftp://localhost',
    'file:///etc/hosts',
    'localhost:8080',
    'https://user:SECRET@cloud.mongodb.com',
    'https://cloud.mongodb.com/api/atlas/v1.0',
    'https://proxy.example/x/api/atlas/',
    'https://SECRET@cloud.mongodb.com',
    'https://:SECRET@cloud.mongodb.com',
    'https://cloud.mongodb.com?key=SECRET',
    'https://cloud.mongodb.com/#SECRET',
  ])('may not be %s', (baseUrl) => {
    const text = optionsError({ credentials, baseUrl });
    expect(text).toContain('baseUrl: ');
    expect(text).not.toContain('SECRET');
  });

  it('does not change if the URL object is changed later', async () => {
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
  ['signal', [new AbortController().signal], [{}, 'abort', new AbortController()]],
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

/** The issues with the options. The path values are invalid, so that valid options send nothing either. */
async function optionIssues(
  method: 'getTenantSnapshot' | 'listTenantSnapshots' | 'waitForTenantSnapshot',
  options: unknown,
) {
  const client = openClient({ baseUrl: 'https://cloud.mongodb.com' });
  const given = options as never;
  const call = method === 'listTenantSnapshots' ? client[method]('', '', given) : client[method]('', '', '', given);
  const { issues } = await rejection(call, AtlasInvalidArgumentError);
  return issues.filter((issue) => !['groupId', 'clusterName', 'snapshotId'].includes(issue.path));
}

describe.each([
  ['getTenantSnapshot', callOptions],
  ['listTenantSnapshots', callOptions],
  ['waitForTenantSnapshot', waitOptions],
] as const)('the options of %s', (method, table) => {
  it.each(table)('%s is validated', async (name, good, bad) => {
    for (const value of [...good, undefined]) expect(await optionIssues(method, { [name]: value })).toEqual([]);
    for (const value of bad) expect(await optionIssues(method, { [name]: value })).toMatchObject([{ path: name }]);
  });

  it('may not have an unknown key', async () => {
    expect(await optionIssues(method, { retries: 1 })).toMatchObject([
      { path: '', message: expect.stringContaining('retries') },
    ]);
  });

  it.each([[null], [5], ['text'], [[]]])('may not be %j', async (options) => {
    expect(await optionIssues(method, options)).toMatchObject([{ path: '' }]);
  });
});

describe('invalid call options', () => {
  it('reject the call, which names each and sends nothing', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url });
    const options = { timeout: Number.NaN, maxRetries: -1, pollInterval: 5 };
    for (const call of [client.getTenantSnapshot(...path, options), client.listTenantSnapshots(...listPath, options)]) {
      const { issues } = await rejection(call, AtlasInvalidArgumentError);
      expect(issues.map((issue) => issue.path)).toEqual(['timeout', 'maxRetries', '']);
    }
    await rejection(client.getTenantSnapshot(...path, null as never), AtlasInvalidArgumentError);
    expect(emulator.requests).toEqual([]);
  });

  it('reject a wait too', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url });
    const wait = client.waitForTenantSnapshot(...path, { pollInterval: 0, timeout: -1 });
    const error = await rejection(wait, AtlasInvalidArgumentError);
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(['pollInterval', 'timeout']);
    expect(error.operation).toBe('waitForTenantSnapshot');
    expect(emulator.requests).toEqual([]);
  });
});

describe('option types', () => {
  it('accept undefined for every option', () => {
    type AllUndefined<T> = { [K in keyof T]: undefined };
    expectTypeOf<AllUndefined<TenantSnapshotsClientOptions>>().toExtend<TenantSnapshotsClientOptions>();
    expectTypeOf<AllUndefined<CallOptions>>().toExtend<CallOptions>();
    expectTypeOf<AllUndefined<WaitOptions>>().toExtend<WaitOptions>();
  });
});
