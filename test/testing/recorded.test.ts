import { describe, expect, it } from 'vitest';
import type { AtlasEmulator, AtlasEmulatorOptions, ScriptedAnswer } from '../../src/testing/index.js';
import { authorization } from '../support/digest-login.js';
import { openEmulator } from '../support/open-emulator.js';

// The format is that of recorded responses of Atlas, the values are made up.

const FLEX = 'application/vnd.atlas.2024-11-13+json';
const groupId = '32b6e34b3d91647abb20e7b8';
const otherId = '60f1c2d3e4a5b6978877665a';
const snapshotId = '5cc310ace5dc7ce369814bcb';
const now = Date.parse('2026-05-14T16:20:00Z');

const flexList = (cluster = 'Cluster0', group = groupId) =>
  `/api/atlas/v2/groups/${group}/flexClusters/${cluster}/backup/snapshots`;
const flexOne = (id = snapshotId, cluster = 'Cluster0') => `${flexList(cluster)}/${id}`;
const tenantList = (cluster = 'Cluster0', group = groupId) =>
  `/api/atlas/v1.0/groups/${group}/clusters/${cluster}/backup/tenant/snapshots`;
const tenantOne = (id = snapshotId) => `${tenantList()}/${id}`;

async function open(options: AtlasEmulatorOptions = {}) {
  const emulator = await openEmulator({ now: () => now, ...options });
  return { emulator, get: (path: string, init?: RequestInit) => getFrom(emulator, path, init) };
}

const bearer = ({ credentials }: AtlasEmulator) => `Bearer ${credentials.accessToken.accessToken}`;

