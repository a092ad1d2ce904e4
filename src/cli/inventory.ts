import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { compareNames, type Report } from './check-report.js';
import { printable, writeWhole } from './output.js';
import { clusterOf, excludedBy, type Found, isCluster, isIncluded, projectOf } from './patterns.js';
import { nameOf, type Problem } from './problems.js';

const formatVersion = 1;

const cluster = z.object({
  groupId: z.string(),
  groupName: z.string().optional(),
  clusterName: z.string(),
  clusterType: z.enum(['flex', 'dedicated']),
  since: z.string(),
});
const inventory = z.object({ formatVersion: z.literal(formatVersion), clusters: z.array(cluster) });

/** A cluster that the check watches, and since when. */
type Entry = z.output<typeof cluster>;

/** The clusters that the check watches, as the file of `--inventory` has them. */
export interface Inventory {
  readonly file: string;
  readonly clusters: readonly Entry[];
  /** What is wrong with the file. */
  readonly failure?: string | undefined;
}

/** Reads an inventory. Never rejects, but a named pipe that nobody writes to never ends. */
export async function readInventory(file: string): Promise<Inventory> {
  try {
    const { clusters } = inventory.parse(JSON.parse(await readFile(file, 'utf8')));
    return { file, clusters };
  } catch (error) {
    return { file, clusters: [], failure: describe(error) };
  }
}

function describe(error: unknown): string {
  // Only the errors of the file system have a code.
  if (!(error instanceof Error && 'code' in error)) {
    return 'is not an inventory. It is left as it is. Restore it, or delete it to begin a new one.';
  }
  if (error.code === 'ENOENT') return 'is missing';
  return `cannot be read: ${error.message}. Let the user of this check read and write it.`;
}

/** Compares an inventory with what Atlas lists now, and writes it. Returns the problems, and whether the file is new. */
export function updateInventory({ file, clusters, failure }: Inventory, report: Report) {
  const problemWith = (what: string): Problem => ({ about: '--inventory', message: `${file} ${what}` });
  if (failure !== undefined && failure !== 'is missing') {
    return { problems: [problemWith(failure)] };
  }
  const { vanished, next } = compare(clusters, report);
  const problems = toProblems(vanished, file);
  const whyNot = writeWhole(file, [`${JSON.stringify({ formatVersion, clusters: next }, null, 2)}\n`]);
  if (whyNot !== undefined) return { problems: [...problems, problemWith(`could not be written: ${whyNot}`)] };
  const created = printable(`--inventory ${file} was missing. It was created with ${next.length} clusters.`);
  return { problems, created: failure && created };
}

/** Returns the clusters that are no longer listed, and all that the inventory has from now on. */
function compare(clusters: readonly Entry[], { options, findings, listed, checkedAt }: Report) {
  const listedNow = new Map(listed.filter(isCluster).map((found) => [keyOf(found), found]));
  const projectNames = new Map(listed.map(({ groupId, groupName }) => [groupId, groupName]));
  const failed = new Set(listed.filter((found) => !isCluster(found)).map(({ groupId }) => groupId));
  // What this check cannot know about.
  const isOutside = (entry: Entry) => failed.has(entry.groupId) || !isIncluded(options, entry);
  const isExcluded = (entry: Entry) => excludedBy(options, listedNow.get(keyOf(entry)) ?? entry) !== undefined;
  // The patterns have the latest name of a project.
  const entries = clusters.map((entry) => ({
    ...entry,
    groupName: projectNames.get(entry.groupId) ?? entry.groupName,
  }));
  const kept = entries.filter((entry) => isOutside(entry) || !isExcluded(entry));
  const next = new Map(kept.map((entry) => [keyOf(entry), entry]));
  // One without a name cannot be found again.
  for (const finding of findings.filter(isCluster).filter(({ clusterName }) => clusterName !== '')) {
    const before = next.get(keyOf(finding));
    const { groupId, groupName = before?.groupName, clusterName, clusterType } = finding;
    const since = before?.since ?? checkedAt.toISOString();
    next.set(keyOf(finding), { groupId, groupName, clusterName, clusterType, since });
  }
  return {
    vanished: kept.filter((entry) => !isOutside(entry) && !listedNow.has(keyOf(entry))),
    next: [...next.values()].sort(compareNames),
  };
}

function keyOf({ groupId, clusterName }: Found): string {
  return `${groupId}/${clusterName}`;
}

/** The problems of clusters that are no longer listed. They share a line. */
function toProblems(vanished: readonly Entry[], file: string): Problem[] {
  const days = vanished.map(({ since }) => since.slice(0, 10)).sort();
  const since = days[0] === days.at(-1) ? days[0] : `${days[0]} or later`;
  const [what, option] = vanished.length === 1 ? ['it was', ''] : ['they were', 'an --exclude for each, such as '];
  return vanished.map((entry) => {
    const pattern = `${projectOf(entry)}/${clusterOf(entry)}`.replaceAll("'", "'\\''");
    const advice = `If ${what} deleted on purpose, run the check once with ${option}--exclude '${pattern}'.`;
    const message = `in ${file} since ${since}, and no longer listed. ${advice}`;
    return { about: nameOf(entry), message, kind: 'vanished', isVanished: true };
  });
}
