import { compareNames, type LeftOut, type Report } from './check-report.js';
import type { Entry } from './inventory-file.js';
import { clusterOf, excludedBy, type Found, isCluster, isIncluded, projectOf } from './patterns.js';
import { groupBy, nameOf, type Problem } from './problems.js';

/** A cluster of an inventory, compared with what Atlas lists now. */
export interface Compared {
  readonly before: Entry;
  /** As the inventory has it from now on, if it stays there. */
  readonly entry: Entry;
  readonly fate: Fate;
  /** The latest name of its project. */
  readonly project: string;
}

type Fate =
  /** It is checked, or there is a good reason why not. */
  | 'fine'
  /** The options leave it out. */
  | 'outside'
  /** An `--exclude` matches it. */
  | 'excluded'
  | 'no longer listed'
  /** `--include` matches only the name that its project has in the inventory. */
  | 'no longer included'
  /** A free cluster of the same name has taken its place. */
  | 'free';

/** What this check knows of a cluster: that it was checked, why not, or that it may be in a list that failed. */
type Listing = 'checked' | LeftOut | 'list failed' | 'missing';

/** The fate of a cluster that the options choose. */
const fates: Readonly<Record<Listing, Fate>> = {
  checked: 'fine',
  free: 'free',
  deleting: 'fine',
  internal: 'fine',
  excluded: 'excluded',
  'not included': 'no longer included',
  'list failed': 'fine',
  missing: 'no longer listed',
};

/**
 * Compares an inventory with what Atlas lists now.
 *
 * The options choose a cluster by the name of its project in the inventory or by the latest one, so that a cluster whose project
 * is renamed does not leave the check in silence. Its entry has the latest name as soon as `--include` matches that.
 */
export function compareInventory(entries: readonly Entry[], report: Report): Compared[] {
  const { options, listed } = report;
  const projectNames = new Map(listed.map(({ groupId, groupName }) => [groupId, groupName]));
  const listingOf = findListings(report);
  return entries.map((before) => {
    const groupName = projectNames.get(before.groupId);
    const latest = { ...before, groupName: groupName ?? before.groupName };
    const isIncludedNow = isIncluded(options, latest);
    const listing = listingOf(before);
    const fateOf = (): Fate => {
      if (!isIncludedNow && !isIncluded(options, before)) return 'outside';
      // The check does not report a list that failed if the project is not included.
      if (listing === 'list failed') return isIncludedNow ? 'fine' : 'no longer included';
      return excludedBy(options, before) || excludedBy(options, latest) ? 'excluded' : fates[listing];
    };
    const project = projectOf({ groupId: before.groupId, groupName });
    return { before, entry: isIncludedNow ? latest : before, fate: fateOf(), project };
  });
}

function findListings({ findings, notChecked, listed }: Report): (entry: Entry) => Listing {
  const checked = byKey(findings.filter(isCluster));
  const leftOut = byKey(notChecked);
  const failed = new Set(listed.filter((found) => !isCluster(found)).map(({ groupId }) => groupId));
  return (entry) => {
    if (checked.has(keyOf(entry))) return 'checked';
    if (failed.has(entry.groupId)) return 'list failed';
    return leftOut.get(keyOf(entry))?.reason ?? 'missing';
  };
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
  const departed = compared.filter(({ fate }) => isDeparture(fate));
  const kindOf = ({ fate, project }: Compared) => (fate === 'no longer included' ? `${fate}: ${project}` : fate);
  return groupBy(departed, kindOf).flatMap((group) => {
    const days = group.map(({ entry }) => entry.since.slice(0, 10)).sort();
    const since = days[0] === days.at(-1) ? days[0] : `${days[0]} or later`;
    return group.map((one): Problem => {
      const message = `in ${options.inventory} since ${since}, ${describe(one, group.length === 1)}`;
      return { about: nameOf(one.entry), message, kind: kindOf(one), isInNoFinding: true };
    });
  });
}

function isDeparture(fate: Fate): boolean {
  return fate === 'no longer listed' || fate === 'no longer included' || fate === 'free';
}

/** Says what became of a cluster, and what to do. */
function describe({ entry, fate, project }: Compared, isOnly: boolean): string {
  const pattern = `${projectOf(entry)}/${clusterOf(entry)}`.replaceAll("'", "'\\''");
  const command = `run the check once with ${isOnly ? '' : 'an --exclude for each, such as '}--exclude '${pattern}'.`;
  if (fate === 'no longer included') {
    const subject = isOnly ? 'it: its' : 'them: their';
    return `but --include no longer matches ${subject} project is now ${project}. Include that name, or ${command}`;
  }
  const subject = isOnly ? 'it was' : 'they were';
  if (fate === 'free') {
    const what = isOnly ? 'a free cluster' : 'free clusters';
    return `but now ${what}, which Atlas does not back up. If ${subject} replaced on purpose, ${command}`;
  }
  return `and no longer listed. If ${subject} deleted on purpose, ${command}`;
}
