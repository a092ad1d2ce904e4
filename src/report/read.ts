import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addEvidence, codeOf } from './evidence.js';
import { type Report, readReport } from './format.js';
import type { Check, Cluster, History, Job, ReadFile } from './history.js';
import { clusterKey, listKey, maxSilence, mention } from './history.js';
import { dayOf, getOrAdd } from './time.js';

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
      if (check.failure !== undefined) continue;
      for (const { groupId, groupName } of [...report.findings, ...report.notChecked, ...(report.departed ?? [])]) {
        const project = getOrAdd(projects, groupId, () => ({ name: groupId, namedAt: 0 }));
        if (check.time > project.namedAt) Object.assign(project, { name: groupName || groupId, namedAt: check.time });
      }
      addClusters(clusters, dirname(file), report, check);
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
  const failedLists = findings.filter(({ clusterName }) => clusterName === undefined);
  return { time, offset, report, failure, failedLists: new Map(failedLists.map((list) => [listKey(list), list])) };
}

function addClusters(clusters: Map<string, Cluster>, folder: string, report: Report, check: Check): void {
  const clusterOf = (named: Parameters<typeof clusterKey>[0]): Cluster =>
    getOrAdd(clusters, clusterKey(named), () => createCluster(named));
  for (const departed of report.departed ?? []) clusterOf(departed);
  for (const one of report.notChecked) {
    mention(clusterOf(one), folder, { check, state: one.reason, detail: one.pattern });
  }
  for (const finding of report.findings) {
    if (finding.clusterName === undefined) continue;
    const cluster = clusterOf(finding);
    const { state, reason, error, maxAge, time, oldest, lastFailed } = finding;
    addEvidence(cluster, finding, check.time);
    for (const backup of [time, oldest?.time]) if (backup !== undefined) cluster.backups.add(dayOf(backup));
    if (lastFailed !== undefined) cluster.failures.add(dayOf(lastFailed.time));
    const detail = reason ?? (error && codeOf(error));
    // The evidence of every last finding would take most of the memory.
    mention(cluster, folder, { check, state, detail, limit: maxAge }, { ...finding, evidence: undefined });
  }
}

const createCluster = ({ groupId, clusterType, clusterName = '' }: Parameters<typeof clusterKey>[0]): Cluster => ({
  ...{ groupId, clusterType, clusterName },
  said: new Map(),
  backups: new Set(),
  failures: new Set(),
  restores: new Map(),
  areRestoresRead: false,
  settings: new Map(),
  notRead: new Map(),
});

function toJobs(folders: ReadonlyMap<string, readonly Check[]>): Job[] {
  const newest = [...folders.values()].flat().reduce((latest, { time }) => Math.max(latest, time), 0);
  return Array.from(folders, ([folder, unsorted]): Job => {
    const checks = [...unsorted].sort((a, b) => a.time - b.time);
    const [last, before] = [checks.at(-1), checks.at(-2)];
    if (last === undefined) throw new Error('A job has a check.');
    const listing = checks.filter(({ failure }) => failure === undefined);
    const days = new Map(listing.map((check) => [dayOf(check.time), check]));
    const interval = before === undefined ? 0 : last.time - before.time;
    const isSilent = newest - last.time > Math.max(maxSilence, 1.5 * interval);
    return { folder, name: folders.size > 1 ? folder : '', checks, last, latest: listing.at(-1), days, isSilent };
  });
}
