import type { AtlasEmulator } from '../testing/index.js';

/** Adds a project with a cluster in each state of a check. */
export function addDemo(emulator: AtlasEmulator): void {
  const groupId = '60f1c2d3e4a5b6978877665a';
  const seed = (cluster: Parameters<AtlasEmulator['seed']>[0]) =>
    emulator.seed({ groupId, groupName: 'Demo', ...cluster });
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const taken = (time: Date) => [{ id: 'd'.repeat(24), status: 'completed', createdAt: time }];
  seed({ clusterName: 'carts', dedicated: true }); // fresh
  seed({ clusterName: 'orders', dedicated: true, snapshots: taken(ago(80)) }); // stale
  seed({ clusterName: 'invoices', dedicated: true, backupEnabled: false }); // none
  seed({ clusterName: 'archive', dedicated: true, paused: true, snapshots: taken(ago(291)) }); // paused
  seed({ clusterName: 'users', createDate: ago(3), snapshots: [] }); // new
  seed({ clusterName: 'reports', dedicated: true }); // unknown
  const path = `/api/atlas/v2/groups/${groupId}/clusters/reports/backup/snapshots`;
  emulator.respond({ status: 403, body: 'Forbidden', path, times: Infinity });
  // A shorter name, so that the table fits into 80 columns.
  emulator.seed({ groupName: 'Default' });
}
