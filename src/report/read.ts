import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addEvidence, codeOf } from './evidence.js';
import { type Report, readReport } from './format.js';
import { type Check, type Cluster, clusterKey, type History, type Job, listKey, type ReadFile } from './jobs.js';
import { dayOf, getOrAdd } from './time.js';

/** What was read of a folder so far. */
interface Folder {
  readonly unusable: ReadFile[];
  readonly checks: Check[];
  readonly clusters: Map<string, Cluster>;
}

/**
 * Reads reports, one file at a time, in the order of their paths. What is no report is in the history too.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function readReports(files: readonly string[], signal: AbortSignal): Promise<History> {
  const read: ReadFile[] = [];
  const folders = new Map<string, Folder>();
  for (const file of [...files].sort()) {
    signal.throwIfAborted();
    const one: ReadFile = { file };
    read.push(one);
    const folder = getOrAdd(folders, dirname(file), createFolder);
    try {
      const content = await readFile(file);
      one.sha256 = hash('sha256', content);
      const report = readReport(JSON.parse(content.toString('utf8')));
      const check = toCheck(report);
      one.time = check.time;
      folder.checks.push(check);
      addClusters(folder, report, check);
    } catch (error) {
      one.why = error instanceof SyntaxError ? 'It is not JSON, or only a part of it.' : (error as Error).message;
      folder.unusable.push(one);
    }
  }
  const jobs = [...folders].flatMap(([name, folder]) => toJob(name, folder) ?? []);
  const strays = [...folders.values()].filter(({ checks }) => checks.length === 0).flatMap(({ unusable }) => unusable);
  return { files: read, jobs, strays };
}

const createFolder = (): Folder => ({ unusable: [], checks: [], clusters: new Map() });

function toCheck({ findings, notChecked, departed, ...report }: Report): Check {
  const { clockOffset = 0 } = report.summary;
  const offset = Math.abs(clockOffset) > 60_000 ? clockOffset : 0;
  const time = report.checkedAt - offset;
  if (Number.isNaN(new Date(time).getTime())) throw new Error(`Its clockOffset is ${clockOffset}, which no clock has.`);
  const failure = report.error && (report.error.message ?? codeOf(report.error));
  const departures = departed && new Map(departed.map((one) => [clusterKey(one), one]));
  // The inventory may have an old name of a project.
  const named = [...(departed ?? []), ...notChecked, ...findings];
  const projects = new Map(named.map(({ groupId, groupName }) => [groupId, groupName || groupId]));
  return { time, offset, report, failure, projects, failedLists: new Map(), entries: new Map(), departures };
}

/** Adds what a report says about clusters. */
function addClusters({ clusters }: Folder, report: Report, check: Check): void {
  for (const one of report.departed ?? []) getOrAdd(clusters, clusterKey(one), () => createCluster(one));
  for (const one of report.notChecked) {
    const key = clusterKey(one);
    getOrAdd(clusters, key, () => createCluster(one));
    check.entries.set(key, { check, state: one.reason, detail: one.pattern });
  }
  for (const { evidence, ...finding } of report.findings) {
    const { clusterName, state, reason, error, time, oldest, lastFailed } = finding;
    if (clusterName === undefined) {
      check.failedLists.set(listKey(finding), finding);
      continue;
    }
    const named = { ...finding, clusterName };
    const key = clusterKey(named);
    const cluster = getOrAdd(clusters, key, () => createCluster(named));
    check.entries.set(key, { check, state, detail: reason ?? (error && codeOf(error)), finding });
    for (const backup of [time, oldest?.time]) if (backup !== undefined) cluster.backups.add(dayOf(backup));
    if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed.time));
    addEvidence(cluster, finding, check.time, evidence);
  }
}

const createCluster = ({ groupId, clusterType, clusterName }: Parameters<typeof clusterKey>[0]): Cluster => ({
  groupId,
  clusterType,
  clusterName,
  backups: new Set(),
  failures: new Set(),
  restores: new Map(),
  areRestoresRead: false,
  settings: new Map(),
  notRead: new Map(),
});

/** Makes a job of a folder. Undefined without a report. */
function toJob(name: string, { checks: unsorted, clusters, unusable }: Folder): Job | undefined {
  const checks = [...unsorted].sort((a, b) => a.time - b.time);
  const firstCheck = checks[0];
  const lastCheck = checks.at(-1);
  if (firstCheck === undefined || lastCheck === undefined) return undefined;
  const listing = checks.filter(({ failure }) => failure === undefined);
  return {
    name,
    checks,
    lastCheck,
    listing,
    period: { first: dayOf(firstCheck.time), last: dayOf(lastCheck.time) },
    listedDays: daysOf(listing),
    failedDays: daysOf(checks.filter(({ failure }) => failure !== undefined)),
    clusters,
    projects: new Map(checks.flatMap(({ projects }) => [...projects])),
    unusable,
  };
}

const daysOf = (checks: readonly Check[]): Set<number> => new Set(checks.map(({ time }) => dayOf(time)));
