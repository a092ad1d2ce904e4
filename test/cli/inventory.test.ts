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
function update(entries: readonly Entry[], found: readonly BackupFinding[], args: string[] = []) {
  const report = reportOf(found, totals, ['--inventory=FILE', ...args]);
  const compared = compareInventory(entries, report);
  return { lines: formatProblems(findDepartures(compared, report), 20), next: nextInventory(compared, report) };
}

describe('the inventory', () => {
  it('begins with the clusters that were checked, except those without a name', () => {
    const found = [ofShop(''), ofShop('b'), ofBilling('x'), ofShop('a')].map(checked);
    const next = [ofBilling('x'), ofShop('a'), ofShop('b')].map((name) => ({ ...name, since: today }));
    expect(update([], [...found, failedList])).toEqual({ lines: [], next });
  });

  it('grows with every check, and keeps since when it has a cluster, under its latest name', () => {
    const entries = [
      { ...ofShop('a'), groupName: 'Old', since },
      { ...ofBilling('x'), since },
    ];
    const { groupName: _, ...nameless } = ofBilling('x');
    const found: BackupFinding[] = [checked(ofShop('a')), { ...nameless, state: 'none' }, checked(ofShop('b'))];
    const next = [
      { ...ofBilling('x'), since },
      { ...ofShop('a'), since },
      { ...ofShop('b'), since: today },
    ];
    expect(update(entries, found)).toEqual({ lines: [], next });
    // An --exclude that has the old name matches nothing that is listed.
    expect(update(entries, found, ['--exclude=Old/a'])).toEqual({ lines: [], next });
  });

  it('says which cluster is gone, until an --exclude matches it, although another project has one of its name', () => {
    const entries = [ofShop("x's"), ofBilling("x's")].map((name) => ({ ...name, since }));
    const line = `Billing / x's: in FILE since 2026-07-01, and no longer listed. If it was deleted on purpose, run the check once with --exclude 'Billing/x'\\''s'.`;
    const { lines, next } = update(entries, [checked(ofShop("x's"))]);
    expect(lines).toEqual([line]);
    expect(update(next, [checked(ofShop("x's"))]).lines).toEqual([line]);
    const last = update(next, [checked(ofShop("x's"))], ["--exclude=Billing/x's"]);
    expect(last).toEqual({ lines: [], next: [{ ...ofShop("x's"), since }] });
  });

  it('reports all that are gone in one line, under the latest name of their project, by which patterns match them', () => {
    const entries = [
      { ...ofShop('b'), groupName: 'Old', since: '2026-07-02' },
      { ...ofShop('c'), groupName: undefined, since },
    ];
    const { lines } = update(entries, [checked(ofShop('a'))], ['--include=Web Shop/*']);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Web Shop \/ b, Web Shop \/ c: in .* since 2026-07-01 or later, .* If they were .* with an --exclude for each, such as --exclude 'Web Shop\/b'\.$/,
      ),
    ]);
  });

  it('reports one of which --include matches only the old name, which it keeps until a pattern matches', () => {
    const entry = { ...ofShop('a'), groupName: 'shop-old', since };
    const include = '--include=shop-*/*';
    const [left] = [{ ...ofShop('a'), reason: 'filtered' as const }];
    const run = (...args: string[]) => {
      const report = reportOf([], { notChecked: [left] }, ['--inventory=FILE', ...args]);
      const compared = compareInventory([entry], report);
      return { lines: formatProblems(findDepartures(compared, report), 20), next: nextInventory(compared, report) };
    };
    const line = `shop-old / a: in FILE since 2026-07-01, but --include no longer matches it: its project is now Web Shop. Include that name, or run the check once with --exclude 'shop-old/a'.`;
    expect(run(include)).toEqual({ lines: [line], next: [entry] });
    expect(run(include, '--exclude=shop-old/a')).toEqual({ lines: [], next: [] });
    expect(run(include, '--exclude=Web Shop/*')).toEqual({ lines: [], next: [] });
    // A list that failed is not reported for a project that is not included.
    const unlisted = update([entry], [{ ...failedList, groupId: shop, groupName: 'Web Shop' }], [include]);
    expect(unlisted).toEqual({ lines: [line], next: [entry] });
    const renamed = update([entry], [checked(ofShop('a'))], [include, '--include=Web*/a']);
    expect(renamed).toEqual({ lines: [], next: [{ ...ofShop('a'), since }] });
  });

  it('reports one in whose place is a free cluster', () => {
    const entry = { ...ofShop('sandbox'), since };
    const line = `Web Shop / sandbox: in FILE since 2026-07-01, but now free, and Atlas does not back up a free cluster. If it was replaced on purpose, run the check once with --exclude 'Web Shop/sandbox'.`;
    expect(update([entry], [])).toEqual({ lines: [line], next: [entry] });
    expect(update([entry], [], ['--exclude=*/sandbox'])).toEqual({ lines: [], next: [] });
  });

  it.each<[what: string, name: Omit<Entry, 'since'>, args: string[], isKept: boolean]>([
    ['one that is being deleted', ofBilling('gone'), [], true],
    ['an excluded one', ofShop('old'), ['--exclude=*/old'], false],
    ['an excluded one of a renamed project', { ...ofShop('old'), groupName: 'X' }, ['--exclude=Web*/old'], false],
    ['one that is not included', ofBilling('x'), ['--include=Web Shop/*'], true],
    ['an excluded one that is not included', ofBilling('x'), ['--include=Web Shop/*', '--exclude=*/x'], true],
    ['one of another project', ofBilling('x'), [`--project=${shop}`], true],
    ['one of a project of which a list failed', { ...ofShop('x'), groupId: office }, ['--exclude=*/x'], true],
  ])('does not report %s', (_what, name, args, isKept) => {
    const { lines, next } = update([{ ...name, since }], [checked(ofShop('a')), failedList], args);
    expect({ lines, next }).toMatchObject({ lines: [], next: { length: isKept ? 2 : 1 } });
  });
});
