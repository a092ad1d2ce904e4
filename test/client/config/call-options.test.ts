import { describe, expect, it } from 'vitest';
import { checkCall, type Operation, resolveCall } from '../../../src/client/config/call-options.js';
import { defaults } from '../../support/defaults.js';

const { baseUrl, ...ofClient } = defaults;

it('the options of a call override those of the client', () => {
  const options = {
    signal: null,
    timeout: 1,
    attemptTimeout: 2,
    maxRetries: 0,
    endpoint: 'flex',
    envelope: true,
    pretty: true,
    query: { a: 1 },
    apiVersion: '2023-01-01',
  } as const;
  expect(resolveCall(ofClient, options)).toEqual({ ...ofClient, ...options });
  // Inherited options have been checked too.
  expect(resolveCall(ofClient, Object.create(options))).toEqual({ ...ofClient, ...options });
});

it('a call without options has those of the client, and envelope and pretty are sent only if they are true', () => {
  for (const options of [{}, { envelope: false, pretty: false }]) {
    expect(resolveCall(ofClient, options)).toEqual(ofClient);
  }
});

it('the query of a call stays as it was when the call started, arrays included', () => {
  const ids = ['a'];
  const query: { ids: string[]; page?: number } = { ids };
  const { query: resolved } = resolveCall(ofClient, { query });
  ids.push('b');
  query.page = 2;
  expect(resolved).toEqual({ ids: ['a'] });
});

/** What is wrong with a call, and where. */
const problemsOf = (operation: Operation, args: object, options: unknown = {}) =>
  // As a caller without types may pass them.
  checkCall(operation, args, options as object)?.issues.map(({ path, message }) => `${path}: ${message}`) ?? [];

const operations = ['getTenantSnapshot', 'listTenantSnapshots', 'get', 'getAll'] as const;
const ofCluster = ['getTenantSnapshot', 'listTenantSnapshots'] as const;
const ofPath = ['get', 'getAll'] as const;
const args = {
  groupId: '32b6e34b3d91647abb20e7b8',
  clusterName: 'Cluster0',
  snapshotId: '5cc310ace5dc7ce369814bc8',
  path: '/api/atlas/v2/groups',
};

describe('the options of a call', () => {
  const { signal } = new AbortController();
  const badParameters = [{ a: null }, { a: {} }, { a: [null, {}] }];
  const badDates = ['2024', '2024-1-1', '2025-13-99', '2025-02-29', '2024-11-13+json', '2024-11-13\r\nx: y', '', 5];

  // test/client/config/client-options.test.ts has more values for the options that a client has too.
  it.each<[name: string, of: readonly Operation[], good: unknown[], bad: unknown[], problem: RegExp]>([
    ['signal', operations, [signal, null], [{}, 'abort', new AbortController()], /^must be an AbortSignal$/],
    ['timeout', operations, [1], [0], / ms above 0$/],
    ['attemptTimeout', operations, [1], [0], / ms above 0$/],
    ['maxRetries', operations, [0, 100], [-1, 101, 1.5], / whole number from 0 /],
    ['envelope', operations, [true, false], [1, 'true', null], /^must be true or false$/],
    ['pretty', operations, [true, false], [1, 'true', null], /^must be true or false$/],
    ['endpoint', ofCluster, ['auto', 'tenant', 'flex'], ['m2', '', null], /^must be auto, tenant or flex$/],
    ['query', ofPath, [{ a: 'b', c: 5, d: [false] }], badParameters, /^must be a string, number or boolean, or /],
    ['query', ofPath, [{}, { e: undefined }], ['a=b', 5], /^must be an object$/],
    ['apiVersion', ofPath, ['2023-01-01', '2024-02-29'], badDates, /^must be a date that exists, YYYY-MM-DD$/],
    ['schema', ofPath, [], [null, {}, () => true, 'string'], /^must be a Standard Schema, /],
  ])('%s is checked for %j, and what is wrong is said in one sentence', (name, of, good, bad, problem) => {
    for (const operation of of) {
      for (const value of [...good, undefined]) expect(problemsOf(operation, args, { [name]: value })).toEqual([]);
      for (const value of bad) {
        const [issue, ...others] = checkCall(operation, args, { [name]: value })?.issues ?? [];
        expect([issue?.path.split('.')[0], issue?.message, others]).toEqual([name, expect.stringMatching(problem), []]);
      }
    }
  });

  it.each<[operation: Operation, own: string]>([
    ['getTenantSnapshot', 'endpoint'],
    ['listTenantSnapshots', 'endpoint'],
    ['get', 'query, apiVersion, schema'],
    ['getAll', 'query, apiVersion, schema'],
  ])('of %s are an object of known options', (operation, own) => {
    const names = `signal, timeout, attemptTimeout, maxRetries, envelope, pretty, ${own}`;
    expect(problemsOf(operation, args, { retries: 1 })).toEqual([`: there is no option retries (options: ${names})`]);
    for (const options of [null, 5, 'text', []]) {
      expect(problemsOf(operation, args, options)).toEqual([': the options must be an object']);
    }
  });

  it('of get() and getAll() have no endpoint, and the query of getAll() no pageNum', () => {
    for (const operation of ofPath) {
      expect(problemsOf(operation, args, { endpoint: undefined })).toEqual([]);
      const problem = 'endpoint: is not an option of this method';
      expect(problemsOf(operation, args, { endpoint: 'flex' })).toEqual([problem]);
    }
    const query = { query: { pageNum: 1 } };
    expect(problemsOf('get', args, query)).toEqual([]);
    expect(problemsOf('getAll', args, query)).toEqual(['query.pageNum: must not be set (getAll reads every page)']);
  });
});

it('the error of invalid arguments lists the first thing that is wrong with each', () => {
  const error = checkCall('get', { path: 'a//b' }, { query: { a: null }, x: 1 });
  expect(error?.message).toMatch(
    /^get was not sent because of invalid arguments: path: must start with [^,]*, query\.a: must be [^:]*, there is no option x \(/,
  );
  expect(error).toMatchObject({ operation: 'get', issues: [{ path: 'path' }, { path: 'query.a' }, { path: '' }] });
});
