import { describe, expect, it } from 'vitest';
import { flexLacksIt, snapshotListQuestion, snapshotQuestion } from '../../../src/client/atlas/snapshots.js';
import { type Question, type QuestionSettings, type Target, toPath } from '../../../src/client/atlas/target.js';
import { dedicatedSnapshotSchema, tenantSnapshotSchema } from '../../../src/client/index.js';
import { referenceSnapshot } from '../../support/atlas-bodies.js';
import { defaultApiVersion } from '../../support/defaults.js';
import {
  clusterName,
  flexListPath,
  flexPath,
  flexType,
  groupId,
  snapshotId,
  tenantListPath,
  tenantPath,
} from '../../support/snapshot-routes.js';

/** Parses the body as it comes off the wire. */
const parse = (body: object) => tenantSnapshotSchema.parse(JSON.parse(JSON.stringify(body)));

/** The places of the issues; undefined if the value is valid. */
const issuesOf = (value: unknown) =>
  tenantSnapshotSchema.safeParse(value).error?.issues.map(({ path }) => path.join('.'));

const times = ['scheduledTime', 'startTime', 'finishTime', 'expiration'] as const;

describe('tenantSnapshotSchema', () => {
  it("parses the dates of the reference page's example, keeps its other fields, and accepts what it returned", () => {
    const at = new Date('2025-05-04T09:42:00Z');
    const snapshot = { ...referenceSnapshot, expiration: at, finishTime: at, scheduledTime: at, startTime: at };
    expect(parse(referenceSnapshot)).toStrictEqual(snapshot);
    expect(tenantSnapshotSchema.parse(snapshot)).toStrictEqual(snapshot);
  });

  it.each([...times, 'id', 'status', 'mongoDBVersion', 'links'])('drops %s if it is null', (name) => {
    const others = Object.entries(parse(referenceSnapshot)).filter(([other]) => other !== name);
    expect(parse({ ...referenceSnapshot, [name]: null })).toStrictEqual(Object.fromEntries(others));
  });

  it.each([
    {},
    { region: null, size: { bytes: 12, unit: 'GB' }, links: [{ href: 'a', rel: 'self', title: 'b' }] },
    { status: 'ARCHIVED' },
    { status: '' },
  ])('keeps missing and unknown fields, and unknown values of the status: %j', (body) => {
    expect(parse(body)).toStrictEqual(body);
  });

  it.each([
    ['2019-04-26T14:08:07Z', 1556287687000],
    ['2019-04-26T14:08:07.123456Z', 1556287687123],
    ['2019-04-26T16:08:07+02:00', 1556287687000],
    ['1969-12-31T23:59:59Z', -1000],
  ])('parses the time %s', (text, time) => {
    for (const name of times) expect(parse({ [name]: text })[name]).toStrictEqual(new Date(time));
  });

  it.each([
    ...['yesterday', '', '2019-04-26', '2019-04-26 14:08:07Z', '2019-04-26T14:08:07', '2023-02-29T00:00:00Z'],
    ...[1556287687000, {}, new Date(Number.NaN)],
  ])('rejects the time %j', (value) => {
    for (const name of times) expect(issuesOf({ [name]: value })).toEqual([name]);
  });

  it('names each invalid field', () => {
    expect(issuesOf({ mongoDBVersion: 8, startTime: 'now', status: 1, id: 'A'.repeat(24) })?.sort()).toEqual([
      'id',
      'mongoDBVersion',
      'startTime',
      'status',
    ]);
    for (const value of [null, 'text', []]) expect(issuesOf(value)).toEqual(['']);
  });

  it('drops malformed links, and malformed fields of links', () => {
    const links = [null, 'text', 5, [], { rel: 5, href: 'a', title: 't' }, { rel: 'self', href: null }];
    expect(parse({ links })).toStrictEqual({ links: [{ href: 'a', title: 't' }, { rel: 'self' }] });
    for (const odd of ['text', 5, {}]) expect(parse({ links: odd })).toStrictEqual({});
  });
});

// The documented values, and a recorded null and list.
const dedicated = {
  id: snapshotId,
  status: 'completed',
  type: 'replicaSet',
  snapshotType: 'onDemand',
  frequencyType: 'ondemand',
  description: 'before the migration',
  mongodVersion: '8.0.29',
  storageSizeBytes: 1_234_567_890,
  createdAt: '2026-08-02T17:05:10Z',
  expiresAt: '2026-08-09T17:05:10Z',
  masterKeyUUID: null,
  copyRegions: ['EU_WEST_1'],
};

