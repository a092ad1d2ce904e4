import { describe, expect, it } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import { compareInventory, findDepartures, nextInventory } from '../../src/cli/inventory.js';
import type { Entry } from '../../src/cli/inventory-file.js';
import { formatProblems } from '../../src/cli/problems.js';
import { billing, down, office, ofShop, reportOf, shop, totals } from './support/reports.js';

const ofBilling = (clusterName: string) =>
  ({ groupId: billing, groupName: 'Billing', clusterType: 'dedicated', clusterName }) as const;
const checked = (name: ReturnType<typeof ofBilling | typeof ofShop>): BackupFinding => ({ ...name, state: 'new' });
const since = '2026-07-01T06:17:00.000Z';
const today = '2026-08-10T12:00:30.000Z';
const failedList = { groupId: office, clusterType: 'flex', state: 'unknown', error: down } as const;

/** Compares an inventory with what a check found. Returns the lines, and the next inventory. */
function update(
  entries: readonly Entry[],
  found: readonly BackupFinding[],
  args: string[] = [],
  notChecked = totals.notChecked,
) {
  const report = reportOf(found, { notChecked }, ['--inventory=FILE', ...args]);
  const watched = compareInventory(entries, report);
  return { lines: formatProblems(findDepartures(watched, report), 20), next: nextInventory(watched, report) };
}

const lineOf = (cluster: string, what: string) =>
  `${cluster.replace('/', ' / ')}: watched since 2026-07-01, and ${what} If that is intended, run: atlas-tenant-snapshots forget FILE '${cluster}'`;
const unlisted = 'no longer listed. Other clusters of its project are still listed.';
const idOf = (digit: string) => digit.repeat(24);

