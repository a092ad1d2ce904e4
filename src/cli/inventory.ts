import type { BackupFinding } from '../check/index.js';
import type { WrittenReport } from '../report/format.js';
import type { CheckReport, NotChecked } from './check-report.js';
import { type Entry, type Inventory, writeInventory } from './inventory-file.js';
import { groupBy, joinNames, type Line, problem } from './lines.js';
import { isCluster, type Named, nameOf } from './patterns.js';

/** What a run makes of its inventory. */
interface KeptInventory {
  /** The clusters that departed. Undefined if there is nothing to compare with. */
  readonly departed: Departed[] | undefined;
  readonly lines: Line[];
}

/** Compares an inventory with a report, and saves what it has from now on. */
export function keepInventory(inventory: Inventory, report: CheckReport): KeptInventory {
  const { file } = inventory;
  if (inventory.status === 'broken') {
    return { departed: undefined, lines: [problem('--inventory', `${file} ${inventory.why}`)] };
  }
  if (inventory.status === 'empty') {
    const entries = updateInventory([], report);
    const created = `was missing or empty, and has been created (clusters: ${entries.length}). If an earlier check created it, keep it where it outlasts a run.`;
    // A problem, since an earlier inventory may be lost.
    const line = problem('--inventory', `${file} ${writeInventory(inventory, entries) ?? created}`);
    return { departed: undefined, lines: [line] };
  }
  const entries = renameProjects(inventory.entries, report.projects);
  const departed = findDepartures(entries, report.findings, findLeftOut(report));
  const lines = describeDepartures(departed, file);
  const failure = writeInventory(inventory, updateInventory(entries, report));
  if (failure !== undefined) lines.push(problem('--inventory', `${file} ${failure}`));
  return { departed, lines };
}

/** A cluster of the inventory that is not checked, or is another one. */
type Departed = NonNullable<WrittenReport['departed']>[number];

type Departure = Departed['departure'];

/** A cluster that is not checked. Without a cluster name, all clusters of the project that nothing else is known of. */
interface LeftOut extends Named {
  readonly reason: NotChecked['reason'];
}

/** Returns what a check left out: clusters, and projects of which a list was left out or not read. */
export function findLeftOut({ notChecked, listsLeftOut, projectsNotRead }: CheckReport): LeftOut[] {
  return [
    ...notChecked,
    ...listsLeftOut.map(({ groupId }): LeftOut => ({ groupId, reason: 'excluded' })),
    ...projectsNotRead.map(({ groupId }): LeftOut => ({ groupId, reason: 'not included' })),
  ];
}

/**
 * Finds the clusters of an inventory that departed. Those of a project of which a list failed are not compared.
 *
 * @param entries - the inventory.
 * @param findings - the clusters that were checked, and the lists that failed.
 */
export function findDepartures(
  entries: readonly Entry[],
  findings: readonly BackupFinding[],
  leftOut: readonly LeftOut[],
): Departed[] {
  const failedLists = findings.filter((finding) => !isCluster(finding));
  const projectsFailed = new Set(failedLists.map(({ groupId }) => groupId));
  const listed = indexListed(findings, leftOut);
  const departed: Departed[] = [];
  for (const entry of entries) {
    if (projectsFailed.has(entry.groupId)) continue;
    const departure = findDeparture(entry, listed);
    if (departure === undefined) continue;
    const { groupId, groupName, clusterName, clusterType, since } = entry;
    departed.push({ groupId, groupName, clusterName, clusterType, departure, since });
  }
  return departed;
}

/** What a check knows about clusters and projects, by {@link keyOf} and by project ID. */
interface Listed {
  readonly checked: ReadonlyMap<string, BackupFinding>;
  readonly clustersLeftOut: ReadonlyMap<string, Departure>;
  readonly projectsLeftOut: ReadonlyMap<string, Departure>;
  /** The projects of which a cluster was listed. */
  readonly projects: ReadonlySet<string>;
}