describe('dedicatedSnapshotSchema', () => {
  const parsed = dedicatedSnapshotSchema.parse(dedicated);

  it('parses the dates, keeps the other fields, and accepts what it returned', () => {
    const dates = { createdAt: new Date(dedicated.createdAt), expiresAt: new Date(dedicated.expiresAt) };
    expect(parsed).toStrictEqual({ ...dedicated, ...dates });
    expect(dedicatedSnapshotSchema.parse({ ...parsed })).toStrictEqual(parsed);
  });

  it.each(Object.keys(dedicated).slice(0, -2))('drops %s if it is null, and rejects an object', (name) => {
    const others = Object.entries(parsed).filter(([other]) => other !== name);
    expect(dedicatedSnapshotSchema.parse({ ...dedicated, [name]: null })).toStrictEqual(Object.fromEntries(others));
    const { error } = dedicatedSnapshotSchema.safeParse({ ...dedicated, [name]: {} });
    expect(error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });
});

const list = { groupId, clusterName };
const one = { ...list, snapshotId };
const sent = (target: Target) => toPath('', target);
const apiVersion = defaultApiVersion;

/** With a snapshot ID, the question for that snapshot, otherwise for the list. */
const questionFor = (args: typeof one | typeof list, settings: QuestionSettings): Question<unknown> =>
  'snapshotId' in args ? snapshotQuestion(args, settings) : snapshotListQuestion(args, settings);

describe('the question for snapshots', () => {
  const both = { envelope: true, pretty: true };
  const flexList = `${flexListPath}?includeCount=true&itemsPerPage=500`;

  it.each<[endpoint: 'tenant' | 'flex', args: typeof list, accept: string, path: string, withBoth: string]>([
    ['tenant', one, 'application/json', tenantPath, '?envelope=true&pretty=true'],
    ['tenant', list, 'application/json', tenantListPath, '?envelope=true&pretty=true'],
    // MongoDB's specification does not list pretty for one snapshot at Flex.
    ['flex', one, flexType, flexPath, '?envelope=true'],
    ['flex', list, flexType, flexList, '&envelope=true&pretty=true'],
  ])('at %s of %o has its media type, path and query', (endpoint, args, accept, path, withBoth) => {
    const { target, fallback } = questionFor(args, { endpoint, apiVersion });
    expect({ ...target, sent: sent(target) }).toMatchObject({ endpoint, accept, sent: path });
    expect(fallback).toBeUndefined();
    expect(sent(questionFor(args, { endpoint, apiVersion, ...both }).target)).toBe(path + withBoth);
  });

  it.each([one, list])('is for Flex by default, and the tenant endpoint is its fallback: %o', (args) => {
    const { target, fallback } = questionFor(args, { endpoint: 'auto', apiVersion, envelope: true });
    expect(target).toEqual(questionFor(args, { endpoint: 'flex', apiVersion, envelope: true }).target);
    expect(fallback).toEqual(questionFor(args, { endpoint: 'tenant', apiVersion, envelope: true }).target);
  });
});

describe('what is no snapshot is none', () => {
  const code = { error: 404, errorCode: 'CLUSTER_NOT_FOUND' };
  const noField = "it has none of a snapshot's fields";
  const names = ['id', 'status', 'mongoDBVersion', ...times] as const;

  it.each<[body: object, message: string]>([
    [code, 'it has an error (CLUSTER_NOT_FOUND)'],
    [{ ...referenceSnapshot, ...code }, 'it has an error (CLUSTER_NOT_FOUND)'],
    [{ ...referenceSnapshot, error: 500, errorCode: { a: 1 } }, 'it has an error'],
    [{ ...referenceSnapshot, errorCode: '' }, 'it has an error'],
    [{}, noField],
    [{ message: 'ok', links: [] }, noField],
    [Object.fromEntries(names.map((name) => [name, null])), noField],
  ])('%j', async (body, message) => {
    const error = (...path: unknown[]) => ({ success: false, error: { issues: [{ path, message }] } });
    expect(await snapshotQuestion(one, { endpoint: 'flex', apiVersion }).target.parse(body)).toMatchObject(error());
    const results = [referenceSnapshot, body, referenceSnapshot];
    expect(
      await snapshotListQuestion(list, { endpoint: 'tenant', apiVersion }).target.parse({ results }),
    ).toMatchObject(error('results', 1));
  });

  it.each(names)('but a body with nothing but %s is one', (name) => {
    const body = { error: null, errorCode: null, [name]: referenceSnapshot[name] };
    expect(snapshotQuestion(one, { endpoint: 'tenant', apiVersion }).target.parse(body)).toMatchObject({
      success: true,
    });
  });
});

describe('the fallback', () => {
  it.each<[isAsked: boolean, status: number, errorCode?: string]>([
    [true, 404],
    [true, 404, 'CLUSTER_NOT_FOUND'],
    [false, 404, 'GROUP_NOT_FOUND'],
    [true, 400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API'],
    [false, 400, 'VALIDATION_ERROR'],
    [false, 401, 'USER_UNAUTHORIZED'],
  ])('is asked: %s, after a %i with the code %s', (isAsked, status, errorCode) => {
    expect(flexLacksIt({ status, errorCode })).toBe(isAsked);
  });
});
