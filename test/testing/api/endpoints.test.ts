import { expect, it } from 'vitest';
import { openEmulator } from '../../support/open-emulator.js';
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

// test/testing/exchanges.http has what each endpoint sends.
const production = { clusterName: 'Production', dedicated: true } as const;

it('the tenant endpoint is gone by default, and after sunset()', async () => {
  const { emulator, login, statusOf } = await openApi();
  emulator.sunset();
  expect([await statusOf(tenantApiPath()), await statusOf(flexApiPath())]).toEqual([410, 200]);
  const fresh = await openEmulator({ credentials: { accessToken: emulator.credentials.accessToken.accessToken } });
  expect((await fetch(fresh.url + tenantApiPath(), { headers: login })).status).toBe(410);
});

it.each([
  [projectsPath, '2022-12-31', '2023-01-01'],
  [eventsPath(), '2022-12-31', '2023-01-01'],
  [clustersPath(), '2024-11-12', '2024-11-13'],
  [flexApiPath(), '2024-11-12', '2025-03-12'],
  [clusterApiPath(), '2024-08-04', '2024-08-05'],
  [dedicatedPath(), '2022-12-31', '2023-01-01'],
  [schedulePath(), '2024-08-04', '2024-08-05'],
])('%s does not have the version %s, but has %s', async (path, missing, present) => {
  const { login, statusOf } = await openApi({ seed: production });
  const statusFor = (accept: string) => statusOf(path, { headers: { authorization: login.authorization, accept } });
  expect(await statusFor(`application/vnd.atlas.${missing}+json`)).toBe(406);
  expect(await statusFor(`application/vnd.atlas.${present}+json`)).toBe(200);
  expect(await statusFor('application/json')).toBe(406);
});

it('the tenant endpoint has no versions', async () => {
  const { login, statusOf } = await openApi();
  expect(await statusOf(tenantApiPath(), { headers: { ...login, accept: 'application/json' } })).toBe(200);
});

it.each([
  [new Date('2026-05-14T10:00:00.500Z'), '2026-05-14T10:00:00Z'],
  ['2026-05-14T10:00:00Z', '2026-05-14T10:00:00Z'],
  [null, null],
])('a Flex cluster has the seeded createDate %s and stateName', async (createDate, printed) => {
  const { get } = await openApi({ seed: { createDate, stateName: 'DELETING', snapshots: [] } });
  const { results } = (await get(clustersPath())).json;
  expect(results).toMatchObject([{ createDate: printed, stateName: 'DELETING' }]);
});

it('the events of a project are those of the completed snapshots of its Flex clusters, the newest first', async () => {
  const seeded = [
    { id: 'a'.repeat(24), status: 'COMPLETED', finishTime: '2026-05-12T16:20:00Z' },
    { id: 'b'.repeat(24), status: 'FAILED', finishTime: '2026-05-13T16:20:00Z' },
    { id: 'c'.repeat(24), status: 'COMPLETED', finishTime: new Date('2026-05-14T16:20:00Z') },
  ];
  const { get } = await openApi({ seed: [production, { snapshots: seeded }] });
  const { results } = (await get(eventsPath())).json;
  expect(results).toMatchObject([{ created: '2026-05-14T16:20:00Z' }, { created: '2026-05-12T16:20:00Z' }]);
});

it('the list of projects has every seeded one, with clusters or without, by the name that it was given last', async () => {
  const namesIn = ({ json }: { json: { results: { name: string }[] } }) => json.results.map(({ name }) => name);
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