/** Sends a request with a bearer token, unless `init` has other headers. */
async function getFrom(emulator: AtlasEmulator, path: string, init: RequestInit = {}) {
  const headers = { authorization: bearer(emulator), accept: FLEX };
  const response = await fetch(emulator.url + path, { headers, ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const failed = {
  expiration: '2026-05-19T11:20:00Z',
  finishTime: '2026-05-11T11:22:00Z',
  id: '5cc310ace5dc7ce369814bc8',
  mongoDBVersion: '8.0.29',
  scheduledTime: '2026-05-11T11:20:00Z',
  startTime: '2026-05-11T11:20:30Z',
  status: 'FAILED',
};
const completed = {
  ...failed,
  expiration: '2026-05-22T11:20:00Z',
  finishTime: '2026-05-14T11:22:00Z',
  id: snapshotId,
  scheduledTime: '2026-05-14T11:20:00Z',
  startTime: '2026-05-14T11:20:30Z',
  status: 'COMPLETED',
};
const running = {
  id: '5cc310ace5dc7ce369814bcc',
  mongoDBVersion: '8.0.29',
  scheduledTime: '2026-05-14T16:19:00Z',
  startTime: '2026-05-14T16:19:30Z',
  status: 'RUNNING',
};

describe.each([
  ['Flex', flexList, `${FLEX};charset=utf-8`],
  ['tenant', tenantList, 'application/json'],
] as const)('a snapshot of the %s endpoint', (_name, list, mediaType) => {
  it.each([completed, failed, running])('has exactly the recorded fields: $status', async (snapshot) => {
    const { get } = await open();
    const { status, headers, text } = await get(`${list()}/${snapshot.id}`);
    expect([status, headers.get('content-type')]).toEqual([200, mediaType]);
    expect(JSON.parse(text)).toEqual(snapshot);
  });

  it('is listed with the others, oldest first, under a self link', async () => {
    const { emulator, get } = await open();
    const { headers, text } = await get(list());
    const { links, results, totalCount } = JSON.parse(text);
    expect(headers.get('content-type')).toBe(mediaType);
    const href = `${emulator.url}${list()}?includeCount=true&pageNum=1&itemsPerPage=100`;
    expect({ links, totalCount }).toEqual({ links: [{ href, rel: 'self' }], totalCount: 5 });
    expect([results[0], results[3], results[4]]).toEqual([failed, completed, running]);
    expect(emulator.snapshots.map(({ id }) => id)).toEqual(results.map(({ id }: { id: string }) => id));
  });
});

describe('a list of several pages', () => {
  it('has a next link on every page except the last', async () => {
    const { emulator, get } = await open();
    const ids: string[] = [];
    let href: string | undefined = `${emulator.url}${flexList()}?itemsPerPage=2`;
    let pages = 0;
    while (href !== undefined) {
      const { text } = await get(href.slice(emulator.url.length));
      const { results, links, totalCount } = JSON.parse(text);
      expect(totalCount).toBe(5);
      ids.push(...results.map(({ id }: { id: string }) => id));
      href = links.find(({ rel }: { rel: string }) => rel === 'next')?.href;
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(ids).toEqual(emulator.snapshots.map(({ id }) => id));
  });
});

/** The text of an error: compact, with its keys in this order. */
const errorText = (error: number, reason: string, errorCode: string, detail: string, parameters: unknown[]) =>
  JSON.stringify({ detail, error, errorCode, parameters, reason });
const bare = (path: string) => path.slice(1);

describe('an error after login', () => {
  it.each([
    [
      'an unknown project',
      flexList('Cluster0', otherId),
      errorText(404, 'Not Found', 'GROUP_NOT_FOUND', `No group with ID ${otherId} exists.`, [otherId]),
    ],
    [
      'an unknown cluster',
      flexList('Reports'),
      errorText(404, 'Not Found', 'CLUSTER_NOT_FOUND', `No cluster named Reports exists in group ${groupId}.`, [
        'Reports',
        groupId,
      ]),
    ],
    [
      'an unknown snapshot',
      flexOne(otherId),
      errorText(
        404,
        'Not Found',
        'TENANT_SNAPSHOT_NOT_FOUND',
        `No M2/M5 snapshot with ID ${otherId} exists for cluster Cluster0.`,
        [otherId, 'Cluster0'],
      ),
    ],
    [
      'an unknown snapshot of the tenant endpoint',
      tenantOne(otherId),
      errorText(
        404,
        'Not Found',
        'TENANT_SNAPSHOT_NOT_FOUND',
        `No M2/M5 snapshot with ID ${otherId} exists for cluster Cluster0.`,
        [otherId, 'Cluster0'],
      ),
    ],
    [
      'an unknown route, with its leading slash',
      '/api/atlas/v2/nothing',
      errorText(404, 'Not Found', 'RESOURCE_NOT_FOUND', 'Cannot find resource /api/atlas/v2/nothing.', [
        '/api/atlas/v2/nothing',
      ]),
    ],
    [
      'a dedicated cluster at Flex',
      flexList('Production'),
      errorText(
        400,
        'Bad Request',
        'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
        'Cannot use non-flex cluster Production in the flex API.',
        ['Production'],
      ),
    ],
    [
      'a snapshot of a dedicated cluster at Flex',
      flexOne(otherId, 'Production'),
      errorText(
        400,
        'Bad Request',
        'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API',
        'Cannot use non-flex cluster Production in the flex API.',
        ['Production'],
      ),
    ],
  ])('for %s', async (_name, path, expected) => {
    const { emulator, get } = await open();
    emulator.seed({ clusterName: 'Production', dedicated: true, snapshots: [] });
    const { status, headers, text } = await get(path);
    expect(text).toBe(expected);
    const { error, errorCode } = JSON.parse(expected);
    expect(status).toBe(error);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-error-code')).toBe(errorCode);
  });

  it.each([undefined, 'application/json', '*/*', 'application/vnd.atlas.2023-01-01+json'])(
    'for Accept %s at Flex is 406 INVALID_VERSION_DATE',
    async (accept) => {
      const { emulator, get } = await open();
      const headers = { authorization: bearer(emulator), ...(accept === undefined ? {} : { accept }) };
      const detail = 'Invalid accept header or version date.';
      expect(await get(flexList(), { headers })).toMatchObject({
        status: 406,
        text: errorText(406, 'Not Acceptable', 'INVALID_VERSION_DATE', detail, []),
      });
    },
  );

  it('for another method is 405 with Allow and without a body', async () => {
    const { emulator, get } = await open();
    const init = { method: 'DELETE', headers: { authorization: bearer(emulator) } };
    const { status, headers, text } = await get(flexList(), init);
    expect([status, headers.get('allow'), text]).toEqual([405, 'GET,OPTIONS', '']);
    expect([headers.has('content-type'), headers.has('x-error-code')]).toEqual([false, false]);
  });

  it('is not sent for a dedicated cluster at the tenant endpoint, whose list is empty', async () => {
    const { emulator, get } = await open();
    emulator.seed({ clusterName: 'Production', dedicated: true, snapshots: [] });
    const { status, text } = await get(tenantList('Production'));
    expect([status, JSON.parse(text)]).toMatchObject([200, { results: [], totalCount: 0 }]);
  });
});

describe('a request without a login', () => {
  const unauthorized = `{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}`;

  async function expectChallenge(response: Awaited<ReturnType<typeof getFrom>>) {
    expect([response.status, response.text]).toEqual([401, unauthorized]);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Digest realm="MMS Public API", domain="", nonce="[^"]{32}", algorithm=MD5, qop="auth", stale=false$/,
    );
    for (const header of ['x-error-code', 'ratelimit-limit', 'ratelimit-remaining']) {
      expect(response.headers.has(header)).toBe(false);
    }
  }

  it.each([
    ['for the list', flexList()],
    ['for an unknown project', flexList('Cluster0', otherId)],
    ['for an unknown route', '/api/atlas/v2/nothing'],
    ['with envelope=true', `${flexList()}?envelope=true`],
  ])('%s gets a challenge with an indented body', async (_name, path) => {
    const { get } = await open();
    await expectChallenge(await get(path, { headers: {} }));
  });

  it('with a wrong key instead gets the same challenge', async () => {
    const { get } = await open();
    const first = await get(flexList(), { headers: {} });
    const nonce = /nonce="([^"]+)"/.exec(first.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const login = { username: 'emulator', password: 'wrong', realm: 'MMS Public API', nonce, uri: flexList() } as const;
    await expectChallenge(
      await get(flexList(), { headers: { authorization: authorization({ ...login, qop: 'auth' }) } }),
    );
  });
});

