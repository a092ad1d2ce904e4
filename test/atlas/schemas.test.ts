import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  clusterNameSchema,
  groupIdSchema,
  newestBackup,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from '../../src/index.js';
import { failedSnapshot, referenceSnapshot } from '../support/atlas-bodies.js';

/** Parses the body as it comes off the wire. */
const parse = (body: object) => tenantSnapshotSchema.parse(JSON.parse(JSON.stringify(body)));

/** The places of the issues; undefined if the value is valid. */
function issuesOf(schema: z.ZodType, value: unknown) {
  return schema.safeParse(value).error?.issues.map(({ path }) => path.join('.'));
}

const times = ['scheduledTime', 'startTime', 'finishTime', 'expiration'] as const;

describe('tenantSnapshotSchema', () => {
  it("parses the dates of the reference page's example, and keeps its other fields", () => {
    const at = new Date('2025-05-04T09:42:00Z');
    const dates = { expiration: at, finishTime: at, scheduledTime: at, startTime: at };
    expect(parse(referenceSnapshot)).toStrictEqual({ ...referenceSnapshot, ...dates });
  });

  it('accepts a recorded snapshot, which has fewer fields, and an empty object', () => {
    expect(Object.keys(parse(failedSnapshot)).sort()).toEqual(Object.keys(failedSnapshot).sort());
    expect(Object.keys(parse({}))).toEqual([]);
  });

  it.each([...times, 'id', 'status', 'mongoDBVersion', 'links'])('drops %s if it is null', (name) => {
    const others = Object.entries(parse(referenceSnapshot)).filter(([other]) => other !== name);
    expect(parse({ ...referenceSnapshot, [name]: null })).toStrictEqual(Object.fromEntries(others));
  });

  it('keeps unknown fields, nested ones and null included', () => {
    const body = { region: null, size: { bytes: 12, unit: 'GB' }, links: [{ href: 'a', rel: 'self', title: 'b' }] };
    expect(parse(body)).toStrictEqual(body);
  });

  it.each(['PENDING', 'QUEUED', 'RUNNING', 'FAILED', 'COMPLETED', 'ARCHIVED', ''])('keeps the status %j', (status) => {
    expect(parse({ status })).toStrictEqual({ status });
  });

  it.each([
    ['2019-04-26T14:08:07Z', 1556287687000],
    ['2019-04-26T14:08:07.5Z', 1556287687500],
    ['2019-04-26T14:08:07.123456Z', 1556287687123],
    ['2019-04-26T16:08:07+02:00', 1556287687000],
    ['2019-04-26T09:08:07-05:00', 1556287687000],
    ['1969-12-31T23:59:59Z', -1000],
    ['2024-02-29T00:00:00Z', 1709164800000],
  ])('parses the time %s', (text, time) => {
    for (const name of times) expect(parse({ [name]: text })[name]).toStrictEqual(new Date(time));
  });

  it.each([
    ...['yesterday', '', '2019-04-26', '2019-04-26 14:08:07Z', '2019-04-26T14:08:07', '2019-04-26T14:08:07Z\n'],
    ...['2019-13-26T14:08:07Z', '2023-02-29T00:00:00Z', 1556287687000, {}, false],
  ])('rejects the time %j', (value) => {
    for (const name of times) expect(issuesOf(tenantSnapshotSchema, { [name]: value })).toEqual([name]);
  });

  it.each<[value: unknown, places: string[]]>([
    [{ id: 'A'.repeat(24) }, ['id']],
    [{ id: 'a'.repeat(23) }, ['id']],
    [{ mongoDBVersion: 8 }, ['mongoDBVersion']],
    [{ startTime: 'now', status: 1, id: 5 }, ['id', 'startTime', 'status']],
    ...[null, 'text', 5, true, [], [{}]].map((value): [unknown, string[]] => [value, ['']]),
  ])('rejects %j, and names each invalid field', (value, places) => {
    expect(issuesOf(tenantSnapshotSchema, value)?.sort()).toEqual(places);
  });

  it('drops malformed links, and malformed fields of links', () => {
    const links = [null, 'text', 5, [], { rel: 5, href: 'a', title: 't' }, { rel: 'self', href: null }];
    expect(parse({ links })).toStrictEqual({ links: [{ href: 'a', title: 't' }, { rel: 'self' }] });
    for (const odd of ['text', 5, {}]) expect(parse({ links: odd })).toStrictEqual({});
  });

  it('does not set the prototype from a __proto__ field', () => {
    const snapshot = tenantSnapshotSchema.parse(JSON.parse('{"__proto__": {"status": "COMPLETED"}}'));
    expect(snapshot.status).toBeUndefined();
    expect(Object.getPrototypeOf(snapshot)).toBe(Object.prototype);
  });
});

