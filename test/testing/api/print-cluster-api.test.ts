import { expect, it } from 'vitest';
import { clusterApiPath, dedicatedPath, openApi, otherId, schedulePath } from '../support/open-api.js';

// test/testing/exchanges.http has the fields of a cluster, its snapshots and its schedule.
const production = { clusterName: 'Production', dedicated: true } as const;

it('a dedicated cluster has the seeded flags, createDate and stateName', async () => {
  const state = { backupEnabled: false, paused: true, stateName: 'DELETING', createDate: '2026-05-14T10:00:00Z' };
  const { get } = await openApi({ seed: { ...production, ...state } });
  expect((await get(clusterApiPath())).json.results).toMatchObject([state]);
});

it('seeded snapshots are sent as they are, and a free cluster has none', async () => {
  const snapshot = { id: otherId, status: 'queued', expiresAt: new Date('2026-05-15T10:00:00Z') };
  const seed = [
    { ...production, snapshots: [snapshot] },
    { clusterName: 'Sandbox', free: true },
  ];
  const { get } = await openApi({ seed });
  expect((await get(dedicatedPath())).json.results).toEqual([{ ...snapshot, expiresAt: '2026-05-15T10:00:00Z' }]);
  expect((await get(dedicatedPath('', 'Sandbox'))).json.results).toEqual([]);
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
