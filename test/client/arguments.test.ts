import { describe, expect, it } from 'vitest';
import { AtlasInvalidArgumentError } from '../../src/index.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { groupId } from '../support/snapshot-routes.js';

type Method = 'getTenantSnapshot' | 'listTenantSnapshots' | 'waitForTenantSnapshot' | 'get';

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
    [
      'waitForTenantSnapshot',
      ['x', '-', Symbol('id'), { pollInterval: 0 }],
      ['groupId', 'clusterName', 'snapshotId', 'pollInterval'],
    ],
    ['get', ['v2', { apiVersion: 'x' }], ['path', 'apiVersion']],
  ])('%s with %o', async (method, values, places) => {
    const error = await errorOf(method, ...values);
    expect(error.issues.map(({ path }) => path)).toEqual(places);
    for (const { path, message } of error.issues) expect(error.message).toContain(`${path}: ${message}`);
  });
});

const longest = 0x7fff_ffff;
const badTimes = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, longest + 1, '1', null];

/** Options with valid and invalid values. */
type Table = readonly [name: string, good: readonly unknown[], bad: readonly unknown[]][];

const common: Table = [
  ['signal', [new AbortController().signal, null], [{}, 'abort', new AbortController()]],
  ['timeout', [1, longest], badTimes],
  ['attemptTimeout', [1, longest], badTimes],
  ['maxRetries', [0, 100], [-1, 101, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
  ['envelope', [true, false], [1, 'true', null]],
  ['pretty', [true, false], [1, 'true', null]],
];
const endpoint: Table = [['endpoint', ['auto', 'tenant', 'flex'], ['m2', '', null]]];
const ofWait: Table = [
  ['pollInterval', [1, 0.5, longest], badTimes],
  ['onPoll', [() => undefined], ['f', {}, null]],
];
const ofGet: Table = [
  ['query', [{}, { a: 'b', c: 5, d: false, e: undefined }], [{ a: null }, { a: {} }, 'a=b', 5]],
  ['apiVersion', ['2023-01-01'], ['2024', '2024-1-1', '2024-11-13+json', '2024-11-13\r\nx: y', '', 'upcoming', 5]],
  ['schema', [], [null, {}, () => true, 'string']],
];

describe.each<[method: Method, table: Table, endpoint?: boolean]>([
  ['getTenantSnapshot', [...common, ...endpoint]],
  ['listTenantSnapshots', [...common, ...endpoint]],
  ['waitForTenantSnapshot', [...common, ...endpoint, ...ofWait]],
  ['get', [...common, ...ofGet]],
])('the options of %s', (method, table) => {
  /** The issues with the options. The path values are invalid, so that valid options send nothing either. */
  async function issuesOf(options: unknown) {
    const values = method === 'get' || method === 'listTenantSnapshots' ? ['', ''] : ['', '', ''];
    const { issues } = await errorOf(method, ...values.slice(method === 'get' ? 1 : 0), options);
    return issues.filter(({ path }) => !['path', 'groupId', 'clusterName', 'snapshotId'].includes(path));
  }

  it.each(table)('%s is validated', async (name, good, bad) => {
    for (const value of [...good, undefined]) expect(await issuesOf({ [name]: value })).toEqual([]);
    for (const value of bad) {
      expect(await issuesOf({ [name]: value })).toMatchObject([{ path: expect.stringMatching(`^${name}`) }]);
    }
  });

  it('may not have an unknown key', async () => {
    for (const name of ['retries', ...(method === 'get' ? ['endpoint'] : [])]) {
      const message = expect.stringContaining(name);
      expect(await issuesOf({ [name]: 1 })).toMatchObject([{ path: '', message }]);
    }
  });

  it.each([[null], [5], ['text'], [[]]])('may not be %j', async (options) => {
    expect(await issuesOf(options)).toMatchObject([{ path: '' }]);
  });
});
