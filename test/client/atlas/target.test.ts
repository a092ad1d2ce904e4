import { describe, expect, it } from 'vitest';
import {
  mayBeEnveloped,
  pathListQuestion,
  pathQuestion,
  pathSchema,
  type Query,
  type Target,
  toPath,
} from '../../../src/client/atlas/target.js';
import { defaultApiVersion } from '../../support/defaults.js';

const settings = { endpoint: 'auto', apiVersion: defaultApiVersion } as const;

const targetOf = (path: string, own: object = {}) => pathQuestion({ path }, { ...settings, ...own }).target;
const firstPageOf = (path: string, own: object) => pathListQuestion({ path }, { ...settings, ...own }).target;

const sent = (target: Target, prefix = '') => toPath(prefix, target);

describe('the target for a path', () => {
  const path = '/api/atlas/v2/groups';

  it.each<[query: Query, sent: string]>([
    [{ text: 'a b&c=d?#%+é' }, '?text=a+b%26c%3Dd%3F%23%25%2B%C3%A9'],
    [{ 'a key': '/..', empty: '' }, '?a+key=%2F..&empty='],
    [{ list: ['b', 1, true], count: 5, flag: false }, '?list=b&list=1&list=true&count=5&flag=false'],
    [{ none: undefined, empty: [] }, ''],
    [JSON.parse('{ "__proto__": null, "a": 1 }'), '?a=1'],
  ])('has the query %j as %j', (query, expected) => {
    expect(sent(targetOf(path, { query }))).toBe(path + expected);
  });

  it.each<[what: string, own: object, query: string, isEnveloped: boolean]>([
    ['adds envelope and pretty', { envelope: true, pretty: true }, '?envelope=true&pretty=true', true],
    ['keeps those of the query', { query: { envelope: true, pretty: false } }, '?envelope=true&pretty=false', true],
    ['reads a text', { query: { envelope: 'true' } }, '?envelope=true', true],
    ['has no others', {}, '', false],
  ])('%s', (_what, own, query, isEnveloped) => {
    const target = targetOf(path, own);
    expect([sent(target), mayBeEnveloped(target)]).toEqual([path + query, isEnveloped]);
  });

  it.each([
    [path, 'application/vnd.atlas.2023-01-01+json'],
    ['/api/atlas/v2', 'application/vnd.atlas.2023-01-01+json'],
    ['/api/atlas/v1.0/groups', 'application/json'],
    ['/api/atlas/v20/groups', 'application/json'],
  ])('%s with an apiVersion accepts %s', (target, accept) => {
    expect(targetOf(target, { apiVersion: '2023-01-01' }).accept).toBe(accept);
  });

  it('of a list has 500 items a page, unless its query says otherwise, and page numbers', () => {
    const target = firstPageOf(path, { query: { includeCount: true } });
    expect(sent(target)).toBe(`${path}?includeCount=true&itemsPerPage=500&pageNum=1`);
    const small = firstPageOf(path, { query: { itemsPerPage: 7, pageNum: undefined } });
    expect(sent(small)).toBe(`${path}?itemsPerPage=7&pageNum=1`);
  });
});

const origin = 'https://cloud.mongodb.com';
const prefixes = ['', '/proxy/atlas'];

/** The URL of the request for a path, or undefined if the path is invalid. */
function urlOf(path: unknown, prefix = ''): string | undefined {
  const { data } = pathSchema.safeParse(path);
  const target = data === undefined ? undefined : targetOf(data);
  return target && origin + sent(target, prefix);
}

describe('the path of get()', () => {
  it.each([
    '/api/atlas/v2',
    '/api/atlas/v2/groups/5e2211c17a3e5a48f5497de3/flexClusters',
    '/api/atlas/v2/groups/byName/My%20Project',
    // Every character that a path may have, and characters that are encoded.
    "/api/atlas/v2/A-z0.9_~:@!$&'()*+,=",
    '/api/atlas/v2/%C3%A9/%25/%3F%23/%3B',
    // Three dots, and names that begin or end with dots, are ordinary segments.
    '/api/atlas/.../..a/b../.c',
    `/api/atlas/${'x'.repeat(2048 - '/api/atlas/'.length)}`,
  ])('may be %j, and is sent unchanged', (path) => {
    for (const prefix of prefixes) expect(urlOf(path, prefix)).toBe(origin + prefix + path);
  });

  const mustStart =
    'must start with /api/atlas/ and contain only valid path characters (pass query parameters in the query option)';

  it.each<[message: string, paths: unknown[]]>([
    ['must be a string', [undefined, 5, ['/api/atlas/v2'], new URL('https://evil.example/api/atlas/v2')]],
    ['must have at most 2048 characters', [`/api/atlas/${'x'.repeat(2049 - '/api/atlas/'.length)}`]],
    [
      mustStart,
      [
        // Not below /api/atlas/.
        ...['', '/api/atlas/', 'api/atlas/v2', '/API/ATLAS/v2', '/api/atlasx/v2', ' /api/atlas/v2', '/api//atlas/v2'],
        // Another host.
        ...['//evil.example/api/atlas/v2', 'https://evil.example/api/atlas/v2', '@evil.example/api/atlas/v2'],
        // A query, a fragment, and characters that no path has.
        ...under('x?y=1', 'x#y', 'x ', 'x\n', 'x\r\nhost: evil.example', 'x\0', 'x\\..\\y', '\uff0f', '\ud800'),
        ...under(...[...'"<>`{|^[;'].map((character) => `x${character}y`)),
      ],
    ],
    ['must not contain an empty segment', under('/x', 'x/', 'x//y', 'x/y/', '/evil.example')],
    ['must not contain a % without two hexadecimal digits', under('%', '%2', '%zz', '%2g', '%u002e', '100%/x')],
    [
      // Plain, encoded, and between encoded separators.
      'must not contain the segment . or ..',
      [
        ...under('.', '..', './x', 'x/..', 'x/../../../y', '%2e', '.%2e', 'x/%2E%2E/y'),
        ...under('x%2F..%2Fy', 'x%2f%2e%2e%2fy', 'x%5C%2e%2e', '..%5cy', 'x%2f.', '%2e%2fx'),
        // Encoded more than once, because a gateway may decode it.
        ...under('%252e%252e/x', 'x%25252f%252e.', `%${'25'.repeat(900)}2e`),
      ],
    ],
  ])('%s', (message, paths) => {
    for (const path of paths) {
      const messages = pathSchema.safeParse(path).error?.issues.map((issue) => issue.message);
      expect([path, messages]).toEqual([path, expect.arrayContaining([message])]);
    }
  });
});

function under(...rest: string[]): string[] {
  return rest.map((path) => `/api/atlas/${path}`);
}
