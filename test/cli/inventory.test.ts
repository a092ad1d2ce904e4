import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import { readInventory, updateInventory } from '../../src/cli/inventory.js';
import { formatProblems } from '../../src/cli/problems.js';
import { billing, down, office, ofShop, reportOf, shop, totals } from './support/reports.js';

const ofBilling = (clusterName: string) =>
  ({ groupId: billing, groupName: 'Billing', clusterType: 'dedicated', clusterName }) as const;
const checked = (name: ReturnType<typeof ofBilling | typeof ofShop>): BackupFinding => ({ ...name, state: 'new' });
const since = '2026-07-01T06:17:00.000Z';
const failedList = { groupId: office, clusterType: 'flex', state: 'unknown', error: down } as const;

let file = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'inventory-'));
  file = join(folder, 'inventory.json');
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const write = (...clusters: object[]) => writeFileSync(file, JSON.stringify({ formatVersion: 1, clusters }));
const written = () => JSON.parse(readFileSync(file, 'utf8'));
const namesIn = () => written().clusters.map(({ clusterName }: { clusterName: string }) => clusterName);

async function update(found: readonly BackupFinding[], args: string[] = [], notChecked = totals.notChecked) {
  const { problems, created } = updateInventory(await readInventory(file), reportOf(found, { notChecked }, args));
  return { lines: formatProblems(problems, 20), created };
}

describe('the inventory', () => {
  it('begins with the clusters that were checked, and a line says so', async () => {
    const found = [ofShop(''), ofShop('b'), ofBilling('x'), ofShop('a')].map(checked);
    const { lines, created } = await update([...found, failedList]);
    expect({ lines, created }).toEqual({
      lines: [],
      created: `--inventory ${file} was missing. It was created with 3 clusters.`,
    });
    const from = { since: '2026-08-10T12:00:30.000Z' };
    const clusters = [ofBilling('x'), ofShop('a'), ofShop('b')].map((name) => ({ ...name, ...from }));
    expect(written()).toEqual({ formatVersion: 1, clusters });
  });

  it('grows with every check, and keeps since when it has a cluster, under its latest name', async () => {
    write({ ...ofShop('a'), groupName: 'Old', since }, { ...ofBilling('x'), since });
    const { groupName: _, ...nameless } = ofBilling('x');
    const found: BackupFinding[] = [checked(ofShop('a')), { ...nameless, state: 'none' }, checked(ofShop('b'))];
    expect(await update(found)).toEqual({ lines: [], created: undefined });
    expect(written().clusters).toEqual([
      { ...ofBilling('x'), since },
      { ...ofShop('a'), since },
      { ...ofShop('b'), since: '2026-08-10T12:00:30.000Z' },
    ]);
  });

  it('says which cluster is gone, until an --exclude matches it, although another project has one of its name', async () => {
    write({ ...ofShop("x's"), since }, { ...ofBilling("x's"), since });
    const line = `Billing / x's: in ${file} since 2026-07-01, and no longer listed. If it was deleted on purpose, run the check once with --exclude 'Billing/x'\\''s'.`;
    for (const _ of ['today', 'tomorrow']) expect((await update([checked(ofShop("x's"))])).lines).toEqual([line]);
    expect((await update([checked(ofShop("x's"))], ["--exclude=Billing/x's"])).lines).toEqual([]);
    expect(namesIn()).toEqual(["x's"]);
  });

  it('reports one that is gone under the latest name of its project, by which patterns match it', async () => {
    write({ ...ofShop('b'), groupName: 'Old', since }, { ...ofShop('c'), groupName: undefined, since });
    const { lines } = await update([checked(ofShop('a'))], ['--include=Web Shop/*']);
    expect(lines).toEqual([expect.stringMatching(/^Web Shop \/ b, Web Shop \/ c: /)]);
  });

  it('names all that are gone in one line', async () => {
    write({ ...ofShop('b'), since: '2026-07-02' }, { ...ofShop('c'), since });
    expect((await update([checked(ofShop('a'))])).lines).toEqual([
      expect.stringMatching(
        /^Web Shop \/ b, Web Shop \/ c: in .* since 2026-07-01 or later, .* with an --exclude for each, such as --exclude 'Web Shop\/b'\.$/,
      ),
    ]);
  });

  it.each<[what: string, name: object, args: string[], isKept: boolean]>([
    ['a free one', ofShop('sandbox'), [], true],
    ['one that is being deleted', ofBilling('gone'), [], true],
    ['an excluded one', ofShop('old'), ['--exclude=*/old'], false],
    ['an excluded one of a renamed project', { ...ofShop('old'), groupName: 'X' }, ['--exclude=Web*/old'], false],
    ['one that is not included', ofBilling('x'), ['--include=Web Shop/*'], true],
    ['an excluded one that is not included', ofBilling('x'), ['--include=Web Shop/*', '--exclude=*/x'], true],
    ['one of another project', ofBilling('x'), [`--project=${shop}`], true],
    ['one of a project of which a list failed', { ...ofShop('x'), groupId: office }, ['--exclude=*/x'], true],
  ])('does not report %s', async (_what, name, args, isKept) => {
    write({ ...name, since });
    const { lines } = await update([checked(ofShop('a')), failedList], args);
    expect({ lines, names: namesIn() }).toMatchObject({ lines: [], names: { length: isKept ? 2 : 1 } });
  });

  it.each([
    ['is empty', '', 'is not an inventory'],
    ['is cut', '{"formatVersion": 1, "clusters": [', 'is not an inventory'],
    ['is of another format', '{"formatVersion": 2, "clusters": []}', 'is not an inventory'],
    ['has odd clusters', '{"formatVersion": 1, "clusters": [{}]}', 'is not an inventory'],
    ['is a report', '{"formatVersion": 1, "findings": []}', 'is not an inventory'],
  ])('that %s is left as it is, and said', async (_what, text, why) => {
    writeFileSync(file, text);
    expect((await update([checked(ofShop('a'))])).lines).toEqual([
      expect.stringContaining(`--inventory: ${file} ${why}. `),
    ]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('that cannot be read or written is said', async () => {
    mkdirSync(file);
    expect((await update([checked(ofShop('a'))])).lines[0]).toMatch(/ cannot be read: EISDIR/);
    file = join(file, 'missing', 'inventory.json');
    expect(await update([checked(ofShop('a'))])).toEqual({
      lines: [expect.stringMatching(/ could not be written: ENOENT/)],
      created: undefined,
    });
  });
});