describe('a scripted error has the other fields of Atlas', () => {
  const cases: [ScriptedAnswer, string, string][] = [
    [
      { status: 401, errorCode: 'USER_UNAUTHORIZED' },
      flexOne(),
      errorText(401, 'Unauthorized', 'USER_UNAUTHORIZED', 'Current user is not authorized to perform this action.', []),
    ],
    [
      { status: 401, errorCode: 'TENANT_SNAPSHOT_ACCESS_DENIED' },
      tenantOne(),
      errorText(
        401,
        'Unauthorized',
        'TENANT_SNAPSHOT_ACCESS_DENIED',
        'Not authorized to access specified tenant snapshot.',
        [],
      ),
    ],
    [
      { status: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' },
      flexOne(),
      errorText(
        403,
        'Forbidden',
        'IP_ADDRESS_NOT_ON_ACCESS_LIST',
        'IP address 127.0.0.1 is not allowed to access this resource.',
        ['127.0.0.1'],
      ),
    ],
    [
      { status: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST', parameters: ['198.51.100.7'] },
      flexOne(),
      errorText(
        403,
        'Forbidden',
        'IP_ADDRESS_NOT_ON_ACCESS_LIST',
        'IP address 198.51.100.7 is not allowed to access this resource.',
        ['198.51.100.7'],
      ),
    ],
    [
      { status: 403, errorCode: 'ORG_REQUIRES_ACCESS_LIST' },
      flexOne(),
      errorText(
        403,
        'Forbidden',
        'ORG_REQUIRES_ACCESS_LIST',
        'This organization requires access through an access list of ip ranges.',
        ['127.0.0.1'],
      ),
    ],
    [
      { status: 429, retryAfter: 7 },
      flexOne(),
      errorText(
        429,
        'Too Many Requests',
        'RATE_LIMITED_TOKEN_BUCKET',
        `Rate limit exceeded for ${bare(flexOne())}. Please retry after 7 seconds. Request capacity: 1200. Refill rate: 500 per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.`,
        [bare(flexOne()), 7, 1200, 500, 60],
      ),
    ],
    [
      { status: 429 },
      tenantOne(),
      errorText(
        429,
        'Too Many Requests',
        'RATE_LIMITED_TOKEN_BUCKET',
        `Rate limit exceeded for ${bare(tenantOne())}. Please retry after 0 seconds. Request capacity: 4000. Refill rate: 2000 per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.`,
        [bare(tenantOne()), 0, 4000, 2000, 60],
      ),
    ],
    [{ status: 500 }, flexOne(), errorText(500, 'Internal Server Error', 'UNEXPECTED_ERROR', 'Unexpected error.', [])],
  ];

  it.each(cases)('%j', async (answer, path, expected) => {
    const { emulator, get } = await open();
    emulator.respond(answer);
    const { status, headers, text } = await get(path);
    expect([status, text]).toEqual([answer.status, expected]);
    expect(headers.get('x-error-code')).toBe(JSON.parse(expected).errorCode);
    expect(headers.has('www-authenticate')).toBe(false);
    expect(headers.has('ratelimit-limit')).toBe(answer.status !== 401 && path.includes('/v2/'));
  });

  it('except a 405, which has no body', async () => {
    const { emulator, get } = await open();
    emulator.respond({ status: 405 });
    expect(await get(flexOne())).toMatchObject({ status: 405, text: '' });
  });
});

describe('the rate limit', () => {
  const limitOf = ({ headers }: { headers: Headers }) => [
    headers.get('ratelimit-limit'),
    headers.get('ratelimit-remaining'),
  ];

  it('is reported by v2 after a login, also with errors, and not by v1.0', async () => {
    const { get } = await open();
    expect(limitOf(await get(flexOne()))).toEqual(['1200', '1199']);
    expect(limitOf(await get(flexOne(otherId)))).toEqual(['1200', '1198']);
    expect(limitOf(await get(tenantOne()))).toEqual([null, null]);
    expect(limitOf(await get(flexList('Cluster0', otherId)))).toEqual([null, null]);
  });

  it.each([
    ['Flex', flexOne(), 1200, 500],
    ['tenant', tenantOne(), 4000, 2000],
  ] as const)('of %s snapshots has its own bucket, enforced on request', async (_name, path, capacity, refill) => {
    let time = now;
    const { emulator, get } = await open({ rateLimit: { enforce: true }, now: () => time });
    const headers = { authorization: bearer(emulator), accept: FLEX };
    const ask = () => emulator.fetch(new Request(emulator.url + path, { headers }));
    for (let i = 0; i < capacity; i += 1) if ((await ask()).status !== 200) throw new Error(`refused at ${i}`);
    const refused = await get(path);
    const parameters = [bare(path), 1, capacity, refill, 60];
    expect(refused.text).toBe(
      errorText(
        429,
        'Too Many Requests',
        'RATE_LIMITED_TOKEN_BUCKET',
        `Rate limit exceeded for ${bare(path)}. Please retry after 1 seconds. Request capacity: ${capacity}. Refill rate: ${refill} per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.`,
        parameters,
      ),
    );
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    const other = path === flexOne() ? tenantOne() : flexOne();
    expect((await get(other)).status).toBe(200);
    time += 60_000;
    for (let i = 0; i < refill; i += 1) if ((await ask()).status !== 200) throw new Error(`refused at ${i}`);
    expect((await ask()).status).toBe(429);
  });
});

describe('the Flex clusters of a project', () => {
  const path = `/api/atlas/v2/groups/${groupId}/flexClusters`;

  it('are listed without the dedicated ones', async () => {
    const { emulator, get } = await open();
    emulator.seed({ clusterName: 'Reports', snapshots: [] });
    emulator.seed({ clusterName: 'Production', dedicated: true, snapshots: [] });
    const { status, headers, text } = await get(path);
    const { links, results, totalCount } = JSON.parse(text);
    expect([status, headers.get('content-type')]).toEqual([200, `${FLEX};charset=utf-8`]);
    const href = `${emulator.url}${path}?includeCount=true&pageNum=1&itemsPerPage=100`;
    expect({ links, totalCount }).toEqual({ links: [{ href, rel: 'self' }], totalCount: 2 });
    expect(results.map(({ name }: { name: string }) => name)).toEqual(['Cluster0', 'Reports']);
    expect(results[1]).toEqual({
      backupSettings: { enabled: true },
      clusterType: 'REPLICASET',
      createDate: '2023-03-27T17:22:20Z',
      groupId,
      id: expect.stringMatching(/^[a-f0-9]{24}$/),
      mongoDBVersion: '8.0.29',
      name: 'Reports',
      providerSettings: { backingProviderName: 'AWS', diskSizeGB: 5, providerName: 'FLEX', regionName: 'US_EAST_1' },
      stateName: 'IDLE',
      tags: [],
      terminationProtectionEnabled: false,
      versionReleaseSystem: 'LTS',
    });
    expect(results[0].id).not.toBe(results[1].id);
  });

  it.each([
    [new Date('2026-05-14T10:00:00.500Z'), '2026-05-14T10:00:00Z'],
    ['2026-05-14T10:00:00Z', '2026-05-14T10:00:00Z'],
    [null, null],
  ])('have the seeded createDate %s and stateName', async (createDate, printed) => {
    const { emulator, get } = await open();
    emulator.seed({ createDate, stateName: 'DELETING', snapshots: [] });
    const [cluster] = JSON.parse((await get(path)).text).results;
    expect(cluster).toMatchObject({ createDate: printed, stateName: 'DELETING' });
  });

  it('have pages and errors like other Flex resources', async () => {
    const { emulator, get } = await open();
    emulator.seed({ clusterName: 'Reports', snapshots: [] });
    expect(JSON.parse((await get(`${path}?itemsPerPage=1`)).text).links.map(({ rel }: { rel: string }) => rel)).toEqual(
      ['self', 'next'],
    );
    expect((await get(path, { headers: {} })).status).toBe(401);
    expect((await get(path.replace(groupId, otherId))).headers.get('x-error-code')).toBe('GROUP_NOT_FOUND');
  });
});

describe('the list of projects', () => {
  const path = '/api/atlas/v2/groups';
  const names = (text: string) => JSON.parse(text).results.map(({ name }: { name: string }) => name);

  it('has the recorded form', async () => {
    const { emulator, get } = await open();
    const headers = { authorization: bearer(emulator), accept: 'application/vnd.atlas.2023-01-01+json' };
    const list = await get(path, { headers });
    expect([list.status, list.headers.get('content-type')]).toEqual([
      ...[200, 'application/vnd.atlas.2023-01-01+json;charset=utf-8'],
    ]);
    expect([list.headers.get('ratelimit-limit'), list.headers.get('ratelimit-remaining')]).toEqual(['1200', '1199']);
    const url = emulator.url + path;
    expect(JSON.parse(list.text)).toEqual({
      links: [{ href: `${url}?includeCount=true&pageNum=1&itemsPerPage=100`, rel: 'self' }],
      results: [
        {
          clusterCount: 1,
          created: '2020-07-02T09:19:46Z',
          id: groupId,
          links: [{ href: `${url}/${groupId}`, rel: 'self' }],
          name: emulator.groupName,
          orgId: expect.stringMatching(/^[a-f0-9]{24}$/),
          tags: [],
          withDefaultAlertsSettings: true,
        },
      ],
      totalCount: 1,
    });
  });

  it('has every seeded project, with clusters or without, by the name that it was given last', async () => {
    const empty = { groupId: otherId, groupName: 'Empty' };
    const { emulator, get } = await open({ seed: [empty, { groupId: 'c'.repeat(24), snapshots: [] }] });
    expect(names((await get(path)).text)).toEqual(['Project 0', 'Empty', 'Project 2']);
    emulator.seed({ groupName: 'Shop' });
    emulator.seed({ groupId: otherId, groupName: 'Full', clusterName: 'One', dedicated: true, snapshots: [] });
    emulator.seed({ groupId: otherId, clusterName: 'Two', snapshots: [] });
    const { text } = await get(path);
    expect(names(text)).toEqual(['Shop', 'Full', 'Project 2']);
    expect(JSON.parse(text).results[1].clusterCount).toBe(2);
  });

  it('has pages, and errors of the API', async () => {
    const { emulator, get } = await open({ seed: { groupId: otherId } });
    expect(names((await get(`${path}?itemsPerPage=1&pageNum=2`)).text)).toEqual(['Project 1']);
    expect((await get(path, { headers: {} })).status).toBe(401);
    const headers = { authorization: bearer(emulator), accept: 'application/vnd.atlas.2022-12-31+json' };
    expect((await get(path, { headers })).status).toBe(406);
  });
});