const at = (status: string, day?: number): TenantSnapshot => ({
  id: `${status} ${day}`,
  status,
  ...(day !== undefined && { finishTime: new Date(day * 86_400_000) }),
});

describe('newestBackup', () => {
  it.each<[what: string, snapshots: TenantSnapshot[], newest: string | undefined]>([
    ['the last of a list from the oldest', [at('COMPLETED', 1), at('COMPLETED', 2)], 'COMPLETED 2'],
    ['the first of a list from the newest', [at('COMPLETED', 2), at('COMPLETED', 1)], 'COMPLETED 2'],
    ['one in the middle', [at('COMPLETED', 1), at('COMPLETED', 3), at('COMPLETED', 2)], 'COMPLETED 3'],
    ['the newest that completed', [at('COMPLETED', 1), at('FAILED', 2), at('RUNNING', 3)], 'COMPLETED 1'],
    ['one that has a finishTime', [at('COMPLETED'), at('COMPLETED', 1), at('COMPLETED')], 'COMPLETED 1'],
    ['one that finished before 1970', [at('COMPLETED', -1)], 'COMPLETED -1'],
    ['nothing if none has completed', [at('FAILED', 1), at('QUEUED'), {}], undefined],
    ['nothing if none has a finishTime', [at('COMPLETED')], undefined],
    ['nothing if a finishTime is invalid', [at('COMPLETED', Number.NaN)], undefined],
    ['nothing in an empty list', [], undefined],
  ])('is %s', (_name, snapshots, newest) => {
    expect(newestBackup(Object.freeze(snapshots))?.id).toBe(newest);
  });
});

const id = '0123456789abcdef01234567';
const mustBeHex = 'must be 24 lowercase hexadecimal digits';
const mustBeName = 'must contain only letters, digits and hyphens, and start with a letter or digit';

describe.each([
  ['groupIdSchema', groupIdSchema],
  ['snapshotIdSchema', snapshotIdSchema],
])('%s', (_name, schema) => {
  it.each(['0'.repeat(24), 'f'.repeat(24), id])('accepts %s', (value) => {
    expect(schema.parse(value)).toBe(value);
  });

  it.each([
    ...['', id.slice(1), `${id}0`, id + id, id.toUpperCase(), id.replace('a', 'g'), `../${id}`.slice(0, 24)],
    ...[`${id}\n`, `\n${id}`, `${id}\r`, `${id}\nx`, ` ${id}`, '１'.repeat(24)],
  ])('rejects %j', (value) => {
    expect(schema.safeParse(value).error?.issues).toMatchObject([{ message: mustBeHex }]);
  });
});

describe('clusterNameSchema', () => {
  it.each(['a', '0', 'Z9', 'a-', 'my-cluster-01', 'My-Cluster-1', 'x'.repeat(64)])('accepts %s', (name) => {
    expect(clusterNameSchema.parse(name)).toBe(name);
  });

  it.each([
    ...['', '-Cluster0', 'Cluster_0', 'Cluster.0', 'Cluster0/..', 'Cluster0?envelope=true', 'Cluster0#', 'Cluster%30'],
    ...['Cluster 0', 'Cluster0\n', 'Cluster0\r\nX-Evil: 1', 'Clustér0'],
  ])('rejects %j', (name) => {
    expect(clusterNameSchema.safeParse(name).error?.issues).toMatchObject([{ message: mustBeName }]);
  });
});

// Some of it prints as a valid value.
it.each([undefined, null, 24, 24n, true, Symbol('id'), [id], () => id, { toString: () => id }, new String(id)])(
  '%s is no string, so it is neither an ID nor a cluster name',
  (value) => {
    for (const schema of [groupIdSchema, snapshotIdSchema, clusterNameSchema]) {
      expect(schema.safeParse(value).error?.issues).toMatchObject([{ message: 'must be a string' }]);
    }
  },
);
