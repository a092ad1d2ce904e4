import { compareNames, type LeftOut, type Report } from './check-report.js';
import type { Entry } from './inventory-file.js';
import { clusterOf, excludedBy, type Found, isCluster, isIncluded, projectOf } from './patterns.js';
import { groupBy, nameOf, type Problem } from './problems.js';

/** What becomes of a cluster of an inventory. All but the first two have left the check without an `--exclude`. */
type Fate = 'kept' | 'excluded' | 'gone' | 'free' | 'not included';

/** The fate of a cluster that is listed, but not checked. */
const fateOfLeftOut: Readonly<Record<LeftOut, Fate>> = {
  free: 'free',
  deleting: 'kept',
  internal: 'kept',
  excluded: 'excluded',
  'not included': 'not included',
};

/** A cluster of an inventory, compared with what Atlas lists now. */
export interface Compared {
  readonly before: Entry;
  /** As the inventory has it from now on, if it stays there. */
  readonly entry: Entry;
  readonly fate: Fate;
  /** What patterns have to match now: the latest name of its project, or the ID if the check reads no names (--project). */
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
  const checked = new Set(findings.filter(isCluster).map(keyOf));
  const leftOut = new Map(notChecked.map((cluster) => [keyOf(cluster), cluster.reason]));
  const fateOf = (before: Entry, latest: Entry, isIncludedNow: boolean): Fate => {
    if (checked.has(keyOf(before))) return 'kept';
    if (!isIncludedNow && !isIncluded(options, before)) return 'kept';
    // The report has no list that failed of a project that is not included.
    if (failed.has(before.groupId)) return isIncludedNow ? 'kept' : 'not included';
    if (excludedBy(options, before) || excludedBy(options, latest)) return 'excluded';
    const reason = leftOut.get(keyOf(before));
    return reason === undefined ? 'gone' : fateOfLeftOut[reason];
  };
  return entries.map((before) => {
    const groupName = projectNames.get(before.groupId);
    const latest = { ...before, groupName: groupName ?? before.groupName };
    const isIncludedNow = isIncluded(options, latest);
    const fate = fateOf(before, latest, isIncludedNow);
    return { before, entry: isIncludedNow ? latest : before, fate, project: projectOf({ ...latest, groupName }) };
  });
}

/** Returns all that the inventory has from now on: what stays there, and the clusters that were checked. */
export function nextInventory(compared: readonly Compared[], { findings, checkedAt }: Report): Entry[] {
  const staying = compared.filter(({ fate }) => fate !== 'excluded');
  const next = new Map(staying.map(({ entry }) => [keyOf(entry), entry]));
  for (const { groupId, groupName, clusterName, clusterType } of findings) {
    // A cluster without a name cannot be found again.
    if (!clusterName) continue;
    const key = keyOf({ groupId, clusterName });
    const before = next.get(key);
    const since = before?.since ?? checkedAt.toISOString();
    next.set(key, { groupId, groupName: groupName ?? before?.groupName, clusterName, clusterType, since });
  }
  return [...next.values()].sort(compareNames);
}

/** Without the type: a cluster may be made again as another type. */
function keyOf({ groupId, clusterName }: Found): string {
  return `${groupId}/${clusterName}`;
}

/** The problems of clusters that have left the check without an `--exclude`. Those with the same fate share a line. */
export function findDepartures(compared: readonly Compared[], { options }: Report): Problem[] {
  const groups = groupBy(compared, ({ fate, project }) => (fate === 'not included' ? `${fate}: ${project}` : fate));
  return groups.flatMap((group) => {
    const [{ entry, fate, project }, ...others] = group;
    if (fate === 'kept' || fate === 'excluded') return [];
    const areSeveral = others.length > 0;
    const [it, its, itWas] = areSeveral ? ['them', 'their', 'they were'] : ['it', 'its', 'it was'];
    const what = {
      gone: `and no longer listed. If ${itWas} deleted on purpose,`,
      free: `but now free, and Atlas does not back up a free cluster. If ${itWas} replaced on purpose,`,
      'not included': `but --include no longer matches ${it}: ${its} project is now ${project}. Include that name, or`,
    }[fate];
    const days = group.map(({ entry }) => entry.since.slice(0, 10)).sort();
    const since = days[0] === days.at(-1) ? days[0] : `${days[0]} or later`;
    const pattern = `${projectOf(entry)}/${clusterOf(entry)}`.replaceAll("'", "'\\''");
    const exclude = `${areSeveral ? 'an --exclude for each, such as ' : ''}--exclude '${pattern}'`;
    const message = `in ${options.inventory} since ${since}, ${what} run the check once with ${exclude}.`;
    return group.map(({ entry }) => ({ about: nameOf(entry), message, isDeparture: true }));
  });
}
