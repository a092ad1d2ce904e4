import { type CheckReport, compareNames, type Listed } from './check-report.js';
import type { Entry } from './inventory-file.js';
import { chooses, clusterOf, type Found, isCluster, isIncluded, projectOf } from './patterns.js';
import { groupBy, nameOf, type Problem } from './problems.js';

/** Why a cluster of the inventory is no longer checked, unless the options leave it out under the old and the new name of its project. */
type Departure = 'unlisted' | 'project unlisted' | 'replaced' | 'free' | 'not included' | 'excluded';

/** A cluster of an inventory, compared with what Atlas lists now. */
export interface Watched {
  /** As the inventory has it from now on. */
  readonly entry: Entry;
  /** Undefined if the cluster has not left the check, or cannot be compared. */
  readonly departure: Departure | undefined;
  /** The project as patterns have to name it now: its latest name, or its ID if the check does not read names (--project). */
  readonly project: string;
}

/**
 * Compares an inventory with what Atlas lists now.
 *
 * The options leave a cluster out if they choose it under neither the old nor the new name of its project. If they choose it under
 * the old one alone, the rename took it out: that is a departure, and the entry keeps the old name.
 */
export function compareInventory(entries: readonly Entry[], { options, listed }: CheckReport): Watched[] {
  const projectNames = new Map(listed.map(({ groupId, groupName }) => [groupId, groupName]));
  const clusters = new Map(listed.filter(isCluster).map((cluster) => [keyOf(cluster), cluster]));
  const failed = new Set(listed.filter((found) => !isCluster(found)).map(({ groupId }) => groupId));

  const departureOf = (before: Entry, latest: Entry, isChosen: boolean): Departure | undefined => {
    const { groupId } = before;
    const found = clusters.get(keyOf(before));
    const hasFailed = failed.has(groupId);
    if (found === undefined && !hasFailed) return projectNames.has(groupId) ? 'unlisted' : 'project unlisted';
    if (!isChosen) return isIncluded(options, latest) ? 'excluded' : 'not included';
    // The list that failed may have the cluster itself.
    return found === undefined || hasFailed ? undefined : departureInPlace(before, found);
  };

  return entries.map((before) => {
    const { groupId, groupName } = before;
    const latest = projectNames.has(groupId) ? { ...before, groupName: projectNames.get(groupId) } : before;
    const isChosen = chooses(options, latest);
    const entry = isChosen ? { ...latest, groupName: latest.groupName ?? groupName } : before;
    const isLeftOut = !isChosen && !chooses(options, before);
    const departure = isLeftOut ? undefined : departureOf(before, latest, isChosen);
    return { entry, departure, project: projectOf(latest) };
  });
}

/** Whether something else has taken the place of a cluster. */
function departureInPlace({ clusterId }: Entry, found: Listed): Departure | undefined {
  if (found.reason === 'free') return 'free';
  const areIdsKnown = clusterId !== undefined && found.clusterId !== undefined;
  return areIdsKnown && clusterId !== found.clusterId ? 'replaced' : undefined;
}

/** Returns all that the inventory has from now on: what it had, and the clusters that were checked. */
export function nextInventory(watched: readonly Watched[], { findings, checkedAt }: CheckReport): Entry[] {
  const next = new Map(watched.map(({ entry }) => [keyOf(entry), entry]));
  for (const { groupId, groupName, clusterName, clusterType, clusterId } of findings) {
    // A cluster without a name cannot be found again.
    if (!clusterName) continue;
    const key = keyOf({ groupId, clusterName });
    const known = next.get(key);
    // Keeps the first cluster's entry, so that its replacement is reported until it is forgotten.
    if (known?.clusterId !== undefined && known.clusterId !== clusterId) continue;
    const since = known?.since ?? checkedAt.toISOString();
    next.set(key, { groupId, groupName: groupName ?? known?.groupName, clusterName, clusterType, clusterId, since });
  }
  return [...next.values()].sort(compareNames);
}

/** Without the type: a cluster may be made again as another type. */
function keyOf({ groupId, clusterName }: Found): string {
  return `${groupId}/${clusterName}`;
}

/** Counts the clusters that Atlas no longer lists. */
export function countUnlisted(watched: readonly Watched[]): number {
  return watched.filter(({ departure }) => departure === 'unlisted' || departure === 'project unlisted').length;
}

/** What a line says of a cluster after "watched since …, and". */
const texts: Readonly<Record<Departure, (project: string) => string>> = {
  unlisted: () => 'no longer listed. Other clusters of its project are still listed.',
  'project unlisted': () =>
    'no longer listed. No cluster of its project is listed any more: the cluster or its project was deleted, or the login lost its role there.',
  replaced: () => 'replaced: another cluster has its name now, without its backups.',
  free: () => 'now free: Atlas does not back up a free cluster.',
  'not included': (project) => `no longer matched by --include, which needs the new name of its project: ${project}.`,
  excluded: (project) => `matched by --exclude: its project is now ${project}.`,
};

/** The problems of clusters that have left the check. Equal ones share a line. */
export function findDepartures(watched: readonly Watched[], { options: { inventory = '' } }: CheckReport): Problem[] {
  const departed = watched.flatMap(({ entry, departure, project }) => {
    return departure === undefined ? [] : { entry, text: texts[departure](project) };
  });
  const file = quoteUnlessPlain(inventory);
  return groupBy(departed, ({ text }) => text).flatMap((group) => {
    const days = group.map(({ entry }) => entry.since.slice(0, 10)).sort();
    const since = days[0] === days.at(-1) ? days[0] : `${days[0]} or later`;
    return group.map(({ entry, text }) => ({
      about: nameOf(entry),
      message: `watched since ${since}, and ${text} If that is intended, run: atlas-tenant-snapshots forget ${file}`,
      pattern: quote(patternOf(entry)),
    }));
  });
}

/** A pattern that matches this cluster only. */
function patternOf(entry: Entry): string {
  const project = projectOf(entry);
  return `${project.includes('*') ? entry.groupId : project}/${clusterOf(entry)}`;
}

function quoteUnlessPlain(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quote(text);
}

/** Quotes a text for a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
