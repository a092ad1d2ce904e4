import type { BackupFinding } from '../check/index.js';
import type { WrittenReport } from '../report/format.js';
import type { CheckReport } from './check-report.js';
import type { Entry } from './inventory-file.js';
import { type Found, isCluster, isIncluded } from './patterns.js';
import { groupBy, nameOf, type Problem } from './problems.js';

/** A cluster of the inventory that is not checked, or is another one. */
type Departed = NonNullable<WrittenReport['departed']>[number];

/** Finds the clusters of an inventory that departed. Those of a project of which a list failed are not compared. */
export function findDepartures(entries: readonly Entry[], report: CheckReport): Departed[] {
  const { options, projects, findings, found, notChecked } = report;
  const checked = new Map(findings.filter(isCluster).map((finding) => [keyOf(finding), finding]));
  const leftOut = new Map(notChecked.map((cluster) => [keyOf(cluster), cluster.reason]));
  const listed = new Set([...checked.values(), ...notChecked].map(({ groupId }) => groupId));
  const failed = projectsOfLists(findings);
  const failedOrExcluded = projectsOfLists(found);
  // The lists of a project without an included cluster are not read.
  const isRead = (groupId: string) =>
    !projects.has(groupId) || isIncluded(options, { groupId, groupName: projects.get(groupId) });
  const departureOf = (entry: Entry): Departed['departure'] | undefined => {
    const finding = checked.get(keyOf(entry));
    if (finding !== undefined) return isReplaced(entry, finding) ? 'replaced' : undefined;
    const { groupId } = entry;
    const reason = leftOut.get(keyOf(entry));
    // A cluster that Atlas uses itself counts as one that is not listed.
    if (reason !== undefined && reason !== 'internal') return reason;
    if (!isRead(groupId)) return 'not included';
    if (failedOrExcluded.has(groupId)) return 'excluded';
    return listed.has(groupId) ? 'unlisted' : 'project unlisted';
  };
  const compared = entries.filter(({ groupId }) => !failed.has(groupId));
  return compared.flatMap((entry) => {
    const { clusterId, since, ...named } = entry;
    const departure = departureOf(entry);
    return departure === undefined ? [] : { ...named, groupName: latestName(entry, report), departure, since };
  });
}

/** The projects of lists that failed. */
function projectsOfLists(findings: readonly BackupFinding[]): ReadonlySet<string> {
  return new Set(findings.filter((finding) => !isCluster(finding)).map(({ groupId }) => groupId));
}

/** Returns all that the inventory has from now on: what it had, and the clusters that were checked. */
export function nextInventory(entries: readonly Entry[], report: CheckReport): Entry[] {
  const checked = new Map(report.findings.filter(isCluster).map((finding) => [keyOf(finding), finding]));
  const kept = entries.map((entry) => {
    const groupName = latestName(entry, report);
    const finding = checked.get(keyOf(entry));
    checked.delete(keyOf(entry));
    // Keeps the ID of the first cluster, so that its replacement is said until the line is deleted.
    if (finding === undefined || isReplaced(entry, finding)) return { ...entry, groupName };
    const { clusterType, clusterId = entry.clusterId } = finding;
    return { ...entry, groupName, clusterType, clusterId };
  });
  const since = report.checkedAt.toISOString();
  return [...kept, ...Array.from(checked.values(), (finding) => ({ ...finding, since }))];
}

function isReplaced({ clusterId }: Entry, finding: BackupFinding): boolean {
  return clusterId !== undefined && finding.clusterId !== undefined && clusterId !== finding.clusterId;
}

function latestName({ groupId, groupName }: Entry, { projects }: CheckReport): string | undefined {
  return projects.get(groupId) ?? groupName;
}

/** Without the type: a cluster may be made again as another type. */
function keyOf({ groupId, clusterName }: Found): string {
  return `${groupId}/${clusterName}`;
}

const texts: Readonly<Record<Departed['departure'], string>> = {
  unlisted: 'no longer listed. Other clusters of its project are.',
  'project unlisted':
    'no longer listed, nor is any other cluster of its project: the cluster or the project was deleted, or the login lost its role there.',
  replaced: 'replaced: another cluster has its name now, without its backups.',
  free: 'now free: Atlas does not back up a free cluster.',
  deleting: 'being deleted.',
  excluded: 'no longer checked: an --exclude matches it.',
  'not included': 'no longer checked: no --include matches it.',
};

/** The problems of clusters that have departed, one for each kind. */
export function describeDepartures(departed: readonly Departed[], file: string): Problem[] {
  return groupBy(departed, ({ departure }) => departure).map((group) => ({
    about: group.map(nameOf),
    // The table does not show them.
    mostNames: 20,
    message: `in the inventory, but ${texts[group[0].departure]} If that is intended, delete its line in ${file}.`,
  }));
}
