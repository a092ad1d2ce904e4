import { describe, expect, it } from 'vitest';
import { openEmulator } from '../../support/open-emulator.js';
import { flexType, groupId } from '../../support/snapshot-routes.js';
import {
  clusterApiPath,
  clustersPath,
  dedicatedPath,
  eventsPath,
  flexApiPath,
  openApi,
  otherId,
  projectsPath,
  schedulePath,
  tenantApiPath,
} from '../support/open-api.js';

// The format is that of recorded responses of Atlas, the values are made up.

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
  id: '5cc310ace5dc7ce369814bcb',
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
  ['Flex', flexApiPath, `${flexType};charset=utf-8`],
  ['tenant', tenantApiPath, 'application/json'],
] as const)('a snapshot of the %s endpoint', (_name, path, mediaType) => {
  it.each([completed, failed, running])('has exactly the recorded fields: $status', async (snapshot) => {
    const { get } = await openApi();
    const { status, headers, json } = await get(path(`/${snapshot.id}`));
    expect([status, headers.get('content-type')]).toEqual([200, mediaType]);
    expect(json).toEqual(snapshot);
  });

  it('is listed with the others, oldest first, under a self link', async () => {
    const { emulator, get } = await openApi();
    const { headers, json } = await get(path());
    expect(headers.get('content-type')).toBe(mediaType);
    const href = `${emulator.url}${path()}?includeCount=true&pageNum=1&itemsPerPage=100`;
    expect(json).toEqual({ links: [{ href, rel: 'self' }], results: expect.anything(), totalCount: 5 });
    expect([json.results[0], json.results[3], json.results[4]]).toEqual([failed, completed, running]);
    expect(emulator.snapshots.map(({ id }) => id)).toEqual(json.results.map(({ id }: { id: string }) => id));
    expect(emulator.snapshotId).toBe(completed.id);
  });
});

it.each([tenantApiPath(), tenantApiPath(`/${completed.id}`)])(
  '%s is gone by default, and after sunset()',
  async (path) => {
    const bare = path.slice(1);
    const gone = `{"detail":"Version 2023-01-01 of ${bare} is no longer available.","error":410,"errorCode":"VERSION_GONE","parameters":["2023-01-01","${bare}"],"reason":"Gone"}`;
    const { emulator, login, get } = await openApi();
    emulator.sunset();
    expect(await get(path)).toMatchObject({ status: 410, text: gone });
    expect((await get(flexApiPath())).status).toBe(200);
    const fresh = await openEmulator({ credentials: { accessToken: emulator.credentials.accessToken.accessToken } });
    expect((await fetch(fresh.url + path, { headers: login })).status).toBe(410);
  },
);

const production = { clusterName: 'Production', dedicated: true } as const;

describe('the version in Accept', () => {
  const flex = (date: string) => `application/vnd.atlas.${date}+json`;

  it.each([
    [projectsPath, flex('2022-12-31'), 406],
    [projectsPath, flex('2023-01-01'), 200],
    [clustersPath(), flex('2024-11-12'), 406],
    [clustersPath(), flex('2024-11-13'), 200],
    [flexApiPath(), flex('2025-03-12'), 200],
    [flexApiPath(), 'application/json', 406],
    [flexApiPath(), undefined, 406],
    [clusterApiPath(), flex('2024-08-04'), 406],
    [clusterApiPath(), flex('2024-08-05'), 200],
    [dedicatedPath(), flex('2022-12-31'), 406],
    [dedicatedPath(), flex('2023-01-01'), 200],
    [schedulePath(), flex('2024-08-04'), 406],
    [schedulePath(), flex('2024-08-05'), 200],
    [tenantApiPath(), 'application/json', 200],
  ])('of %s: %s leads to %i', async (path, accept, expected) => {
    const { login, get } = await openApi({ seed: production });
    const { authorization } = login;
    const { status, headers } = await get(path, { headers: accept ? { authorization, accept } : { authorization } });
    expect(status).toBe(expected);
    expect(headers.get('x-error-code')).toBe(expected === 406 ? 'INVALID_VERSION_DATE' : null);
    if (expected === 200) expect(headers.get('content-type')).toContain(path === flexApiPath() ? flexType : accept);
  });
});

it.each([projectsPath, clustersPath(), flexApiPath(), tenantApiPath(), schedulePath()])(
  'DELETE %s is a 405 without a body',
  async (path) => {
    const { get } = await openApi();
    const { status, headers, text } = await get(path, { method: 'DELETE' });
    expect([status, headers.get('allow'), text]).toEqual([405, 'GET,OPTIONS', '']);
    expect([headers.has('content-type'), headers.has('x-error-code')]).toEqual([false, false]);
  },
);

it.each([
  ['a group ID', tenantApiPath('', 'Cluster0', 'ABC')],
  ['a group ID of clusters', clustersPath('ABC')],
  ['a cluster name', tenantApiPath('', '-')],
  ['a cluster name that cannot be decoded', tenantApiPath('', '%E4')],
  ['a cluster name of the Cluster API', schedulePath('-')],
  ['a snapshot ID', flexApiPath('/%2E%2E%2F')],
])('an invalid path value is rejected: %s', async (_name, path) => {
  const { get } = await openApi();
  const { status, json } = await get(path);
  expect([status, json.error, json.errorCode]).toEqual([400, 400, 'VALIDATION_ERROR']);
});

