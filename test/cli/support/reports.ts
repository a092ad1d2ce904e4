import { parseArgs } from 'node:util';
import type { BackupCheckTotals, BackupFinding } from '../../../src/check/index.js';
import { checkOptions, readCheckOptions } from '../../../src/cli/check-options.js';
import { type CheckReport, toReport } from '../../../src/cli/check-report.js';
import { type Login, logins } from '../../../src/client/config/environment.js';
import { AtlasConnectionError } from '../../../src/client/index.js';

const minute = 60_000;
export const [hour, day] = [3_600_000, 86_400_000];
export const [shop, billing, office] = ['a', 'b', 'c'].map((digit) => digit.repeat(24)) as [string, string, string];
const now = Date.parse('2026-08-10T12:00:30Z');

const [, , login] = logins as readonly [Login, Login, Login];
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
  { ...ofBilling('taxes'), state: 'short', ...backup(hour), minHistory: 14 * day },
  { ...ofShop('orders'), state: 'unknown', error: down },
  { groupId: office, clusterType: 'flex', state: 'unknown', error: down },
  { groupId: office, clusterType: 'dedicated', state: 'unknown', error: down },
  { ...ofBilling('invoices'), state: 'stale', ...backup(2 * day), reason: 'no schedule' },
  { ...ofShop('users'), state: 'stale', ...backup(3 * day + 8 * hour) },
  { ...ofShop('tests'), state: 'none', lastFailed },
  { ...ofBilling('ledger'), state: 'none', reason: 'backup off' },
];

export const totals: BackupCheckTotals = {
  projects: 2,
  projectsNotRead: [],
  notChecked: [
    { ...ofShop('sandbox'), reason: 'free' },
    { ...ofBilling('gone'), reason: 'deleting' },
    { ...ofShop('old'), reason: 'filtered' },
  ],
};

/** The options of these arguments. */
export const optionsOf = (...args: string[]) => readCheckOptions(parseArgs({ args, options: checkOptions }).values);

/** The report of a check with these arguments that found this. */
export function reportOf(
  found: readonly BackupFinding[],
  { projects = 2, projectsNotRead = [], notChecked = [], clockOffset }: Partial<BackupCheckTotals> = {},
  args: readonly string[] = [],
): CheckReport {
  const options = optionsOf(...args);
  const times = { checkedAt: new Date(now), finishedAt: new Date(now + 1_500) };
  return toReport({ options, login, ...times }, found, { projects, projectsNotRead, notChecked, clockOffset });
}
