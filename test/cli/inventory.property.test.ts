import { expect, it } from 'vitest';
import type { BackupCheckTotals, BackupFinding, ClusterName } from '../../src/check/index.js';
import { compareInventory, findDepartures, nextInventory } from '../../src/cli/inventory.js';
import type { Entry } from '../../src/cli/inventory-file.js';
import { findProblems } from '../../src/cli/problems.js';
import { optionsOf, reportOf } from './support/reports.js';

const kinds = ['flex', 'dedicated', 'free', 'deleting', 'deleted'] as const;
/** A project, whose name ends with the digit of its ID, so that no two have the same. */
interface Project {
  readonly groupId: string;
  name: string;
  readonly clusters: Map<string, (typeof kinds)[number]>;
}

const prefixes = ['prod', 'shop', 'test'];
const clusterNames = ['Cluster0', 'carts', 'ledger'];

it.each([[[]], [['prod-*/*']], [['prod-*/*', '*/ledger']], [[`${'a'.repeat(24)}/*`, 'shop-*/c*']]])(
  'with the patterns %j, no cluster leaves the inventory and the check in a year without a problem or an --exclude',
  (included) => {
    for (let seed = 1; seed <= 4; seed += 1) expect(runYear(seed, included), `seed ${seed}`).toEqual([]);
  },
);

/** Checks a fleet each day, and compares with a model. Returns the clusters that left in silence. */
function runYear(seed: number, included: readonly string[]): string[] {
  let state = seed;
  const of = <T>(items: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[Math.floor((state / 2 ** 32) * items.length)] as T;
  };
  const fleet = ['a', 'b', 'c'].map(
    (digit): Project => ({ groupId: digit.repeat(24), name: `prod-${digit}`, clusters: new Map() }),
  );
  /** The model: the clusters that were checked, and the names that their projects had since then. */
  const watched = new Map<string, Set<string>>();
  const silent: string[] = [];
  let entries: Entry[] = [];
  for (let day = 0; day < 365; day += 1) {
    const changed = of(fleet);
    if (day % 7 === 0) changed.name = `${of(prefixes)}-${changed.groupId[0]}`;
    else changed.clusters.set(of(clusterNames), of(kinds));
    const excluded = `${of([...fleet.map(({ name }) => name), '*', ...Array(16).fill('none')])}/${of(clusterNames)}`;
    const args = ['--inventory=FILE', ...included.map((pattern) => `--include=${pattern}`), `--exclude=${excluded}`];
    const report = reportOf(...check(fleet, args), args);
    const compared = compareInventory(entries, report);
    entries = nextInventory(compared, report);
    const problems = findProblems(report, findDepartures(compared, report)).map(({ about }) => about);
    const checked = report.findings.map(({ groupName, clusterName }) => `${groupName} / ${clusterName}`);
    for (const [key, names] of watched) {
      const [groupId, cluster = ''] = key.split('/');
      const { name, clusters } = fleet.find((project) => project.groupId === groupId) ?? changed;
      names.add(name);
      const isSaid = [...names].some((name) => [...problems, ...checked].includes(`${name} / ${cluster}`));
      if (['*', ...names].some((name) => excluded === `${name}/${cluster}`)) watched.delete(key);
      else if (!isSaid && clusters.get(cluster) !== 'deleting') silent.push(`day ${day}: ${key}`);
    }
    for (const { groupId, groupName = '', clusterName } of report.findings) {
      watched.set(`${groupId}/${clusterName}`, new Set([groupName]));
    }
  }
  return silent;
}

/** What a check with these arguments finds. */
function check(fleet: readonly Project[], args: readonly string[]): [BackupFinding[], BackupCheckTotals] {
  const { filter } = optionsOf(...args).ofCheck;
  const found: BackupFinding[] = [];
  const notChecked: BackupCheckTotals['notChecked'] = [];
  const list = (name: ClusterName, kind: (typeof kinds)[number]) => {
    if (kind === 'free' || kind === 'deleting') notChecked.push({ ...name, reason: kind });
    else if (filter?.(name)) found.push({ ...name, state: 'new' });
    else notChecked.push({ ...name, reason: 'filtered' });
  };
  for (const { groupId, name: groupName, clusters } of fleet) {
    for (const [clusterName, kind] of clusters) {
      const clusterType = kind === 'flex' ? 'flex' : 'dedicated';
      if (kind !== 'deleted') list({ groupId, groupName, clusterName, clusterType }, kind);
    }
  }
  return [found, { projects: fleet.length, notChecked }];
}