describe('the inventory', () => {
  it('begins with the clusters that were checked, except those without a name', () => {
    const found = [ofShop(''), ofShop('b'), ofBilling('x'), ofShop('a')].map(checked);
    const next = [ofBilling('x'), ofShop('a'), ofShop('b')].map((name) => ({ ...name, since: today }));
    expect(update([], [...found, failedList])).toEqual({ lines: [], next });
  });

  it('grows with every check, and keeps since when it has a cluster, under its latest name and with its ID', () => {
    const entries = [
      { ...ofShop('a'), groupName: 'Old', since },
      { ...ofBilling('x'), clusterId: idOf('1'), since },
      { ...ofBilling('y'), since },
    ];
    const { groupName: _, ...nameless } = ofBilling('x');
    const found: BackupFinding[] = [
      { ...checked(ofShop('a')), clusterId: idOf('2') },
      { ...nameless, state: 'none' },
      { ...nameless, clusterName: 'y', state: 'none' },
      checked(ofShop('b')),
    ];
    const next = [
      { ...ofBilling('x'), clusterId: idOf('1'), since },
      { ...ofBilling('y'), since },
      { ...ofShop('a'), clusterId: idOf('2'), since },
      { ...ofShop('b'), since: today },
    ];
    expect(update(entries, found)).toEqual({ lines: [], next });
    // An --exclude that has the old name matches nothing that is listed.
    expect(update(entries, found, ['--exclude=Old/a'])).toEqual({ lines: [], next });
  });

  it('says which cluster is gone, and keeps it, although another project has one of its name', () => {
    const entries = [ofBilling("x's"), ofShop("x's")].map((name) => ({ ...name, since }));
    const found = [checked(ofShop("x's"))];
    const line = lineOf("Billing/x's", unlisted).replace(/'Billing\/.*/, "'Billing/x'\\''s'");
    const { lines, next } = update(entries, found);
    expect({ lines, next }).toEqual({ lines: [line], next: entries });
    expect(update(next, found, ["--exclude=Billing/x's"])).toEqual({ lines: [], next: entries });
    expect(update(next, [...found, checked(ofBilling("x's"))])).toEqual({ lines: [], next: entries });
  });

  it('says of one that is gone whether its project is', () => {
    const entry = { ...ofShop('a'), groupId: office, groupName: 'O*', since };
    expect(update([entry], []).lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^O\\* / a: .* listed\\. No cluster of its project is listed any more: the cluster .* FILE '${office}/a'$`,
        ),
      ),
    ]);
  });

  it('names all that are gone in one line, under the latest name of their project, by which the command finds them', () => {
    const entries = [
      { ...ofShop('b'), groupName: 'Old', since: '2026-07-02' },
      { ...ofShop('c'), groupName: undefined, since },
    ];
    const { lines, next } = update(entries, [checked(ofShop('a'))], ['--include=Web Shop/*']);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Web Shop \/ b, Web Shop \/ c: watched since 2026-07-01 or later, .* FILE 'Web Shop\/b' 'Web Shop\/c'$/,
      ),
    ]);
    expect(next.map(({ groupName }) => groupName)).toEqual(['Web Shop', 'Web Shop', 'Web Shop']);
  });

  it('says that another cluster has the name of one, and keeps the ID of the first', () => {
    const entry = { ...ofShop('a'), clusterId: idOf('1'), since };
    const what = 'replaced: another cluster has its name now, without its backups.';
    const found = { ...checked(ofShop('a')), clusterId: idOf('2') };
    expect(update([entry], [found])).toEqual({ lines: [lineOf('Web Shop/a', what)], next: [entry] });
  });

  it('says that a free cluster is in the place of one', () => {
    const entry = { ...ofShop('sandbox'), since };
    const what = 'now free: Atlas does not back up a free cluster.';
    expect(update([entry], [])).toEqual({ lines: [lineOf('Web Shop/sandbox', what)], next: [entry] });
    expect(update([entry], [], ['--exclude=*/sandbox'])).toEqual({ lines: [], next: [entry] });
  });

  const old = { ...ofShop('a'), groupName: 'shop-old', since };
  it.each([
    [['--include=shop-*/*'], 'no longer matched by --include, which needs the new name of its project: Web Shop.'],
    [['--exclude=Web*/a'], 'matched by --exclude: its project is now Web Shop.'],
  ])('says that a new name leaves one out by %j, also if a list failed, and keeps its name', (args, what) => {
    const lines = [lineOf('shop-old/a', what)];
    const left = { ...ofShop('a'), reason: 'filtered' as const };
    expect(update([old], [], args, [left])).toEqual({ lines, next: [old] });
    const failed = { ...failedList, groupId: shop, groupName: 'Web Shop' };
    expect(update([old], [failed], args)).toEqual({ lines, next: [old] });
    // If it is gone, that is what has to be said.
    expect(update([old], [], args).lines).toEqual([lineOf('shop-old/a', unlisted)]);
    expect(update([old], [], [...args, '--exclude=shop-old/a'], [left])).toEqual({ lines: [], next: [old] });
  });

  it.each<[what: string, name: Omit<Entry, 'since'>, args: string[]]>([
    ['one that is being deleted', ofBilling('gone'), []],
    ['an excluded one', ofShop('old'), ['--exclude=*/old']],
    ['one that is not included', ofBilling('x'), ['--include=Web Shop/*']],
    [
      'one that is excluded by its new name, and by its old one not included',
      old,
      ['--include=W*/*', '--exclude=W*/*'],
    ],
    ['one of another project', ofBilling('x'), [`--project=${shop}`]],
    ['one of a project of which a list failed', { ...ofShop('x'), groupId: office }, ['--exclude=*/x']],
  ])('does not report %s, and keeps it', (_what, name, args) => {
    const entry = { ...name, since };
    const { lines, next } = update([entry], [checked(ofShop('c')), failedList], args);
    expect({ lines, next }).toMatchObject({ lines: [], next: expect.arrayContaining([entry]) });
  });

  it('does not compare the IDs of a project of which a list failed', () => {
    const entry = { ...ofShop('a'), clusterId: idOf('1'), since };
    const found: BackupFinding[] = [
      { ...checked(ofShop('a')), clusterId: idOf('2') },
      { ...failedList, groupId: shop },
    ];
    expect(update([entry], found)).toEqual({ lines: [], next: [entry] });
  });
});
