import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupCheckTotals, BackupFinding } from '../../src/check/index.js';
import { compareAndSave, findDepartures, updateInventory } from '../../src/cli/inventory.js';
import type { Entry } from '../../src/cli/inventory-file.js';
import { openFolder } from '../support/open-folder.js';
import { billing, down, ofShop, reportOf, shop } from './support/reports.js';

const since = '2026-07-01T06:17:00.000Z';
const today = '2026-08-10T12:00:30.000Z';
const idOf = (digit: string) => digit.repeat(24);
const entry: Entry = { ...ofShop('a'), clusterId: idOf('1'), since };
const checked = (clusterName: string, clusterId?: string): BackupFinding => {
  return { ...ofShop(clusterName), ...(clusterId && { clusterId }), state: 'new' };
};
const failedList = { ...entry, clusterName: undefined, clusterId: undefined, state: 'unknown', error: down } as const;
const notChecked = (reason: BackupCheckTotals['notChecked'][number]['reason']) => ({
  notChecked: [{ ...ofShop('a'), reason }],
});

describe('the inventory', () => {
  it.each<[what: string, found: BackupFinding[], left: Partial<BackupCheckTotals>, args?: string[]]>([
    ['unlisted', [checked('b')], {}],
    ['unlisted', [checked('b')], notChecked('internal')],
    ['project unlisted', [{ ...checked('a'), groupId: billing }], {}],
    ['replaced', [checked('a', idOf('2'))], {}],
    ['free', [], notChecked('free')],
    ['deleting', [], notChecked('deleting')],
    ['excluded', [], notChecked('filtered'), ['--exclude=Web Shop/a']],
    ['excluded', [failedList], {}, ['--exclude=Web Shop/*']],
    ['not included', [], notChecked('filtered'), ['--include=Web Shop/b']],
    ['not included', [], { projectsNotRead: [{ groupId: shop }] }],
  ])('says that a cluster is %s', (departure, found, left, args = []) => {
    const report = reportOf(found, left, args);
    const { clusterId, ...named } = entry;
    expect(findDepartures([entry], report)).toEqual([{ ...named, departure }]);
    // It stays until its line is deleted.
    expect(updateInventory([entry], report)).toContainEqual(entry);
  });

  it.each<[what: string, found: BackupFinding[], args?: string[]]>([
    ['is checked', [checked('a', idOf('1'))]],
    ['has no ID any more', [checked('a')]],
    ['is of a project of which a list failed', [failedList, checked('b')]],
    ['is excluded there', [failedList], ['--exclude=Web Shop/a']],
  ])('says nothing of a cluster that %s', (_what, found, args) => {
    expect(findDepartures([entry], reportOf(found, {}, args))).toEqual([]);
  });

  it('grows with every check, and keeps since when it has a cluster, with its latest type and its first ID', () => {
    const nameless = { ...ofShop('b'), since };
    const found: BackupFinding[] = [
      { ...checked('a', idOf('1')), clusterType: 'dedicated' },
      checked('b', idOf('2')),
      checked('c'),
      failedList,
    ];
    const updated = updateInventory([entry, nameless], reportOf(found));
    expect(updated).toMatchObject([
      { ...entry, clusterType: 'dedicated' },
      { ...nameless, clusterId: idOf('2') },
      { ...ofShop('c'), since: today },
    ]);
    expect(updated).toHaveLength(3);
  });

  it('has a line for each kind of departure, with the latest name of the project, and the way to acknowledge it', () => {
    const file = join(openFolder(), 'my inventory');
    const names = ['a', ...Array.from({ length: 22 }, (_, index) => `x${index}`)];
    const entries = names.map((clusterName) => ({ ...entry, groupName: 'Old', clusterName }));
    const report = reportOf([checked('b')], notChecked('free'));
    const { departed, lines } = compareAndSave({ status: 'read', file, text: '', entries }, report);
    const end = `If that is intended, delete its line in ${file}.`;
    const free = `Web Shop / a: in the inventory, but now free: Atlas does not back up a free cluster. ${end}`;
    expect(lines).toEqual([
      { text: free, isProblem: true },
      {
        text: expect.stringMatching(/^Web Shop \/ x0, .*, Web Shop \/ x19 and 2 more: in the .* no longer listed\. /),
        isProblem: true,
      },
    ]);
    expect(lines[1]?.text.endsWith(end)).toBe(true);
    expect(departed).toHaveLength(23);
    expect(readFileSync(file, 'utf8').match(/"groupName":"Web Shop"/g)).toHaveLength(24);
  });
});
