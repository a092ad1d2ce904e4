import { compareNames, type LeftOut, type Report } from './check-report.js';
import type { Entry } from './inventory-file.js';
import { clusterOf, excludedBy, type Found, isCluster, isIncluded, projectOf } from './patterns.js';
import { groupBy, nameOf, type Problem } from './problems.js';

/** What a check knows of a cluster of the inventory: it was checked, or why not. */
type Fate = 'checked' | LeftOut | 'list failed' | 'gone' | 'outside';

/** A cluster of an inventory, compared with what Atlas lists now. */
export interface Compared {
  readonly before: Entry;
  /** As the inventory has it from now on, if it stays there. */
  readonly entry: Entry;
  readonly fate: Fate;
  /** The latest name of its project. */
  readonly project: string;
}

/**
 * Compares an inventory with what Atlas lists now.
 *
 * The options choose a cluster by the name of its project in the inventory or by the latest one, so that a cluster whose project
 * is renamed does not leave the check in silence. Its entry has the latest name as soon as `--include` matches that.
 */
export function compareInventory(entries: readonly Entry[], report: Report): Compared[] {
  const { options, findings, notChecked, listed } = report;
  const projectNames = new Map(listed.map(({ groupId, groupName }) => [groupId, groupName]));
  const failed = new Set(listed.filter((found) => !isCluster(found)).map(({ groupId }) => groupId));
  const known = new Map<string, Fate>(notChecked.map((cluster) => [keyOf(cluster), cluster.reason]));
  for (const finding of findings) known.set(keyOf(finding), 'checked');
  const fateOf = (before: Entry, latest: Entry, isIncludedNow: boolean): Fate => {
    if (!isIncludedNow && !isIncluded(options, before)) return 'outside';
    const fate = known.get(keyOf(before)) ?? 'gone';
    // A check does not report a list that failed of a project that is not included.
    if (fate !== 'checked' && failed.has(before.groupId)) return isIncludedNow ? 'list failed' : 'not included';
    return excludedBy(options, before) || excludedBy(options, latest) ? 'excluded' : fate;
  };
  return entries.map((before) => {
    const groupName = projectNames.get(before.groupId);
    const latest = { ...before, groupName: groupName ?? before.groupName };
    const isIncludedNow = isIncluded(options, latest);
    const fate = fateOf(before, latest, isIncludedNow);
    const project = projectOf({ groupId: before.groupId, groupName });
    return { before, entry: isIncludedNow ? latest : before, fate, project };
  });
}

/** Returns all that the inventory has from now on: what stays there, and the clusters that were checked. */
export function nextInventory(compared: readonly Compared[], { findings, checkedAt }: Report): Entry[] {
  const known = byKey(compared.map(({ entry }) => entry));
  const next = byKey(compared.filter(({ fate }) => fate !== 'excluded').map(({ entry }) => entry));
  // One without a name cannot be found again.
  for (const finding of findings.filter(isCluster).filter(({ clusterName }) => clusterName !== '')) {
    const before = known.get(keyOf(finding));
    const { groupId, groupName = before?.groupName, clusterName, clusterType } = finding;
    const since = before?.since ?? checkedAt.toISOString();
    next.set(keyOf(finding), { groupId, groupName, clusterName, clusterType, since });
  }
  return [...next.values()].sort(compareNames);
}

function byKey<T extends Found>(found: readonly T[]): Map<string, T> {
  return new Map(found.map((one) => [keyOf(one), one]));
}

/** Without the type: a cluster may be made again as another type. */
function keyOf({ groupId, clusterName }: Found): string {
  return `${groupId}/${clusterName}`;
}

/** The problems of clusters that have left the check without an `--exclude`. Those of a kind share a line. */
export function findDepartures(compared: readonly Compared[], { options }: Report): Problem[] {
  const kindOf = ({ fate, project }: Compared) => (fate === 'not included' ? `${fate}: ${project}` : fate);
  return groupBy(compared, kindOf).flatMap((group) => {
    const days = group.map(({ entry }) => entry.since.slice(0, 10)).sort();
    const since = days[0] === days.at(-1) ? days[0] : `${days[0]} or later`;
    return group.flatMap((one) => {
      const what = describeDeparture(one, group.length > 1);
      const message = `in ${options.inventory} since ${since}, ${what}`;
      return what ? { about: nameOf(one.entry), message, kind: kindOf(one), isInNoFinding: true } : [];
    });
  });
}

/** Says what became of a cluster, and what to do. Undefined if it has not left, or for a good reason. */
function describeDeparture({ entry, fate, project }: Compared, areSeveral: boolean): string | undefined {
  const pattern = `${projectOf(entry)}/${clusterOf(entry)}`.replaceAll("'", "'\\''");
  const command = `run the check once with ${areSeveral ? 'an --exclude for each, such as ' : ''}--exclude '${pattern}'.`;
  const [it, its, itWas] = areSeveral ? ['them', 'their', 'they were'] : ['it', 'its', 'it was'];
  switch (fate) {
    case 'gone':
      return `and no longer listed. If ${itWas} deleted on purpose, ${command}`;
    case 'not included':
      return `but --include no longer matches ${it}: ${its} project is now ${project}. Include that name, or ${command}`;
    case 'free':
      return `but now free, and Atlas does not back up a free cluster. If ${itWas} replaced on purpose, ${command}`;
    default:
      return undefined;
  }
}
