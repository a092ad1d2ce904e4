import { expect, it } from 'vitest';
import { groupId } from '../../support/snapshot-routes.js';
import { clusterApiPath, dedicatedPath, openApi, otherId, schedulePath } from '../support/open-api.js';

const production = { clusterName: 'Production', dedicated: true } as const;
const sandbox = { clusterName: 'Sandbox', free: true } as const;

it('dedicated and free clusters have recorded fields, and are listed without the Flex ones', async () => {
  const { emulator, get } = await openApi({ seed: [production, sandbox] });
  const [dedicated, free, ...others] = (await get(clusterApiPath())).json.results;
  expect(others).toEqual([]);
  const path = emulator.url + clusterApiPath('/Production');
  expect(dedicated).toMatchObject({
    ...{ groupId, name: 'Production', createDate: '2023-03-27T17:22:20Z', stateName: 'IDLE', links: { length: 3 } },
    ...{
      backupEnabled: true,
      paused: false,
      pitEnabled: false,
      clusterType: 'REPLICASET',
      internalClusterRole: 'NONE',
    },
    replicationSpecs: [{ regionConfigs: [{ electableSpecs: { instanceSize: 'M10' }, providerName: 'AWS' }] }],
  });
  expect(dedicated.links[2]).toEqual({ href: `${path}/backup/snapshots`, rel: 'https://cloud.mongodb.com/snapshots' });
  expect(free).toMatchObject({
    ...{ name: 'Sandbox', backupEnabled: false, paused: false },
    replicationSpecs: [{ regionConfigs: [{ electableSpecs: { instanceSize: 'M0' }, providerName: 'TENANT' }] }],
  });
});

it('a dedicated cluster has the seeded flags, createDate and stateName', async () => {
  const state = { backupEnabled: false, paused: true, stateName: 'DELETING', createDate: '2026-05-14T10:00:00Z' };
  const { get } = await openApi({ seed: { ...production, ...state } });
  expect((await get(clusterApiPath())).json.results).toMatchObject([state]);
});

it('a dedicated cluster has daily snapshots with the recorded fields, the newest about five hours old', async () => {
  const { get } = await openApi({ seed: production });
  const { results } = (await get(dedicatedPath())).json;
  const days = results.map(({ createdAt }: { createdAt: string }) => createdAt.slice(0, 10));
  expect(days).toEqual(['2026-05-12', '2026-05-13', '2026-05-14']);
  const id = expect.stringMatching(/^6a05afe0[a-f0-9]{16}$/);
  expect(results[2]).toEqual({
    ...{ cloudProvider: 'AWS', createdAt: '2026-05-14T11:21:00Z', expiresAt: '2026-05-21T11:20:00Z', id },
    ...{ copyRegions: [], frequencyType: 'daily', mongodVersion: '8.0.29', policyItems: [expect.any(String)] },
    ...{ replicaSetName: 'Production', snapshotType: 'scheduled', status: 'completed', type: 'replicaSet' },
    links: [{ href: expect.stringContaining(dedicatedPath(`/${results[2].id}`)), rel: 'self' }],
    storageSizeBytes: 1_582_854_144,
  });
});

it('seeded snapshots are sent as they are, and a free cluster has none', async () => {
  const snapshot = { id: otherId, status: 'queued', expiresAt: new Date('2026-05-15T10:00:00Z') };
  const { get } = await openApi({ seed: [{ ...production, snapshots: [snapshot] }, sandbox] });
  expect((await get(dedicatedPath())).json.results).toEqual([{ ...snapshot, expiresAt: '2026-05-15T10:00:00Z' }]);
  expect((await get(dedicatedPath('', 'Sandbox'))).json.results).toEqual([]);
});

it('a dedicated cluster has the schedule that Atlas creates', async () => {
  const { emulator, get } = await openApi({ seed: production });
  const { json } = await get(schedulePath());
  expect(json).toMatchObject({ clusterName: 'Production', links: [{ href: emulator.url + schedulePath() }, {}] });
  expect(json.nextSnapshot).toBe('2026-05-14T17:20:00Z');
  const items = json.policies[0].policyItems.map((item: Record<string, unknown>) => Object.values(item).join(' '));
  expect(items).toEqual([
    expect.stringMatching(/^6 hourly [a-f0-9]{24} days 7$/),
    expect.stringMatching(/^1 daily [a-f0-9]{24} days 7$/),
    expect.stringMatching(/^6 weekly [a-f0-9]{24} weeks 4$/),
    expect.stringMatching(/^40 monthly [a-f0-9]{24} months 12$/),
    expect.stringMatching(/^12 yearly [a-f0-9]{24} years 1$/),
  ]);
});

it.each([[[]], [[{ frequencyType: 'weekly', extra: 1 }]]])(
  'a schedule has the seeded items: %j',
  async (policyItems) => {
    const { get } = await openApi({ seed: { ...production, policyItems } });
    const { policies, nextSnapshot } = (await get(schedulePath())).json;
    expect(policies).toEqual([{ id: expect.any(String), policyItems }]);
    expect(nextSnapshot === undefined).toBe(policyItems.length === 0);
  },
);
