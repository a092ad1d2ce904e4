import { describe, expect, it } from 'vitest';
import { AtlasInvalidArgumentError, type TenantSnapshotsClient } from '../../src/index.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { clusterName, groupId, snapshotId } from '../support/snapshot-routes.js';

const mustBeText = 'must be a string';
const mustBeHex = 'must be 24 lowercase hexadecimal digits';
const mustBeName = 'must contain only letters, digits and hyphens, and start with a letter or digit';

const notText: [name: string, value: unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 24],
  ['a bigint', 24n],
  ['true', true],
  ['a symbol', Symbol('id')],
  ['an array', [groupId]],
  ['a function', () => groupId],
  ['an object that prints as a valid value', { toString: () => groupId }],
  ['a String object', new String(groupId)],
];

const notHex: [name: string, value: string][] = [
  ['nothing', ''],
  ['23 digits', groupId.slice(1)],
  ['25 digits', `${groupId}0`],
  ['48 digits', groupId + groupId],
  ['upper case', groupId.toUpperCase()],
  ['a letter after f', groupId.replace('a', 'g')],
  ['a newline at the end', `${groupId}\n`],
  ['a newline at the start', `\n${groupId}`],
  ['a carriage return', `${groupId}\r`],
  ['two lines, the first one valid', `${groupId}\nx`],
  ['a space', ` ${groupId}`],
  ['a path', `../${groupId}`.slice(0, 24)],
  ['full-width digits', '１'.repeat(24)],
];

const notNames: [name: string, value: string][] = [
  ['nothing', ''],
  ['a hyphen at the start', '-Cluster0'],
  ['an underscore', 'Cluster_0'],
  ['a dot', 'Cluster.0'],
  ['a slash', 'Cluster0/..'],
  ['a question mark', 'Cluster0?envelope=true'],
  ['a hash', 'Cluster0#'],
  ['a percent sign', 'Cluster%30'],
  ['a space', 'Cluster 0'],
  ['a newline at the end', 'Cluster0\n'],
  ['CR and LF with a header', 'Cluster0\r\nX-Evil: 1'],
  ['a non-ASCII letter', 'Clustér0'],
];

// A method as a caller without types sees it.
type Untyped = (...values: unknown[]) => Promise<unknown>;

async function openUntyped() {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  return { emulator, get: untyped(client, client.getTenantSnapshot), client };
}

function untyped(client: TenantSnapshotsClient, method: (...values: never[]) => Promise<unknown>): Untyped {
  return method.bind(client) as Untyped;
}

describe('an invalid path value', () => {
  const cases = [
    ...[...notText.map((row) => [...row, mustBeText] as const), ...notHex.map((row) => [...row, mustBeHex] as const)]
      .map((row) => [0, 'groupId', ...row] as const)
      .flatMap((row) => [row, [2, 'snapshotId', row[2], row[3], row[4]] as const]),
    ...notText.map((row) => [1, 'clusterName', ...row, mustBeText] as const),
    ...notNames.map((row) => [1, 'clusterName', ...row, mustBeName] as const),
  ] as const;

  it.each(cases)('is rejected, nothing is sent: argument %i, %s: %s', async (index, name, _kind, value, message) => {
    const { emulator, get } = await openUntyped();
    const values: unknown[] = [groupId, clusterName, snapshotId];
    values[index] = value;
    const error = await rejection(get(...values), AtlasInvalidArgumentError);
    expect(error.issues).toEqual([{ path: name, message }]);
    expect(error.message).toContain(`${name}: ${message}`);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'getTenantSnapshot' });
    expect(emulator.requests).toEqual([]);
  });

  it('is reported together with every other', async () => {
    const { emulator, get } = await openUntyped();
    const error = await rejection(
      get(1, '-', groupId.toUpperCase(), { timeout: 0, pretty: 'yes' }),
      AtlasInvalidArgumentError,
    );
    expect(error.issues.map(({ path }) => path)).toEqual(['groupId', 'clusterName', 'snapshotId', 'timeout', 'pretty']);
    for (const { path, message } of error.issues) expect(error.message).toContain(`${path}: ${message}`);
    expect(emulator.requests).toEqual([]);
  });

  it('is reported if there are no arguments', async () => {
    const { get } = await openUntyped();
    const { issues } = await rejection(get(), AtlasInvalidArgumentError);
    expect(issues.map(({ path }) => path)).toEqual(['groupId', 'clusterName', 'snapshotId']);
  });

  it.each([
    ['groupId', 'a'.repeat(1_000_000)],
    ['clusterName', '_'.repeat(1_000_000)],
  ])('leads to a short message, even if %s is long', async (name, value) => {
    const { get } = await openUntyped();
    const values = { groupId, clusterName, snapshotId, [name]: value };
    const error = await rejection(get(...Object.values(values)), AtlasInvalidArgumentError);
    expect(error.message.length).toBeLessThan(200);
    expect(JSON.stringify(error).length).toBeLessThan(400);
    expect(error.message).not.toContain(value.slice(0, 20));
  });

  it('is rejected by a list', async () => {
    const { emulator, client } = await openUntyped();
    const list = untyped(client, client.listTenantSnapshots);
    const error = await rejection(list(null, 'a b'), AtlasInvalidArgumentError);
    expect(error.issues).toEqual([
      { path: 'groupId', message: mustBeText },
      { path: 'clusterName', message: mustBeName },
    ]);
    expect(error.operation).toBe('listTenantSnapshots');
    expect(emulator.requests).toEqual([]);
  });

  it('is rejected by a wait, together with invalid options', async () => {
    const { emulator, client } = await openUntyped();
    const wait = untyped(client, client.waitForTenantSnapshot);
    const error = await rejection(wait('x', '-', null, { pollInterval: 0 }), AtlasInvalidArgumentError);
    expect(error.issues.map(({ path }) => path)).toEqual(['groupId', 'clusterName', 'snapshotId', 'pollInterval']);
    expect(error.operation).toBe('waitForTenantSnapshot');
    expect(emulator.requests).toEqual([]);
  });

  it('leads to a rejection, never to a throw', async () => {
    const { get } = await openUntyped();
    let promise: Promise<unknown> | undefined;
    expect(() => {
      promise = get(Symbol('id'));
    }).not.toThrow();
    await expect(promise).rejects.toBeInstanceOf(AtlasInvalidArgumentError);
  });
});

describe('a valid path value', () => {
  it.each(['a', '0', 'Z9', 'a-', 'my-cluster-01', 'x'.repeat(64)])('may be the clusterName %s', async (name) => {
    const { emulator, get } = await openUntyped();
    emulator.seed({ clusterName: name, snapshots: [{ id: snapshotId }] });
    await expect(get(groupId, name, snapshotId)).resolves.toMatchObject({ id: snapshotId });
    expect(emulator.requests[0]?.path).toContain(`/clusters/${name}/backup/`);
  });

  it.each(['0'.repeat(24), 'f'.repeat(24), '0123456789abcdef01234567'])('may be the id %s', async (id) => {
    const { emulator, get } = await openUntyped();
    emulator.seed({ groupId: id, snapshots: [{ id }] });
    await expect(get(id, clusterName, id)).resolves.toMatchObject({ id });
  });
});
