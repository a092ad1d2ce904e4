import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { snapshotPageSchema } from '../../src/atlas/schemas.js';
import {
  type ApiErrorBody,
  apiErrorSchema,
  clusterNameSchema,
  groupIdSchema,
  type SnapshotStatus,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from '../../src/index.js';
import { failedSnapshot, referenceSnapshot } from '../support/atlas-bodies.js';

/** Parses the body as it comes off the wire. */
const parse = (body: object) => tenantSnapshotSchema.parse(JSON.parse(JSON.stringify(body)));

function issuesOf(schema: z.ZodType, value: unknown) {
  return schema.safeParse(value).error?.issues.map(({ path }) => path.join('.'));
}

const times = ['scheduledTime', 'startTime', 'finishTime', 'expiration'] as const;
const texts = ['id', 'status', 'mongoDBVersion'] as const;

describe('tenantSnapshotSchema', () => {
  it("parses the dates of the reference page's example, and keeps its other fields", () => {
    const at = new Date('2025-05-04T09:42:00Z');
    expect(parse(referenceSnapshot)).toStrictEqual({
      ...referenceSnapshot,
      expiration: at,
      finishTime: at,
      scheduledTime: at,
      startTime: at,
    });
  });

  it('accepts a real FAILED snapshot, which has fewer fields', () => {
    const snapshot = parse(failedSnapshot);
    expect(snapshot).toStrictEqual({
      finishTime: new Date(Date.UTC(2019, 3, 26, 14, 8, 7)),
      id: '5cc310ace5dc7ce369814bc8',
      mongoDBVersion: '4.2.7',
      scheduledTime: new Date(Date.UTC(2019, 3, 26, 12)),
      startTime: new Date(Date.UTC(2019, 3, 26, 14, 7, 53)),
      status: 'FAILED',
    });
    expect(Object.keys(snapshot).sort()).toEqual(Object.keys(failedSnapshot).sort());
  });

  it('accepts an empty object', () => {
    expect(Object.keys(parse({}))).toEqual([]);
  });

  it.each([...times, ...texts, 'links'])('drops %s if it is null', (name) => {
    const snapshot = parse({ ...referenceSnapshot, [name]: null });
    expect(Object.keys(snapshot)).not.toContain(name);
    expect(Object.keys(snapshot)).toHaveLength(Object.keys(referenceSnapshot).length - 1);
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
    'yesterday',
    '',
    '2019-04-26',
    '2019-04-26 14:08:07Z',
    '2019-04-26T14:08:07',
    '2019-13-26T14:08:07Z',
    '2023-02-29T00:00:00Z',
    '2019-04-26T14:08:07Z\n',
    1556287687000,
    {},
    false,
  ])('rejects the time %j', (value) => {
    for (const name of times) expect(issuesOf(tenantSnapshotSchema, { [name]: value })).toEqual([name]);
  });

  it.each<[object, string[]]>([
    [{ id: 'A'.repeat(24) }, ['id']],
    [{ id: 'a'.repeat(23) }, ['id']],
    [{ id: 5 }, ['id']],
    [{ status: 5 }, ['status']],
    [{ mongoDBVersion: 8 }, ['mongoDBVersion']],
    [{ id: 'x', status: 1, startTime: 'now' }, ['id', 'status', 'startTime']],
  ])('rejects %j, and names each invalid field', (body, places) => {
    expect(issuesOf(tenantSnapshotSchema, body)?.sort()).toEqual(places.sort());
  });

  it.each([null, 'text', 5, true, [], [{}]])('rejects %j, which is not an object', (value) => {
    expect(issuesOf(tenantSnapshotSchema, value)).toEqual(['']);
  });

  it('explains what an ID must be', () => {
    const { error } = tenantSnapshotSchema.safeParse({ id: 'x' });
    expect(error?.issues.map(({ message }) => message)).toEqual(['must be 24 lowercase hexadecimal digits']);
  });

  it('drops malformed links, and malformed fields of links', () => {
    const links = [null, 'text', 5, [], { rel: 5, href: 'a', title: 't' }, { rel: 'self', href: null }];
    expect(parse({ links })).toStrictEqual({ links: [{ href: 'a', title: 't' }, { rel: 'self' }] });
  });

  it.each(['text', 5, {}])('drops links if they are %j', (links) => {
    expect(parse({ links })).toStrictEqual({});
  });

  it('does not set the prototype from a __proto__ field', () => {
    const snapshot = tenantSnapshotSchema.parse(JSON.parse('{"__proto__": {"status": "COMPLETED"}}'));
    expect(snapshot.status).toBeUndefined();
    expect(Object.getPrototypeOf(snapshot)).toBe(Object.prototype);
  });

  it('has the type TenantSnapshot', () => {
    expectTypeOf(tenantSnapshotSchema.parse).returns.toEqualTypeOf<TenantSnapshot>();
    expectTypeOf<'ARCHIVED'>().toExtend<SnapshotStatus>();
    expectTypeOf<{ id: undefined }>().toExtend<TenantSnapshot>();
  });
});

describe('snapshotPageSchema', () => {
  it('parses each result, and keeps unknown fields', () => {
    const page = { links: [], results: [failedSnapshot, {}], totalCount: 2, status: 200 };
    expect(snapshotPageSchema.parse(page)).toStrictEqual({ ...page, results: [parse(failedSnapshot), {}] });
  });

  it('drops totalCount and links if they are null', () => {
    expect(snapshotPageSchema.parse({ results: [], totalCount: null, links: null })).toStrictEqual({ results: [] });
  });

  it.each<[object, string[]]>([
    [{}, ['results']],
    [{ results: null }, ['results']],
    [{ results: [{ id: 1 }] }, ['results.0.id']],
    [{ results: [], totalCount: -1 }, ['totalCount']],
    [{ results: [], totalCount: 1.5 }, ['totalCount']],
    [{ results: [], totalCount: '1' }, ['totalCount']],
  ])('rejects %j', (body, places) => {
    expect(issuesOf(snapshotPageSchema, body)).toEqual(places);
  });

  it('accepts a totalCount of 0', () => {
    expect(snapshotPageSchema.parse({ results: [], totalCount: 0 })).toStrictEqual({ results: [], totalCount: 0 });
  });
});

describe('apiErrorSchema', () => {
  const least = { error: 404, errorCode: 'RESOURCE_NOT_FOUND' };

  it('requires only error', () => {
    expect(apiErrorSchema.parse(least)).toStrictEqual(least);
    expect(apiErrorSchema.parse({ error: 404, errorCode: null })).toStrictEqual({ error: 404 });
  });

  it('accepts all fields, parameters of any type, and unknown fields', () => {
    const body = {
      ...least,
      detail: 'd',
      reason: 'r',
      parameters: ['a', 1, null, { b: [] }],
      badRequestDetail: { fields: [{ description: 'must not be null', field: 'name', more: 1 }] },
      more: true,
    };
    expect(apiErrorSchema.parse(body)).toStrictEqual(body);
  });

  it.each(['detail', 'reason', 'parameters', 'badRequestDetail'])('drops %s if it is null', (name) => {
    expect(apiErrorSchema.parse({ ...least, [name]: null })).toStrictEqual(least);
  });

  it('accepts a badRequestDetail without fields', () => {
    const bare = { ...least, badRequestDetail: {} };
    expect(apiErrorSchema.parse(bare)).toStrictEqual(bare);
    expect(apiErrorSchema.parse({ ...least, badRequestDetail: { fields: null } })).toStrictEqual(bare);
  });

  it.each<[unknown, string[]]>([
    [{ errorCode: 'X' }, ['error']],
    [{ error: 404.5, errorCode: 'X' }, ['error']],
    [{ error: '404', errorCode: 'X' }, ['error']],
    [{ error: 404, errorCode: 5 }, ['errorCode']],
    [{ ...least, detail: 1 }, ['detail']],
    [{ ...least, reason: {} }, ['reason']],
    [{ ...least, parameters: 'a' }, ['parameters']],
    [{ ...least, badRequestDetail: { fields: {} } }, ['badRequestDetail.fields']],
    [
      { ...least, badRequestDetail: { fields: [{}] } },
      ['badRequestDetail.fields.0.description', 'badRequestDetail.fields.0.field'],
    ],
    ['<html>', ['']],
    [undefined, ['']],
  ])('rejects %j', (body, places) => {
    expect(issuesOf(apiErrorSchema, body)).toEqual(places);
  });

  it('has the type ApiErrorBody', () => {
    expectTypeOf(apiErrorSchema.parse).returns.toEqualTypeOf<ApiErrorBody>();
  });
});

describe('the schemas for path values', () => {
  it.each([groupIdSchema, snapshotIdSchema])('accept 24 lowercase hexadecimal digits', (schema) => {
    expect(schema.parse('0123456789abcdef01234567')).toBe('0123456789abcdef01234567');
    expect(issuesOf(schema, '0123456789ABCDEF01234567')).toEqual(['']);
    expectTypeOf(schema.parse).returns.toBeString();
  });

  it('accept a cluster name', () => {
    expect(clusterNameSchema.parse('My-Cluster-1')).toBe('My-Cluster-1');
    expect(issuesOf(clusterNameSchema, 'My Cluster')).toEqual(['']);
  });
});
