import { hash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { addFinding } from './add-finding.js';
import {
  type Check,
  Cluster,
  clusterKey,
  History,
  type Knowledge,
  listKey,
  type Named,
  type Project,
  type Setup,
  saidBy,
} from './history.js';
import { findJobs } from './jobs.js';
import { codeOf, printReason, reasonOf, timeOf } from './json.js';
import { type NotChecked, type Report, readReport } from './lenient.js';
import { dayOf, getOrAdd, hourMs, note } from './time.js';

/**
 * Reads reports, the oldest first, one at a time. What is no report is in the history too.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function readReports(
  files: readonly string[],
  knowledge: Knowledge,
  signal: AbortSignal,
): Promise<History> {
  const history = new History();
  const attempt = async (file: string, read: () => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    await read().catch((error: unknown) => history.unusable.push({ file, why: whyUnusable(error) }));
  };
  const dated: Awaited<ReturnType<typeof readTime>>[] = [];
  for (const file of files) await attempt(file, async () => void dated.push(await readTime(file)));
  for (const { file, time, bytes } of dated.sort((a, b) => a.time - b.time)) {
    await attempt(file, async () => {
      const content = bytes ?? (await readFile(file));
      const report = parse(content);
      if (Array.isArray(report.options) && dated.length > 1) throw new Error(ofOtherNames);
      if (timesOf(report).time !== time) throw new Error('It was changed while it was read, or has two summaries.');
      history.files.push({ file, time, sha256: hash('sha256', content) });
      addReport(history, report, knowledge);
      if (report.odd > 0) throw new Error(`${report.odd} of its entries name no cluster or no state`);
    });
  }
  history.jobs = findJobs(history.setups);
  return history;
}

const ofOtherNames = 'It is anonymized, so its names mean nothing beside other reports. Use it alone.';

function whyUnusable(error: unknown): string {
  if (error instanceof SyntaxError) return 'It is not JSON, or only a part of it.';
  if (error instanceof RangeError) return 'It is nested too deep.';
  return error instanceof Error ? error.message : String(error);
}

const parse = (content: Buffer): Report => readReport(JSON.parse(content.toString('utf8')));

// As this package begins a report. The key of the summary is not escaped, as it would be in a text.
const start = /^\s*\{\s*"formatVersion":\s*1,\s*"checkedAt":\s*"([^"\\]*)",/;
const summaryOf = /(?<!\\)"summary":\s*(\{[^{}]*\})/;

/**
 * Reads when the check began. Reads all of a file only if another program has written it, or if it is a pipe: what that had is kept,
 * since it can be read once.
 */
async function readTime(file: string): Promise<{ file: string; time: number; bytes?: Buffer }> {
  const handle = await open(file);
  try {
    if (!(await handle.stat()).isFile()) {
      const bytes = await handle.readFile();
      return { file, bytes, time: timesOf(parse(bytes)).time };
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    const [checkedAt, summary] = [timeOf(start.exec(text)?.[1]), summaryOf.exec(text)?.[1]];
    if (checkedAt !== undefined && summary !== undefined) {
      return { file, time: timesOf({ checkedAt, summary: JSON.parse(summary) }).time };
    }
  } finally {
    await handle.close();
  }
  return { file, time: timesOf(parse(await readFile(file))).time };
}

/** When a check began and ended by the clock of Atlas: that of its machine may have been wrong. */
function timesOf({ checkedAt, finishedAt, summary }: Pick<Report, 'checkedAt' | 'finishedAt' | 'summary'>) {
  const { clockOffset = 0 } = summary ?? {};
  const offset = Math.abs(clockOffset) > 60_000 ? clockOffset : 0;
  const time = checkedAt - offset;
  if (Number.isNaN(new Date(time).getTime())) throw new Error(`Its clockOffset is ${clockOffset}, which no clock has.`);
  return { time, end: (finishedAt ?? checkedAt + hourMs) - offset, offset };
}

/** @param report - not older than those that were added earlier. */
function addReport(history: History, report: Report, knowledge: Knowledge): void {
  const { version, login, loginId, options, error, summary, problems = [] } = report;
  const { time, end, offset } = timesOf(report);
  const setup = setupOf(history, report);
  const failure = error && (error.message ?? codeOf(error));
  const maxAge = report.maxAge === 'schedule' ? undefined : report.maxAge;
  const check: Check = { time, end, setup, maxAge, failure, problems, failedLists: new Map() };
  setup.checks.push(check);
  history.checks.push(check);
  if (offset !== 0) history.clocks.push({ time, offset });
  const day = dayOf(time);
  history.reportDays.add(day);
  const given = [`version ${version ?? 'unknown'}`, setup.server, login, loginId].filter(Boolean);
  note(history.checkSettings, `${given.join(', ')}, options ${JSON.stringify(options ?? {})}`, day);
  if (failure !== undefined) return;
  history.days.add(day);
  if (summary?.projects !== undefined) note(history.projectCounts, String(summary.projects), day);
  addClusters(history, report, check, knowledge);
}

/** Finds the setup of a report, or adds it. */
function setupOf({ setups }: History, { server = 'a server that the report does not name', ...report }: Report): Setup {
  const { login = '', loginId, options = {}, findings, notChecked } = report;
  // An anonymized report says only that there is a limit.
  const ofNames = (names: readonly string[]) => (names.includes('maxAge') ? { maxAge: ['for any cluster'] } : {});
  const given: Setup['options'] = Array.isArray(options) ? ofNames(options) : options;
  const { project, include, exclude, maxAge, minHistory } = given;
  const key = JSON.stringify([server, login, loginId, project, include, exclude, maxAge, minHistory]);
  const ids = [...findings, ...notChecked].map(({ groupId }) => groupId);
  // Tokens have no ID. Those of two organizations list different projects.
  const mayBeOf = ({ projects }: Setup) =>
    login !== 'access token' || ids.length * projects.size === 0 || ids.some((groupId) => projects.has(groupId));
  const known = setups.find((setup) => setup.key === key && mayBeOf(setup));
  const named = { key, server, login: [login, loginId].filter(Boolean).join(' '), options: given };
  const setup: Setup = known ?? { ...named, projects: new Set(), checks: [] };
  if (known === undefined) setups.push(setup);
  for (const groupId of ids) setup.projects.add(groupId);
  return setup;
}

function addClusters(history: History, { findings, notChecked }: Report, check: Check, knowledge: Knowledge): void {
  const { time, setup, failedLists } = check;
  const projectOf = ({ groupId, groupName }: Named): Project => {
    const create = () => ({ groupId, name: groupId, listFailures: new Map(), clusters: new Map() });
    const project = getOrAdd(history.projects, groupId, create);
    project.name = groupName || groupId;
    return project;
  };
  for (const cluster of notChecked) addNotChecked(clusterOf(projectOf(cluster), cluster, time), cluster, check);
  for (const finding of findings) {
    const project = projectOf(finding);
    if (finding.clusterName === undefined) {
      const why = finding.error?.message ?? reasonOf(finding) ?? 'no reason';
      failedLists.set(listKey(finding, finding.clusterType), why);
      note(project.listFailures, `${finding.clusterType} clusters: ${why.replace(/\.$/, '')}`, dayOf(time));
    } else {
      addFinding(clusterOf(project, finding, time), finding, check, hasLimit(setup, finding, knowledge));
    }
  }
}

/** Whether a `--max-age`, such as `26h` or `Web Shop/test-*=26h`, is for a cluster. */
function hasLimit({ options: { maxAge = [] } }: Setup, named: Named, { covers }: Knowledge): boolean {
  return maxAge.some((limit) => {
    const end = limit.lastIndexOf('=');
    return end < 0 || covers(limit.slice(0, end), named);
  });
}

function clusterOf(project: Project, { clusterName = '', clusterType }: Named, time: number): Cluster {
  const create = () => new Cluster(clusterName, clusterType);
  const cluster = getOrAdd(project.clusters, clusterKey(clusterType, clusterName), create);
  cluster.listedAt = time;
  cluster.listed.add(dayOf(time));
  return cluster;
}

function addNotChecked(cluster: Cluster, notChecked: NotChecked, check: Check): void {
  const { reason = 'no reason', pattern } = notChecked;
  saidBy(cluster, check).leftOut = { check, reason, pattern };
  note(cluster.notChecked, printReason({ reason, pattern }), dayOf(check.time));
}
