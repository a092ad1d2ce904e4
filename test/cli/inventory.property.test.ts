import { expect, it } from 'vitest';
import type { BackupCheckTotals, BackupFinding, ClusterName } from '../../src/check/index.js';
import type { Report } from '../../src/cli/check-report.js';
import { compareInventory, findDepartures, nextInventory } from '../../src/cli/inventory.js';
import type { Entry } from '../../src/cli/inventory-file.js';
import { findProblems } from '../../src/cli/problems.js';
import { down, optionsOf, reportOf } from './support/reports.js';

type Kind = 'flex' | 'dedicated' | 'free' | 'deleting';
interface Project {
  readonly groupId: string;
  name: string;
  readonly clusters: Map<string, Kind>;
  hasFailed: boolean;
}
type Random = ReturnType<typeof seededRandom>;

const projectNames = ['prod-shop', 'prod-pay', 'shop-prod', 'test'];
const clusterNames = ['Cluster0', 'carts', 'ledger'];
const ids = ['a', 'b', 'c'].map((digit) => digit.repeat(24));

it.each([[[]], [['prod-*/*']], [['prod-*/*', '*/ledger']], [[`${ids[0]}/*`, 'shop-*/c*']]])(
  'with the patterns %j, no cluster leaves the inventory and the check in a year without a problem or an --exclude',
  (included) => {
    const include = included.map((pattern) => `--include=${pattern}`);
    for (let seed = 1; seed <= 12; seed += 1) expect(runYear(seed, include), `seed ${seed}`).toEqual([]);
  },
);

/** Checks a fleet each day, and compares with a model. Returns the clusters that left in silence. */
function runYear(seed: number, include: readonly string[]): string[] {
  const random = seededRandom(seed);
  let fleet: Project[] = [];
  let entries: Entry[] = [];
  /** The model: the clusters that were checked, and the names that their projects had since then. */
  const watched = new Map<string, Set<string>>();
  const silent: string[] = [];
  for (let day = 0; day < 365; day += 1) {
    fleet = changeFleet(fleet, random);
    // A pattern that matches nothing on four of five days.
    const excluded = `${random.of(random.chance(0.2) ? [...projectNames, '*'] : ['none'])}/${random.of(clusterNames)}`;
    const args = [...include, '--inventory=FILE', `--exclude=${excluded}`];
    const report = reportOf(...checkFleet(fleet, args), args);
    const compared = compareInventory(entries, report);
    entries = nextInventory(compared, report);
    const problems = findProblems(report, findDepartures(compared, report));
    const shown = new Set([...problems.map(({ about }) => about), ...report.findings.map(showOf)]);
    for (const [key, names] of watched) {
      const [groupId, cluster = ''] = key.split('/');
      const project = fleet.find((one) => one.groupId === groupId);
      if (project) names.add(project.name);
      const isExcluded = ['*', ...names].some((name) => excluded === `${name}/${cluster}`);
      const isShown = [...names].some((name) => shown.has(`${name} / ${cluster}`));
      if (isExcluded) watched.delete(key);
      else if (!isShown && !isExcused(project, cluster, shown)) silent.push(`day ${day}: ${key}`);
    }
    watch(report, watched);
  }
  return silent;
}

/** Whether a cluster is being deleted, or in a list that failed, which the check says. */
function isExcused(project: Project | undefined, cluster: string, shown: ReadonlySet<string>): boolean {
  if (project?.clusters.get(cluster) === 'deleting') return true;
  return project?.hasFailed === true && shown.has(`${project.name} / Flex clusters`);
}

function watch({ findings }: Report, watched: Map<string, Set<string>>): void {
  for (const { groupId, groupName = '', clusterName } of findings) {
    if (clusterName !== undefined) watched.set(`${groupId}/${clusterName}`, new Set([groupName]));
  }
}

const showOf = ({ groupName, clusterName }: BackupFinding) => `${groupName} / ${clusterName}`;

/** Creates, renames and deletes projects and clusters. A cluster may be created again as another type. */
function changeFleet(fleet: readonly Project[], random: Random): Project[] {
  const kept = fleet.filter(() => random.chance(0.99));
  const missing = ids.filter((id) => !kept.some(({ groupId }) => groupId === id) && random.chance(0.1));
  for (const project of kept) {
    if (random.chance(0.05)) project.name = random.of(projectNames);
    project.hasFailed = random.chance(0.05);
    const kind = random.of<Kind | 'deleted'>(['flex', 'dedicated', 'dedicated', 'free', 'deleting', 'deleted']);
    const name = random.of(clusterNames);
    if (random.chance(0.8)) continue;
    if (kind === 'deleted') project.clusters.delete(name);
    else project.clusters.set(name, kind);
  }
  const made = (groupId: string) => ({ groupId, name: random.of(projectNames), clusters: new Map(), hasFailed: false });
  return [...kept, ...missing.map(made)];
}

/** What a check with these arguments finds. */
function checkFleet(fleet: readonly Project[], args: readonly string[]): [BackupFinding[], BackupCheckTotals] {
  const { ofCheck } = optionsOf(...args);
  const found: BackupFinding[] = [];
  const notChecked: BackupCheckTotals['notChecked'] = [];
  const list = (name: ClusterName, kind: Kind) => {
    if (kind === 'free' || kind === 'deleting') notChecked.push({ ...name, reason: kind });
    else if (ofCheck.filter?.(name)) found.push({ ...name, state: 'new' });
    else notChecked.push({ ...name, reason: 'filtered' });
  };
  for (const { groupId, name: groupName, clusters, hasFailed } of fleet) {
    if (hasFailed) found.push({ groupId, groupName, clusterType: 'flex', state: 'unknown', error: down });
    for (const [clusterName, kind] of clusters) {
      const clusterType = kind === 'flex' ? 'flex' : 'dedicated';
      if (!hasFailed || kind !== 'flex') list({ groupId, groupName, clusterType, clusterName }, kind);
    }
  }
  return [found, { projects: fleet.length, notChecked }];
}

/** Random choices that are the same for the same seed. */
function seededRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const of = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T;
  return { of, chance: (probability: number) => next() < probability };
}
