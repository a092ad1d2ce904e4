import { describe, expect, it } from 'vitest';
import { AtlasInvalidArgumentError } from '../../src/index.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { groupId } from '../support/snapshot-routes.js';

type Method = 'getTenantSnapshot' | 'listTenantSnapshots' | 'get' | 'getAll';

/** The error of a call as a caller without types may make it. Nothing may be sent. */
async function errorOf(method: Method, ...values: unknown[]): Promise<AtlasInvalidArgumentError> {
  const dispatcher = scriptedDispatcher();
  const client = openClient({ dispatcher });
  const error = await rejection(Reflect.apply(client[method], client, values), AtlasInvalidArgumentError);
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: method });
  expect(dispatcher.requests).toEqual([]);
  return error;
}

describe('invalid arguments reject the call, which names each and sends nothing:', () => {
  it.each<[method: Method, values: unknown[], places: string[]]>([
    ['getTenantSnapshot', [], ['groupId', 'clusterName', 'snapshotId']],
    [
      'getTenantSnapshot',
      [1, '-', groupId.toUpperCase(), { timeout: 0, pretty: 'yes' }],
      ['groupId', 'clusterName', 'snapshotId', 'timeout', 'pretty'],
    ],
    ['listTenantSnapshots', [null, 'a b', { maxRetries: -1 }], ['groupId', 'clusterName', 'maxRetries']],
    ['get', ['v2', { apiVersion: 'x' }], ['path', 'apiVersion']],
    ['getAll', ['v2', { query: { pageNum: 1 } }], ['path', 'query.pageNum']],
  ])('%s with %o', async (method, values, places) => {
    const error = await errorOf(method, ...values);
    expect(error.issues.map(({ path }) => path)).toEqual(places);
    for (const { path, message } of error.issues) expect(error.message).toContain(`${path}: ${message}`);
  });
});

const longest = 0x7fff_ffff;
const badTimes = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '1', null];
const badParameters = [{ a: null }, { a: {} }, { a: [null, {}] }];

/** Options with valid and invalid values, and what is wrong with the invalid ones. */
type Table = readonly [name: string, good: readonly unknown[], bad: readonly unknown[], problem: RegExp][];

const common: Table = [
  ['signal', [new AbortController().signal, null], [{}, 'abort', new AbortController()], /^must be an AbortSignal$/],
  ['timeout', [1, longest], badTimes, / ms/],
  ['attemptTimeout', [1, longest], badTimes, / ms/],
  ['maxRetries', [0, 100], [-1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null], / whole number from 0 /],
  ['envelope', [true, false], [1, 'true', null], /^must be true or false$/],
  ['pretty', [true, false], [1, 'true', null], /^must be true or false$/],
];
const endpoint: Table = [['endpoint', ['auto', 'tenant', 'flex'], ['m2', '', null], /^must be auto, tenant or flex$/]];
const ofGet: Table = [
  ['query', [{}, { a: 'b', c: 5, d: false, e: undefined }], badParameters, /^must be a string, number or boolean, or /],
  ['query', [], ['a=b', 5], /^must be an object$/],
  [
    'apiVersion',
    ['2023-01-01', '2024-02-29'],
    ['2024', '2024-1-1', '2025-13-99', '2025-02-29', '2024-11-13+json', '2024-11-13\r\nx: y', '', 'upcoming', 5],
    /^must be a date that exists, YYYY-MM-DD$/,
  ],
  ['schema', [], [null, {}, () => true, 'string'], /^must be a Standard Schema, /],
];

describe.each<[method: Method, args: readonly string[], table: Table]>([
  ['getTenantSnapshot', ['groupId', 'clusterName', 'snapshotId'], [...common, ...endpoint]],
  ['listTenantSnapshots', ['groupId', 'clusterName'], [...common, ...endpoint]],
  ['get', ['path'], [...common, ...ofGet]],
  ['getAll', ['path'], [...common, ...ofGet]],
])('the options of %s', (method, args, table) => {
  /** The issues with the options. The arguments are invalid, so that valid options send nothing either. */
  async function issuesOf(options: unknown) {
    const { issues } = await errorOf(method, ...args.map(() => ''), options);
    return issues.filter(({ path }) => !args.includes(path));
  }

  it.each(table)('%s is validated, and what is wrong is said in one sentence', async (name, good, bad, problem) => {
    for (const value of [...good, undefined]) expect(await issuesOf({ [name]: value })).toEqual([]);
    for (const value of bad) {
      const issue = { path: expect.stringMatching(`^${name}`), message: expect.stringMatching(problem) };
      expect(await issuesOf({ [name]: value })).toEqual([issue]);
    }
  });

  it('may not have an unknown key', async () => {
    const message = expect.stringMatching(/^there is no option retries \(options: signal, .*maxRetries, /);
    expect(await issuesOf({ retries: 1 })).toEqual([{ path: '', message }]);
    if (args[0] === 'path') expect(await issuesOf({ endpoint: 'flex' })).toHaveLength(1);
  });

  it.each([[null], [5], ['text'], [[]]])('may not be %j', async (options) => {
    expect(await issuesOf(options)).toEqual([{ path: '', message: 'the options must be an object' }]);
  });
});
