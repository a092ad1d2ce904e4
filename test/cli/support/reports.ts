import type { BackupCheckTotals, BackupFinding } from '../../../src/check/index.js';
import { readCheckOptions } from '../../../src/cli/check-options.js';
import { withNames } from '../../../src/cli/names.js';
import { arrange, type Report } from '../../../src/cli/report.js';
import { AtlasConnectionError } from '../../../src/index.js';

export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
export const [shop, billing, office] = ['a', 'b', 'c'].map((digit) => digit.repeat(24)) as [string, string, string];
const now = Date.parse('2026-08-10T12:00:30Z');

export const down = new AtlasConnectionError('Atlas is down.');
export const ofShop = (clusterName: string) =>
  ({ groupId: shop, groupName: 'Web Shop', clusterType: 'flex', clusterName }) as const;
const ofBilling = (clusterName: string) =>
  ({ groupId: billing, groupName: 'Billing', clusterType: 'dedicated', clusterName }) as const;
export const backup = (age: number, maxAge = 26 * hour) => ({
  newest: { snapshotId: '5'.repeat(24), time: new Date(now - age) },
  age,
  maxAge,
  oldest: { snapshotId: '4'.repeat(24), time: new Date(now - age - 7 * day) },
  backups: 8,
});
export const lastFailed = { snapshotId: '6'.repeat(24), time: new Date(now - hour) };

/** A finding of each state and type. */
export const findings: BackupFinding[] = [
  { ...ofShop('carts'), state: 'fresh', ...backup(5 * hour + 12 * minute) },
  { ...ofShop('Archive'), state: 'fresh', ...backup(30 * minute), lastFailed },
  { ...ofBilling('reports'), state: 'fresh', ...backup(3 * day, 170 * hour), lastFailed },
  { ...ofBilling('drafts'), state: 'new' },
  { ...ofBilling('audits'), state: 'paused', ...backup(12 * day) },
  { ...ofShop('orders'), state: 'unknown', error: down },
  { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
  { groupId: office, clusterType: 'dedicated', state: 'unknown', error: down },
  { ...ofBilling('invoices'), state: 'stale', ...backup(2 * day), reason: 'no schedule' },
  { ...ofShop('users'), state: 'stale', ...backup(3 * day + 8 * hour) },
  { ...ofShop('tests'), state: 'none', lastFailed },
  { ...ofBilling('ledger'), state: 'none', reason: 'backup off' },
];

export const excluded = [withNames<BackupFinding>({ ...ofShop('old'), state: 'none' })];
export const totals: BackupCheckTotals = {
  projects: 2,
  free: ['sandbox', 'playground'].map((clusterName) => ({ groupId: shop, groupName: 'Web Shop', clusterName })),
};

/** The report of a check that found this. */
export function reportOf(
  found: readonly BackupFinding[],
  { excluded = [], ...more }: Partial<Report> = {},
  totals: BackupCheckTotals = { projects: 2, free: [] },
): Report {
  const { given } = readCheckOptions([]);
  const asked = { maxAge: 26 * hour, server: 'https://cloud.mongodb.com', login: 'API key', options: given };
  return { checkedAt: new Date(now), ...asked, ...arrange(found.map(withNames), excluded, totals), ...more };
}
