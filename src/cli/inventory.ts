import type { BackupFinding } from '../check/index.js';
import type { WrittenReport } from '../report/format.js';
import type { CheckReport } from './check-report.js';
import { type Entry, type Inventory, writeInventory } from './inventory-file.js';
import { groupBy, joinNames, type Line, problem } from './lines.js';
import { isCluster, type Named, nameOf } from './patterns.js';

/** How the clusters of a report compare with the inventory. */
interface Comparison {
  /** The clusters that departed. Undefined if there is nothing to compare with. */
  readonly departed: Departed[] | undefined;
  readonly lines: Line[];
}

/** Compares a report with the inventory, and saves what the inventory has from now on. */
export function compareAndSave(inventory: Inventory, report: CheckReport): Comparison {
  const { file } = inventory;
  if (inventory.status === 'broken') {
    return { departed: undefined, lines: [problem('--inventory', `${file} ${inventory.why}`)] };
  }
  if (inventory.status === 'empty') {
    const entries = updateInventory([], report);
    const created = `was missing or empty, and has been created (clusters: ${entries.length}). If an earlier check created it, keep it where it outlasts a run.`;
    // A problem, since an earlier inventory may be lost.
    const line = problem('--inventory', `${file} ${writeInventory(file, entries) ?? created}`);
    return { departed: undefined, lines: [line] };
  }
  const entries = renameProjects(inventory.entries, report);
  const departed = findDepartures(entries, report);
  const lines = describeDepartures(departed, file);
  const failure = writeInventory(file, updateInventory(entries, report), inventory.text);
  if (failure !== undefined) lines.push(problem('--inventory', `${file} ${failure}`));
  return { departed, lines };
}

/** A cluster of the inventory that is not checked, or is another one. */
type Departed = NonNullable<WrittenReport['departed']>[number];

type Departure = Departed['departure'];

/**
 * Finds the clusters of an inventory that departed, from those that were checked and those that were left out. Does not compare the
 * clusters of a project of which a list failed.
 */
export function findDepartures(
  entries: readonly Entry[],
  { findings, notChecked, listsLeftOut, projectsNotRead }: CheckReport,
): Departed[] {
  const checked = indexChecked(findings);
  const leftOut = new Map<string, Departure>();
  for (const cluster of notChecked) {
    // A cluster that Atlas uses itself counts as one that is not listed.
    if (cluster.reason !== 'internal') leftOut.set(keyOf(cluster), cluster.reason);
  }
  // By project, what has become of a cluster that it does not list.
  const notListed = new Map<string, Departure>();
  for (const { groupId } of [...checked.values(), ...notChecked]) notListed.set(groupId, 'unlisted');
  for (const { groupId } of listsLeftOut) notListed.set(groupId, 'excluded');
  for (const { groupId } of projectsNotRead) notListed.set(groupId, 'not included');

  const departureOf = (entry: Entry): Departure | undefined => {
    const finding = checked.get(keyOf(entry));
    if (finding !== undefined) return isReplaced(entry, finding) ? 'replaced' : undefined;
    return leftOut.get(keyOf(entry)) ?? notListed.get(entry.groupId) ?? 'project unlisted';
  };
  const failedLists = findings.filter((finding) => !isCluster(finding));
  const projectsFailed = new Set(failedLists.map(({ groupId }) => groupId));
  const departed: Departed[] = [];
  for (const entry of entries) {
    const departure = projectsFailed.has(entry.groupId) ? undefined : departureOf(entry);
    if (departure === undefined) continue;
    const { groupId, groupName, clusterName, clusterType, since } = entry;
    departed.push({ groupId, groupName, clusterName, clusterType, departure, since });
  }
  return departed;
}

function indexChecked(findings: readonly BackupFinding[]) {
  return new Map(findings.filter(isCluster).map((finding) => [keyOf(finding), finding]));
}

/** Returns the inventory with the latest names of its projects. */
function renameProjects(
  entries: readonly Entry[],
  { findings, listsLeftOut, notChecked, projectsNotRead }: CheckReport,
): Entry[] {
  const named: Named[] = [...findings, ...listsLeftOut, ...notChecked, ...projectsNotRead];
  const names = new Map(named.map(({ groupId, groupName }) => [groupId, groupName]));
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
