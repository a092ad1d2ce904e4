import { describe, expect, it } from 'vitest';
import { type Operation, resolveCall } from '../../../src/client/config/methods.js';
import { resolveOptions } from '../../../src/client/config/options.js';
import { AtlasInvalidArgumentError } from '../../../src/client/index.js';
import { defaultApiVersion, defaults } from '../../support/defaults.js';
import { thrown } from '../../support/rejection.js';

const client = resolveOptions({ credentials: { accessToken: 'token' } });
const { baseUrl, ...ofClient } = defaults;
const ofCall = { ...ofClient, apiVersion: defaultApiVersion };
const args = {
  groupId: '32b6e34b3d91647abb20e7b8',
  clusterName: 'Cluster0',
  snapshotId: '5cc310ace5dc7ce369814bc8',
  path: '/api/atlas/v2/groups',
};

// As a caller without types may pass them.
const resolve = (operation: Operation, options: unknown = {}, given: object = args) =>
  resolveCall(operation, given, options as object, client);

/** The error for invalid options. */
const errorFor = (operation: Operation, options: unknown, given?: object) =>
  thrown(() => resolve(operation, options, given), AtlasInvalidArgumentError);

it('the options of a call override those of the client', () => {
  const common = { signal: null, timeout: 1, attemptTimeout: 2, maxRetries: 0, envelope: true, pretty: true };
  for (const [operation, own] of [
    ['getTenantSnapshot', { endpoint: 'flex' }],
    ['get', { query: { a: 1 }, apiVersion: '2023-01-01' }],
  ] as const) {
    const options = { ...common, ...own };
    expect(resolve(operation, options)).toEqual({ ...ofCall, ...options });
    // A caller's class may inherit its options.
    expect(resolve(operation, Object.create(options))).toEqual({ ...ofCall, ...options });
  }
});

it('a call without options has those of the client, and envelope and pretty are sent only if they are true', () => {
  for (const options of [{}, { envelope: false, pretty: false }]) {
    expect(resolve('listTenantSnapshots', options)).toEqual(ofCall);
  }
});

it('the query of a call stays as it was when the call started, arrays included', () => {
  const ids = ['a'];
  const query: { ids: string[]; page?: number } = { ids };
  for (const operation of ['get', 'getAll'] as const) {
    const { query: resolved } = resolve(operation, { query });
    ids.push('b');
    query.page = 2;
    expect(resolved).toEqual({ ids: ['a'] });
    ids.pop();
    delete query.page;
  }
});

const operations = ['getTenantSnapshot', 'listTenantSnapshots', 'get', 'getAll'] as const;
const ofCluster = ['getTenantSnapshot', 'listTenantSnapshots'] as const;
const ofPath = ['get', 'getAll'] as const;

describe('the options of a call', () => {
  const { signal } = new AbortController();
  const badParameters = [{ a: null }, { a: {} }, { a: [null, {}] }];
  const badDates = ['2024', '2025-02-29', '2024-11-13+json', '2024-11-13\r\nx: y', '', 5];

  // test/client/config/options.test.ts has more values for the options that a client has too.
  it.each<[name: string, of: readonly Operation[], good: unknown[], bad: unknown[], problem: RegExp]>([
    ['signal', operations, [signal, null], [{}, 'abort', new AbortController()], /^must be an AbortSignal$/],
    ['timeout', operations, [1], [0], /^Too small/],
    ['attemptTimeout', operations, [1], [0], /^Too small/],
    ['maxRetries', operations, [0, 100], [-1, 101], /^Too (small|big)/],
    ['envelope', operations, [true, false], [1, 'true', null], /expected boolean/],
    ['pretty', operations, [true, false], [1, 'true', null], /expected boolean/],
    ['endpoint', ofCluster, ['auto', 'tenant', 'flex'], ['m2', null], /expected one of "auto"|"tenant"|"flex"/],
    ['endpoint', ofPath, [], ['flex'], /^is not an option of this method$/],
    ['query', ofPath, [{ a: 'b', c: 5, d: [false] }], badParameters, /^must be a string, number or boolean, or /],
    ['query', ofPath, [{}, { e: undefined }], ['a=b', 5], /expected (record|object)/],
    ['query', ['getAll'], [{ pageNum: undefined }], [{ pageNum: 1 }], /^must not be set \(getAll reads every page\)$/],
    ['apiVersion', ofPath, ['2023-01-01', '2024-02-29'], badDates, /^Invalid (ISO date|input)/],
    ['schema', ofPath, [], [null, {}, () => true, 'string'], /^must be a Standard Schema, /],
  ])('%s is checked for %j, and what is wrong is said in one sentence', (name, of, good, bad, problem) => {
    for (const operation of of) {
      for (const value of [...good, undefined]) resolve(operation, { [name]: value });
      for (const value of bad) {
        const [issue, ...others] = errorFor(operation, { [name]: value }).issues;
        expect([issue?.path.split('.')[0], issue?.message, others]).toEqual([name, expect.stringMatching(problem), []]);
      }
    }
  });

  it.each<[operation: Operation, own: string]>([
    ['listTenantSnapshots', 'endpoint'],
    ['getAll', 'query, apiVersion, schema'],
  ])('of %s are an object of known options', (operation, own) => {
    const names = `signal, timeout, attemptTimeout, maxRetries, envelope, pretty, ${own}`;
    expect(errorFor(operation, { retries: 1 }).issues).toEqual([
      { path: '', message: `there is no option retries (options: ${names})` },
    ]);
    expect(errorFor(operation, null).issues).toEqual([
      { path: '', message: 'Invalid input: expected object, received null' },
    ]);
  });
});

it('the error of invalid arguments lists the first thing that is wrong with each', () => {
  const error = errorFor('get', { query: { a: null }, x: 1 }, { path: 'a//b' });
  expect(error.message).toMatch(
    /^Invalid arguments of get: path: must start with [^,]*, query\.a: must be [^:]*, there is no option x \(/,
  );
  expect(error).toMatchObject({ operation: 'get', issues: [{ path: 'path' }, { path: 'query.a' }, { path: '' }] });
});
