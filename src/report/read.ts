import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addEvidence, codeOf } from './evidence.js';
import { type Report, readReport } from './format.js';
import { type Check, type Cluster, clusterKey, type History, type Job, listKey, type ReadFile } from './history.js';
import { dayOf, getOrAdd, maxSilence } from './time.js';

/**
 * Reads reports, one file at a time. What is no report is in the history too.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function readReports(files: readonly string[], signal: AbortSignal): Promise<History> {
  const read: ReadFile[] = [];
  const folders = new Map<string, Check[]>();
  const clusters = new Map<string, Cluster>();
  const projects = new Map<string, { name: string; namedAt: number }>();
  for (const file of files) {
    signal.throwIfAborted();
    const one: ReadFile = { file };
    read.push(one);
    try {
      const content = await readFile(file);
      one.sha256 = hash('sha256', content);
      const report = readReport(JSON.parse(content.toString('utf8')));
      const check = toCheck(report);
      one.time = check.time;
      getOrAdd(folders, dirname(file), () => []).push(check);
      for (const { groupId, groupName } of [...report.findings, ...report.notChecked, ...(report.departed ?? [])]) {
        const project = getOrAdd(projects, groupId, () => ({ name: groupId, namedAt: 0 }));
        if (check.time > project.namedAt) Object.assign(project, { name: groupName || groupId, namedAt: check.time });
      }
      addClusters(clusters, report, check);
    } catch (error) {
      one.why = error instanceof SyntaxError ? 'It is not JSON, or only a part of it.' : (error as Error).message;
    }
  }
  return { files: read, jobs: toJobs(folders), clusters, projects };
}

function toCheck({ findings, notChecked, ...report }: Report): Check {
  const { clockOffset = 0 } = report.summary;
  const offset = Math.abs(clockOffset) > 60_000 ? clockOffset : 0;
  const time = report.checkedAt - offset;
  if (Number.isNaN(new Date(time).getTime())) throw new Error(`Its clockOffset is ${clockOffset}, which no clock has.`);
  const failure = report.error && (report.error.message ?? codeOf(report.error));
  return { time, offset, report, failure, failedLists: new Map(), mentions: new Map() };
}

/** Adds what a report says about clusters. */
function addClusters(clusters: Map<string, Cluster>, report: Report, check: Check): void {
  for (const one of report.departed ?? []) getOrAdd(clusters, clusterKey(one), () => createCluster(one));
  for (const one of report.notChecked) {
    const key = clusterKey(one);
    getOrAdd(clusters, key, () => createCluster(one));
    check.mentions.set(key, { check, state: one.reason, detail: one.pattern });
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
    check.mentions.set(key, { check, state, detail: reason ?? (error && codeOf(error)), finding });
    for (const backup of [time, oldest?.time]) if (backup !== undefined) cluster.backups.add(dayOf(backup));
    if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed.time));
    addEvidence(cluster, finding, check.time, evidence);
  }
}

const createCluster = ({ groupId, clusterType, clusterName }: Parameters<typeof clusterKey>[0]): Cluster => ({
  ...{ groupId, clusterType, clusterName },
  backups: new Set(),
  failures: new Set(),
  restores: new Map(),
  areRestoresRead: false,
  settings: new Map(),
  notRead: new Map(),
});

function toJobs(folders: ReadonlyMap<string, readonly Check[]>): Job[] {
  const newest = Math.max(...[...folders.values()].flat().map(({ time }) => time));
  return Array.from(folders, ([folder, unsorted]): Job => {
    const checks = [...unsorted].sort((a, b) => a.time - b.time);
    const [last, before] = [checks.at(-1), checks.at(-2)];
    if (last === undefined) throw new Error('A job has a check.');
    const listing = checks.filter(({ failure }) => failure === undefined);
    const interval = before === undefined ? 0 : last.time - before.time;
    const isSilent = newest - last.time > Math.max(maxSilence, 1.5 * interval);
    return { name: folders.size > 1 ? folder : '', checks, last, listing, latest: listing.at(-1), isSilent };
  });
}
