import { expect, it } from 'vitest';
import type { BackupCheckTotals, BackupFinding, ClusterName } from '../../src/check/index.js';
import { compareInventory, findDepartures, nextInventory } from '../../src/cli/inventory.js';
import type { Entry } from '../../src/cli/inventory-file.js';
import { down, optionsOf, reportOf } from './support/reports.js';

const kinds = ['flex', 'dedicated', 'free', 'deleting', 'deleted'] as const;
interface Cluster {
  readonly clusterId: string;
  readonly kind: (typeof kinds)[number];
}
/** A project, whose name ends with the digit of its ID, so that no two have the same. */
interface Project {
  readonly groupId: string;
  name: string;
  readonly clusters: Map<string, Cluster>;
}

const prefixes = ['prod', 'shop', 'test'];
const clusterNames = ['Cluster0', 'carts', 'ledger'];

it.each([[[]], [['prod-*/*']], [['prod-*/*', '*/ledger']], [[`${'a'.repeat(24)}/*`, 'shop-*/c*']]])(
  'with the patterns %j, no cluster leaves the inventory and the check in a year without a problem',
  (included) => {
    for (let seed = 1; seed <= 4; seed += 1) expect(runYear(seed, included), `seed ${seed}`).toEqual([]);
  },
);

type Chooses = (cluster: ClusterName) => boolean;
/** The clusters that were checked and that nobody forgot, each with the name of its project that the options last chose. */
type Model = Map<string, { groupName: string; readonly clusterId: string }>;
const keyOf = ({ groupId, clusterName }: Pick<BackupFinding, 'groupId' | 'clusterName'>) => `${groupId}/${clusterName}`;

/** Checks a fleet each day, and compares with a model. Returns the clusters that left in silence, and the false alarms. */
function runYear(seed: number, included: readonly string[]): string[] {
  let state = seed;
  const of = <T>(items: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[Math.floor((state / 2 ** 32) * items.length)] as T;
  };
  const fleet = ['a', 'b', 'c'].map(
    (digit): Project => ({ groupId: digit.repeat(24), name: `prod-${digit}`, clusters: new Map() }),
  );
  const model: Model = new Map();
  const wrong: string[] = [];
  let entries: Entry[] = [];
  for (let day = 0; day < 365; day += 1) {
    const changed = of(fleet);
    if (day % 7 === 0) changed.name = `${of(prefixes)}-${changed.groupId[0]}`;
    else changed.clusters.set(of(clusterNames), { clusterId: `id ${day}`, kind: of(kinds) });
    const excluded = `${of([...fleet.map(({ name }) => name), 'test-*', ...Array(9).fill('none')])}/${of(clusterNames)}`;
    const args = ['--inventory=FILE', ...included.map((pattern) => `--include=${pattern}`), `--exclude=${excluded}`];
    const failed = of([...fleet, ...Array<undefined>(20).fill(undefined)]);
    const report = reportOf(...check(fleet, args, failed), args);
    const compared = compareInventory(entries, report);
    const said = findDepartures(compared, report).map(({ about }) => about);
    const left = findLeft(model, fleet, failed, optionsOf(...args).ofCheck.filter);
    if (said.sort().join() !== left.sort().join()) wrong.push(`day ${day}: said ${said}, left ${left}`);

    const isForgotten = ({ groupName, clusterName }: Entry) =>
      said.includes(`${groupName} / ${clusterName}`) && of([true, false, false]);
    const next = nextInventory(compared, report);
    entries = next.filter((entry) => !isForgotten(entry));
    for (const entry of next) if (!entries.includes(entry)) model.delete(keyOf(entry));
    for (const { groupId, groupName = '', clusterName, clusterId = '' } of report.findings) {
      const key = keyOf({ groupId, clusterName });
      const isWatched = entries.some((entry) => keyOf(entry) === key);
      if (isWatched && !model.has(key)) model.set(key, { groupName, clusterId });
    }
  }
  return wrong;
}

/** Finds the clusters that have left the check, although the options do not leave them out. Notes the new names of projects. */
function findLeft(model: Model, fleet: readonly Project[], failed: Project | undefined, chooses: Chooses): string[] {
  return Array.from(model).flatMap(([key, known]) => {
    const [groupId = '', clusterName = ''] = key.split('/');
    const project = fleet.find((one) => one.groupId === groupId);
    const clusters = project?.clusters ?? new Map<string, Cluster>();
    const isListed = project === failed || [...clusters.values()].some(({ kind }) => kind !== 'deleted');
    const names = [known.groupName, isListed && project ? project.name : known.groupName];
    const [wasChosen, isChosen] = names.map((groupName) =>
      chooses({ groupId, groupName, clusterName, clusterType: 'flex' }),
    );
    if (isChosen) known.groupName = names[1] ?? '';
    const isWell = project === failed || isStillChecked(clusters.get(clusterName), known.clusterId);
    return (wasChosen || isChosen) && !(isChosen && isWell) ? [`${known.groupName} / ${clusterName}`] : [];
  });
}

function isStillChecked(cluster: Cluster | undefined, clusterId: string): boolean {
  if (cluster === undefined || cluster.kind === 'deleted' || cluster.kind === 'free') return false;
  return cluster.kind === 'deleting' || cluster.clusterId === clusterId;
}

/** What a check with these arguments finds, if the Flex clusters of a project cannot be listed. */
function check(
  fleet: readonly Project[],
  args: readonly string[],
  failed: Project | undefined,
): [BackupFinding[], BackupCheckTotals] {
  const { filter } = optionsOf(...args).ofCheck;
  const found: BackupFinding[] = [];
  const notChecked: BackupCheckTotals['notChecked'] = [];
  const list = (name: ClusterName, { clusterId, kind }: Cluster) => {
    if (kind === 'free' || kind === 'deleting') notChecked.push({ ...name, reason: kind });
    else if (filter(name)) found.push({ ...name, clusterId, state: 'new' });
    else notChecked.push({ ...name, reason: 'filtered' });
  };
  for (const project of fleet) {
    const { groupId, name: groupName, clusters } = project;
    const isUnread = project === failed;
    if (isUnread) found.push({ groupId, groupName, clusterType: 'flex', state: 'unknown', error: down });
    for (const [clusterName, cluster] of clusters) {
      const clusterType = cluster.kind === 'flex' ? 'flex' : 'dedicated';
      if (cluster.kind === 'deleted' || (isUnread && clusterType === 'flex')) continue;
      list({ groupId, groupName, clusterName, clusterType }, cluster);
    }
  }
  return [found, { projects: fleet.length, notChecked }];
}