function indexListed(findings: readonly BackupFinding[], leftOut: readonly LeftOut[]): Listed {
  const clustersLeftOut = new Map<string, Departure>();
  const projectsLeftOut = new Map<string, Departure>();
  for (const one of leftOut) {
    // A cluster that Atlas uses itself counts as one that is not listed.
    if (one.reason === 'internal') continue;
    if (isCluster(one)) clustersLeftOut.set(keyOf(one), one.reason);
    else projectsLeftOut.set(one.groupId, one.reason);
  }
  const clusters = [...findings, ...leftOut].filter(isCluster);
  const projects = new Set(clusters.map(({ groupId }) => groupId));
  return { checked: indexChecked(findings), clustersLeftOut, projectsLeftOut, projects };
}

function indexChecked(findings: readonly BackupFinding[]): Map<string, BackupFinding & { clusterName: string }> {
  return new Map(findings.filter(isCluster).map((finding) => [keyOf(finding), finding]));
}

/** Returns why a cluster is not checked, or that it is another one. Undefined if it is checked. */
function findDeparture(entry: Entry, listed: Listed): Departure | undefined {
  const finding = listed.checked.get(keyOf(entry));
  if (finding !== undefined) return isReplaced(entry, finding) ? 'replaced' : undefined;
  const reason = listed.clustersLeftOut.get(keyOf(entry)) ?? listed.projectsLeftOut.get(entry.groupId);
  if (reason !== undefined) return reason;
  return listed.projects.has(entry.groupId) ? 'unlisted' : 'project unlisted';
}

/** Returns the inventory with the latest names of its projects. */
function renameProjects(entries: readonly Entry[], names: CheckReport['projects']): Entry[] {
  return entries.map((entry) => ({ ...entry, groupName: names.get(entry.groupId) ?? entry.groupName }));
}

/** Returns what an inventory has from now on: all that it had, and the clusters that were checked. */
export function updateInventory(
  entries: readonly Entry[],
  { findings, checkedAt }: Pick<CheckReport, 'findings' | 'checkedAt'>,
): Entry[] {
  const checked = indexChecked(findings);
  const kept = entries.map((entry) => {
    const finding = checked.get(keyOf(entry));
    // Keeps the ID of the first cluster, so that its replacement is reported until the line is deleted.
    if (finding === undefined || isReplaced(entry, finding)) return entry;
    return { ...entry, clusterType: finding.clusterType, clusterId: finding.clusterId ?? entry.clusterId };
  });
  for (const entry of entries) checked.delete(keyOf(entry));
  const since = checkedAt.toISOString();
  const added = Array.from(checked.values(), (finding) => ({ ...finding, since }));
  return [...kept, ...added];
}

function isReplaced({ clusterId }: Entry, finding: BackupFinding): boolean {
  return clusterId !== undefined && finding.clusterId !== undefined && clusterId !== finding.clusterId;
}

/** Without the type: a cluster may be created again as another type. */
function keyOf({ groupId, clusterName }: Named & { readonly clusterName: string }): string {
  return `${groupId}/${clusterName}`;
}

const texts: Readonly<Record<Departure, string>> = {
  unlisted: 'no longer listed. Other clusters of its project are.',
  'project unlisted':
    'no longer listed, nor is any other cluster of its project: the cluster or the project was deleted, or the login lost its role there.',
  replaced: 'replaced: another cluster has its name now, without its backups.',
  free: 'now free: Atlas does not back up a free cluster.',
  deleting: 'being deleted.',
  excluded: 'no longer checked: an --exclude matches it.',
  'not included': 'no longer checked: no --include matches it.',
};

// More than of other lines, because the table does not show these clusters.
const mostNames = 20;

/** The lines about clusters that departed, one for each kind. */
function describeDepartures(departed: readonly Departed[], file: string): Line[] {
  return groupBy(departed, ({ departure }) => departure).map((group) => {
    const [{ departure }] = group;
    const message = `in the inventory, but ${texts[departure]} If that is intended, delete its line in ${file}.`;
    return problem(joinNames(group.map(nameOf), mostNames), message);
  });
}