const namesIn = ({ json }: { json: { results: { name: string }[] } }) => json.results.map(({ name }) => name);

describe('the Flex clusters of a project', () => {
  it('have the recorded form, without the dedicated and the free ones', async () => {
    const { emulator, get } = await openApi();
    emulator.seed(production);
    emulator.seed({ clusterName: 'Reports', snapshots: [] });
    emulator.seed({ clusterName: 'Sandbox', free: true });
    const list = await get(clustersPath());
    expect([list.status, list.headers.get('content-type')]).toEqual([200, `${flexType};charset=utf-8`]);
    const href = `${emulator.url}${clustersPath()}?includeCount=true&pageNum=1&itemsPerPage=100`;
    expect(list.json).toMatchObject({ links: [{ href, rel: 'self' }], totalCount: 2 });
    expect(namesIn(list)).toEqual(['Cluster0', 'Reports']);
    expect(list.json.results[1]).toEqual({
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
    expect(list.json.results[0].id).not.toBe(list.json.results[1].id);
  });

  it.each([
    [new Date('2026-05-14T10:00:00.500Z'), '2026-05-14T10:00:00Z'],
    ['2026-05-14T10:00:00Z', '2026-05-14T10:00:00Z'],
    [null, null],
  ])('have the seeded createDate %s and stateName', async (createDate, printed) => {
    const { get } = await openApi({ seed: { createDate, stateName: 'DELETING', snapshots: [] } });
    const { results } = (await get(clustersPath())).json;
    expect(results).toMatchObject([{ createDate: printed, stateName: 'DELETING' }]);
  });
});

it('the events of a project are those of the completed snapshots of its Flex clusters, the newest first', async () => {
  const seeded = [
    { id: 'a'.repeat(24), status: 'COMPLETED', finishTime: '2026-05-12T16:20:00Z' },
    { id: 'b'.repeat(24), status: 'FAILED', finishTime: '2026-05-13T16:20:00Z' },
    { id: 'c'.repeat(24), status: 'COMPLETED', finishTime: new Date('2026-05-14T16:20:00Z') },
  ];
  const { emulator, get } = await openApi({ seed: { snapshots: seeded } });
  emulator.seed(production);
  const { status, json } = await get(eventsPath());
  const event = {
    eventTypeName: 'TENANT_SNAPSHOT_COMPLETED_AUDIT',
    groupId,
    id: expect.stringMatching(/^[a-f0-9]{24}$/),
    isGlobalAdmin: false,
    links: [],
    orgId: expect.stringMatching(/^[a-f0-9]{24}$/),
  };
  expect([status, json.results]).toEqual([
    200,
    [
      { ...event, created: '2026-05-14T16:20:00Z' },
      { ...event, created: '2026-05-12T16:20:00Z' },
    ],
  ]);
  expect((await get(eventsPath('', otherId))).json.errorCode).toBe('GROUP_NOT_FOUND');
});

describe('the list of projects', () => {
  it('has the recorded form', async () => {
    const { emulator, login, get } = await openApi();
    const accept = 'application/vnd.atlas.2023-01-01+json';
    const { status, headers, json } = await get(projectsPath, { headers: { ...login, accept } });
    expect([status, headers.get('content-type')]).toEqual([200, `${accept};charset=utf-8`]);
    const url = emulator.url + projectsPath;
    const project = {
      clusterCount: 1,
      created: '2020-07-02T09:19:46Z',
      id: groupId,
      links: [{ href: `${url}/${groupId}`, rel: 'self' }],
      name: emulator.groupName,
      orgId: expect.stringMatching(/^[a-f0-9]{24}$/),
      tags: [],
      withDefaultAlertsSettings: true,
    };
    const href = `${url}?includeCount=true&pageNum=1&itemsPerPage=100`;
    expect(json).toEqual({ links: [{ href, rel: 'self' }], results: [project], totalCount: 1 });
  });

  it('has every seeded project, with clusters or without, by the name that it was given last', async () => {
    const empty = { groupId: otherId, groupName: 'Empty' };
    const { emulator, get } = await openApi({ seed: [empty, { groupId: 'c'.repeat(24), snapshots: [] }] });
    expect(namesIn(await get(projectsPath))).toEqual(['Project 0', 'Empty', 'Project 2']);
    expect((await get(clustersPath(otherId))).json).toMatchObject({ results: [], totalCount: 0 });
    emulator.seed({ groupName: 'Shop' });
    emulator.seed({ groupId: otherId, groupName: 'Full', clusterName: 'One', dedicated: true, snapshots: [] });
    emulator.seed({ groupId: otherId, clusterName: 'Two', snapshots: [] });
    const list = await get(projectsPath);
    expect(namesIn(list)).toEqual(['Shop', 'Full', 'Project 2']);
    expect(list.json.results[1].clusterCount).toBe(2);
  });
});
