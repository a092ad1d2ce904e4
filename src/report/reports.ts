import { open, readFile } from 'node:fs/promises';
import { addFinding } from './add-finding.js';
import { Cluster, History, type Knowledge, type Listing, listKey, type Project } from './history.js';
import {
  codeOf,
  type Fields,
  fieldsOf,
  listOf,
  type Named,
  numberOf,
  readFinding,
  readNamed,
  shown,
  textOf,
  textsOf,
  timeOf,
} from './json.js';
import { dayOf, getOrAdd, note } from './time.js';

type Report = Awaited<ReturnType<typeof readReport>>;

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
      const report = await readReport(file);
      if (report.isAnonymized && dated.length > 1) throw new Error(ofOtherNames);
      addReport(history, report, knowledge);
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
  return (await readReport(file)).time;
}

/** @throws an error that says why it is no report. */
async function readReport(file: string) {
  const fields = fieldsOf(JSON.parse(await readFile(file, 'utf8')));
  const { formatVersion = 1, checkedAt, findings, error, options } = fields;
  const time = timeOf(checkedAt);
  if (time === undefined || (!Array.isArray(findings) && typeof error !== 'object')) {
    throw new Error('It is not a report of a check.');
  }
  if (formatVersion !== 1) throw new Error(`Its formatVersion is ${JSON.stringify(formatVersion)}, not 1.`);
  return { file, time, fields, isAnonymized: Array.isArray(options) };
}

/** @param report - not older than those that were added earlier. */
function addReport(history: History, report: Report, knowledge: Knowledge): void {
  const { time, fields } = report;
  const { version, login, loginId, options, error, summary } = fields;
  const day = dayOf(time);
  history.reportDays.add(day);
  const server = textOf(fields['server']) ?? 'a server that the report does not name';
  const given = [`version ${shown(version) ?? 'unknown'}`, server, shown(login), shown(loginId)].filter(Boolean);
  note(history.checks, `${given.join(', ')}, options ${JSON.stringify(options ?? {})}`, day);
  history.last = { time, server, problems: textsOf(fields['problems']), hasFailed: error !== undefined };
  if (error !== undefined) {
    history.failures.push({ time, why: textOf(fieldsOf(error)['message']) ?? codeOf(error) });
    return;
  }
  history.days.add(day);
  const projects = numberOf(fieldsOf(summary)['projects']);
  if (projects !== undefined) note(history.projectCounts, String(projects), day);
  addClusters(history, report, server, knowledge);
}

function addClusters(history: History, report: Report, server: string, knowledge: Knowledge): void {
  const { file, time, isAnonymized, fields } = report;
  const { options } = fields;
  const { project: groupIds, exclude, maxAge } = fieldsOf(options);
  // An anonymized report says only that there is a limit.
  const isLimitGiven = (named: Named) =>
    textsOf(maxAge).some((text) => isFor(named, text, knowledge)) || textsOf(options).includes('maxAge');
  const listing: Listing = {
    time,
    server,
    groupIds: Array.isArray(groupIds) ? groupIds : undefined,
    excludes: textsOf(exclude),
    failedLists: new Set(),
  };
  history.listings.push(listing);
  const projectOf = ({ groupId, groupName }: Named): Project => {
    const lists = () => ({ failedLists: new Map(), listFailures: new Map(), clusters: new Map() });
    const create = () => ({ groupId, name: groupId, servers: new Set<string>(), isAnonymized, ...lists() });
    const project = getOrAdd(history.projects, groupId, create);
    project.name = groupName || groupId;
    project.servers.add(server);
    return project;
  };
  let unreadable = 0;
  for (const fieldsOfCluster of listOf(fields['notChecked'])) {
    const named = readNamed(fieldsOfCluster);
    if (named?.clusterName !== undefined) addNotChecked(projectOf(named), named, fieldsOfCluster, time);
    else unreadable += 1;
  }
  for (const fieldsOfFinding of listOf(fields['findings'])) {
    const finding = readFinding(fieldsOfFinding);
    if (finding === undefined) unreadable += 1;
    else if (finding.clusterName === undefined) {
      listing.failedLists.add(listKey(finding, finding.clusterType));
      const { failedLists, listFailures } = projectOf(finding);
      const why = finding.message ?? finding.reason ?? 'no reason';
      failedLists.set(finding.clusterType, why);
      note(listFailures, `${finding.clusterType} clusters: ${why.replace(/\.$/, '')}`, dayOf(time));
    } else {
      const cluster = clusterOf(projectOf(finding), finding, time);
      cluster.isChecked = true;
      const evidence = fieldsOf(fieldsOfFinding['evidence']);
      addFinding(cluster, finding, { evidence, time, isLimitGiven: isLimitGiven(finding) });
    }
  }
  if (unreadable > 0) history.unusable.push({ file, why: `${unreadable} of its entries name no cluster or no state` });
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

function addNotChecked(project: Project, named: Named, { reason, pattern }: Fields, time: number): void {
  const cluster = clusterOf(project, named, time);
  // What one check leaves out may be what another one is for.
  const isOfOther = reason === 'not included' || (reason === 'excluded' && cluster.checks.at(-1)?.day === dayOf(time));
  if (!isOfOther) cluster.isChecked = false;
  const why = shown(reason) ?? 'no reason';
  note(cluster.notChecked, pattern === undefined ? why : `${why} by ${shown(pattern)}`, dayOf(time));
}
