import { describe, expect, it } from 'vitest';
import {
  listTarget,
  mayBeEnveloped,
  pageTarget,
  pathTarget,
  type Query,
  type RequestOptions,
  snapshotTarget,
  type Target,
  toPath,
} from '../../src/atlas/target.js';
import { defaultApiVersion } from '../support/defaults.js';
import {
  clusterName,
  flexListPath,
  flexPath,
  flexType,
  groupId,
  snapshotId,
  tenantListPath,
  tenantPath,
} from '../support/snapshot-routes.js';

const list = { groupId, clusterName };
const one = { ...list, snapshotId };
const auto = { endpoint: 'auto' } as const;

const sent = (target: Target, prefix = '') => toPath({ prefix, userAgent: 'test' }, target);

describe('the target for snapshots', () => {
  const flexQuery = '?includeCount=true&itemsPerPage=500';

  it.each<[endpoint: 'tenant' | 'flex', args: typeof list, path: string, accept: string, takesPretty: boolean]>([
    ['tenant', one, tenantPath, 'application/json', true],
    ['tenant', list, tenantListPath, 'application/json', true],
    // MongoDB's specification does not list pretty for one snapshot at Flex.
    ['flex', one, flexPath, flexType, false],
    ['flex', list, flexListPath + flexQuery, flexType, true],
  ])('at %s of %o has its path, media type and query', (endpoint, args, path, accept, takesPretty) => {
    const join = path.includes('?') ? '&' : '?';
    const queries: [options: Partial<RequestOptions>, query: string][] = [
      [{}, ''],
      [{ envelope: true }, `${join}envelope=true`],
      [{ pretty: true }, takesPretty ? `${join}pretty=true` : ''],
      [{ envelope: true, pretty: true }, `${join}envelope=true${takesPretty ? '&pretty=true' : ''}`],
    ];
    for (const [options, query] of queries) {
      const target = snapshotTarget(args, { endpoint, ...options });
      expect(target).toMatchObject({ endpoint, noun: 'snapshot', isList: args === list, accept });
      expect(target.fallback).toBeUndefined();
      expect(sent(target)).toBe(path + query);
      expect(mayBeEnveloped(target)).toBe(options.envelope ?? false);
    }
  });

  it.each([one, list])('is Flex by default, and the tenant endpoint is its fallback: %o', (args) => {
    const target = snapshotTarget(args, { ...auto, envelope: true });
    const flex = snapshotTarget(args, { endpoint: 'flex', envelope: true });
    expect(target).toEqual({ ...flex, fallback: expect.any(Function) });
    expect(target.fallback?.()).toEqual(snapshotTarget(args, { endpoint: 'tenant', envelope: true }));
  });

  it('has no fallback from the second page on', () => {
    const second = pageTarget(snapshotTarget(list, auto), 2);
    expect(second.fallback).toBeUndefined();
    expect(sent(second)).toBe(`${flexListPath}${flexQuery}&pageNum=2`);
  });
});

describe('the target for a path', () => {
  const path = '/api/atlas/v2/groups';

  it.each<[query: Query, sent: string]>([
    [{ text: 'a b&c=d?#%+é' }, '?text=a+b%26c%3Dd%3F%23%25%2B%C3%A9'],
    [{ 'a key': '/..', empty: '' }, '?a+key=%2F..&empty='],
    [{ list: ['b', 1, true], count: 5, flag: false }, '?list=b&list=1&list=true&count=5&flag=false'],
    [{ none: undefined, empty: [] }, ''],
  ])('has the query %j as %j', (query, expected) => {
    expect(sent(pathTarget(path, { ...auto, query }))).toBe(path + expected);
  });

  it.each<[what: string, options: Partial<RequestOptions>, query: string, isEnveloped: boolean]>([
    [
      'adds envelope and pretty',
      { envelope: true, pretty: true, query: { a: 1 } },
      '?a=1&envelope=true&pretty=true',
      true,
    ],
    ['keeps those of the query', { query: { envelope: true, pretty: false } }, '?envelope=true&pretty=false', true],
    ['has no others', {}, '', false],
  ])('%s', (_what, options, query, isEnveloped) => {
    const target = pathTarget(path, { ...auto, ...options });
    expect([sent(target), mayBeEnveloped(target)]).toEqual([path + query, isEnveloped]);
  });

  it.each([
    [path, undefined, `application/vnd.atlas.${defaultApiVersion}+json`],
    [path, '2023-01-01', 'application/vnd.atlas.2023-01-01+json'],
    ['/api/atlas/v2', undefined, `application/vnd.atlas.${defaultApiVersion}+json`],
    ['/api/atlas/v1.0/groups', undefined, 'application/json'],
    ['/api/atlas/v1.0/groups', '2023-01-01', 'application/json'],
    ['/api/atlas/v20/groups', undefined, 'application/json'],
  ])('%s with apiVersion %s accepts %s', (target, apiVersion, accept) => {
    expect(pathTarget(target, { ...auto, apiVersion }).accept).toBe(accept);
  });

  it('of a list has 500 items a page, unless its query says otherwise, and page numbers', () => {
    const target = listTarget(path, { ...auto, query: { includeCount: true } });
    expect(sent(target)).toBe(`${path}?includeCount=true&itemsPerPage=500&pageNum=1`);
    expect(sent(pageTarget(target, 2))).toBe(`${path}?includeCount=true&itemsPerPage=500&pageNum=2`);
    const small = listTarget(path, { ...auto, query: { itemsPerPage: 7, pageNum: undefined } });
    expect(sent(small)).toBe(`${path}?itemsPerPage=7&pageNum=1`);
  });

  it('follows the path of baseUrl', () => {
    expect(sent(pathTarget(path, auto), '/proxy/atlas')).toBe(`/proxy/atlas${path}`);
  });
});
