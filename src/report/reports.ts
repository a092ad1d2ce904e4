import { open, readFile } from 'node:fs/promises';
import { addFinding } from './add-finding.js';
import { type NotChecked, readReport } from './format.js';
import { Cluster, History, type Knowledge, type Listing, listKey, type Named, type Project } from './history.js';
import { codeOf, reasonOf, timeOf } from './json.js';
import { dayOf, getOrAdd, note } from './time.js';

type ReportFile = Awaited<ReturnType<typeof readReportFile>>;

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
    await read().catch((error: unknown) => history.unusable.push({ file, why: explain(error) }));
  };
  const dated: { readonly file: string; readonly time: number }[] = [];
  for (const file of files) await attempt(file, async () => void dated.push({ file, time: await readTime(file) }));
  for (const { file } of dated.sort((a, b) => a.time - b.time)) {
    await attempt(file, async () => {
      const read = await readReportFile(file);
      if (read.isAnonymized && dated.length > 1) throw new Error(ofOtherNames);
      addReport(history, read, knowledge);
    });
  }
  return history;
}

const ofOtherNames = 'It is anonymized, so its names mean nothing beside other reports. Use it alone.';

function explain(error: unknown): string {
  if (error instanceof SyntaxError) return 'It is not JSON, or only a part of it.';
  if (error instanceof RangeError) return 'It is nested too deep.';
  return error instanceof Error ? error.message : String(error);
}

// As this package begins a report.
const start = /^\s*\{\s*"formatVersion":\s*1,\s*"checkedAt":\s*"([^"\\]*)",/;

/** Reads when the check started. Reads all of the file only if another program has written it. */
async function readTime(file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const time = timeOf(start.exec(buffer.toString('utf8', 0, bytesRead))?.[1]);
    if (time !== undefined) return time;
  } finally {
    await handle.close();
  }
  return (await readReportFile(file)).report.checkedAt;
}

/** @throws an error that says why it is no report. */
async function readReportFile(file: string) {
  const report = readReport(JSON.parse(await readFile(file, 'utf8')));
  return { file, report, isAnonymized: Array.isArray(report.options) };
}

/** @param read - not older than those that were added earlier. */
function addReport(history: History, read: ReportFile, knowledge: Knowledge): void {
  const { version, login, loginId, options, error, summary, problems = [], checkedAt: time } = read.report;
  const day = dayOf(time);
  history.reportDays.add(day);
  const server = read.report.server ?? 'a server that the report does not name';
  const given = [`version ${version ?? 'unknown'}`, server, login, loginId].filter(Boolean);
  note(history.checks, `${given.join(', ')}, options ${JSON.stringify(options ?? {})}`, day);
  history.last = { time, server, problems, hasFailed: error !== undefined };
  if (error !== undefined) {
    history.failures.push({ time, why: error.message ?? codeOf(error) });
    return;
  }
  history.days.add(day);
  if (summary?.projects !== undefined) note(history.projectCounts, String(summary.projects), day);
  addClusters(history, read, server, knowledge);
}

function addClusters(history: History, read: ReportFile, server: string, knowledge: Knowledge): void {
  const { file, report, isAnonymized } = read;
  const { checkedAt: time, findings, notChecked, odd, options = {} } = report;
  const names = Array.isArray(options) ? options : undefined;
  const { project: groupIds, exclude = [], maxAge = [] } = Array.isArray(options) ? {} : options;
  // An anonymized report says only that there is a limit.
  const isLimitGiven = (named: Named) =>
    maxAge.some((text) => isFor(named, text, knowledge)) || names?.includes('maxAge') === true;
  const listing: Listing = { time, server, groupIds, excludes: exclude, failedLists: new Set() };
  history.listings.push(listing);
  const projectOf = ({ groupId, groupName }: Named): Project => {
    const lists = () => ({ failedLists: new Map(), listFailures: new Map(), clusters: new Map() });
    const create = () => ({ groupId, name: groupId, servers: new Set<string>(), isAnonymized, ...lists() });
    const project = getOrAdd(history.projects, groupId, create);
    project.name = groupName || groupId;
    project.servers.add(server);
    return project;
  };
  for (const cluster of notChecked) addNotChecked(projectOf(cluster), cluster, time);
  for (const finding of findings) {
    if (finding.clusterName === undefined) {
      listing.failedLists.add(listKey(finding, finding.clusterType));
      const { failedLists, listFailures } = projectOf(finding);
      const why = finding.error?.message ?? reasonOf(finding) ?? 'no reason';
      failedLists.set(finding.clusterType, why);
      note(listFailures, `${finding.clusterType} clusters: ${why.replace(/\.$/, '')}`, dayOf(time));
    } else {
      const cluster = clusterOf(projectOf(finding), finding, time);
      cluster.isChecked = true;
      addFinding(cluster, finding, { time, isLimitGiven: isLimitGiven(finding) });
    }
  }
  if (odd > 0) history.unusable.push({ file, why: `${odd} of its entries name no cluster or no state` });
}

/** Whether a limit, such as `26h` or `Web Shop/test-*=26h`, is for a cluster. */
function isFor(named: Named, limit: string, { covers }: Knowledge): boolean {
  const end = limit.lastIndexOf('=');
  return end < 0 || covers(limit.slice(0, end), named);
}

function clusterOf(project: Project, named: Named, time: number): Cluster {
  const name = named.clusterName ?? '';
  const cluster = getOrAdd(
    project.clusters,
    `${named.clusterType}/${name}`,
    () => new Cluster(name, named.clusterType),
  );
  cluster.listedAt = time;
  cluster.listed.add(dayOf(time));
  return cluster;
}

function addNotChecked(project: Project, notChecked: NotChecked, time: number): void {
  const cluster = clusterOf(project, notChecked, time);
  const { reason, pattern } = notChecked;
  // What one check leaves out may be what another one is for.
  const isOfOther = reason === 'not included' || (reason === 'excluded' && cluster.checks.at(-1)?.day === dayOf(time));
  if (!isOfOther) cluster.isChecked = false;
  const why = reason ?? 'no reason';
  note(cluster.notChecked, pattern === undefined ? why : `${why} by ${pattern}`, dayOf(time));
}
