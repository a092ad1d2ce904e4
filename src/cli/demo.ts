import type { AtlasEmulator } from '../testing/index.js';

/** Adds a project with a cluster in each state of a check. */
export function addDemo(emulator: AtlasEmulator): void {
  const groupId = '60f1c2d3e4a5b6978877665a';
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const flex = (age: number) => [{ id: 'f'.repeat(24), status: 'COMPLETED', finishTime: ago(age) }];
  const dedicated = (age: number) => [{ id: 'd'.repeat(24), status: 'completed', createdAt: ago(age) }];
  const clusters = [
    { clusterName: 'carts', snapshots: flex(5) }, // fresh
    { clusterName: 'orders', snapshots: flex(80) }, // stale
    { clusterName: 'invoices', dedicated: true, backupEnabled: false }, // none
    { clusterName: 'archive', dedicated: true, paused: true, snapshots: dedicated(291) }, // paused
    { clusterName: 'users', createDate: ago(3), snapshots: [] }, // new
    { clusterName: 'reports', dedicated: true }, // unknown
  ];
  for (const cluster of clusters) emulator.seed({ groupId, groupName: 'Demo', ...cluster });
  const path = `/api/atlas/v2/groups/${groupId}/clusters/reports/backup/snapshots`;
  emulator.respond({ status: 401, errorCode: 'USER_UNAUTHORIZED', path, times: Infinity });
}
