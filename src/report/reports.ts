import { open, readFile } from 'node:fs/promises';
import { addFinding } from './add-finding.js';
import { type Cluster, type History, type Listing, listKey, newCluster, newHistory, type Project } from './history.js';
import {
  codeOf,
  type Fields,
  type Finding,
  fieldsOf,
  getOrAdd,
  listOf,
  type Named,
  numberOf,
  readFinding,
  readNamed,
  shown,
  textOf,
  timeOf,
} from './json.js';
import { dayOf, note } from './time.js';

/** A report of a check. */
export interface Report {
  readonly file: string;
  /** When the check started, in ms since 1970. */
  readonly time: number;
  readonly isAnonymized: boolean;
  readonly fields: Fields;
}

/**
 * Reads reports, the oldest first, one at a time. What is no report is in the history too.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function readReports(files: readonly string[], signal: AbortSignal): Promise<History> {
  const history = newHistory();
  const read = async <T>(file: string, reader: (file: string) => Promise<T>): Promise<T | undefined> => {
    signal.throwIfAborted();
    try {
      return await reader(file);
    } catch (error) {
      history.unusable.push({ file, why: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };

  const dated: { readonly file: string; readonly time: number }[] = [];
  for (const file of files) {
    const time = await read(file, readTime);
    if (time !== undefined) dated.push({ file, time });
  }
  const anonymized: string[] = [];
  let usable = 0;
  for (const { file } of dated.sort((a, b) => a.time - b.time)) {
    const report = await read(file, readReport);
    if (report?.isAnonymized) anonymized.push(file);
    if (report === undefined || report.isAnonymized) continue;
    usable += 1;
    addReport(history, report);
  }
  const [first = '', ...others] = anonymized;
  // Its names are those of one report.
  const alone = usable === 0 && others.length === 0 && first !== '' ? await read(first, readReport) : undefined;
  if (alone !== undefined) addReport(history, alone);
  else for (const file of anonymized) history.unusable.push({ file, why: ofAnotherName });
  return history;
}

const ofAnotherName = 'It is anonymized, so its names mean nothing beside other reports. Use it alone.';

const textOfFile = async (file: string): Promise<string> => await readFile(file, 'utf8');

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
async function readReport(file: string): Promise<Report> {
  const fields = fieldsOf(parse(await textOfFile(file)));
  const { formatVersion = 1, checkedAt, findings, error, options } = fields;
  const time = timeOf(checkedAt);
  if (time === undefined || (!Array.isArray(findings) && typeof error !== 'object')) {
    throw new Error('It is not a report of a check.');
  }
  if (formatVersion !== 1) throw new Error(`Its formatVersion is ${JSON.stringify(formatVersion)}, not 1.`);
  return { file, time, fields, isAnonymized: Array.isArray(options) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error('It is not JSON, or only a part of it.', { cause: error });
  }
}

/** @param report - not older than those that were added earlier. */
export function addReport(history: History, report: Report): void {
  const { time, fields } = report;
  const { version, login, loginId, options, error, summary } = fields;
  const day = dayOf(time);
  const server = textOf(fields['server']) ?? 'a server that the report does not name';
  const given = `options ${JSON.stringify(options ?? {})}`;
  note(
    history.checks,
    [`version ${shown(version) ?? 'unknown'}`, server, shown(login), shown(loginId), given].filter(Boolean).join(', '),
    day,
  );
  const problems = Array.isArray(fields['problems']) ? fields['problems'].map(String) : [];
  history.last = { time, server, problems, hasFailed: error !== undefined };
  if (error !== undefined) {
    const message = textOf(fieldsOf(error)['message']);
    history.failures.push({ time, why: message ?? codeOf(error) });
    return;
  }
  history.days.add(day);
  const projects = numberOf(fieldsOf(summary)['projects']);
  if (projects !== undefined) note(history.projectCounts, String(projects), day);
  addClusters(history, report, server);
}

function addClusters(history: History, { file, time, isAnonymized, fields }: Report, server: string): void {
  const { options } = fields;
  const { project: groupIds, exclude, maxAge } = fieldsOf(options);
  const isLimitGiven = maxAge !== undefined || (Array.isArray(options) && options.includes('maxAge'));
  const listing: Listing = {
    time,
    server,
    groupIds: Array.isArray(groupIds) ? groupIds : undefined,
    excludes: Array.isArray(exclude) ? exclude.map(String) : [],
    failedLists: new Set(),
  };
  history.listings.push(listing);
  const projectOf = (named: Named) => {
    const { groupId, groupName } = named;
    const create = () => ({
      groupId,
      name: groupId,
      failedLists: new Map(),
      server,
      isAnonymized,
      clusters: new Map(),
    });
    const project = getOrAdd(history.projects, groupId, create);
    project.name = groupName || groupId;
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
    else if (finding.clusterName === undefined) addFailedList(projectOf(finding), finding, listing);
    else {
      const cluster = clusterOf(projectOf(finding), finding, time);
      cluster.isChecked = true;
      addFinding(cluster, finding, fieldsOf(fieldsOfFinding['evidence']), time, isLimitGiven);
    }
  }
  if (unreadable > 0) history.unusable.push({ file, why: `${unreadable} of its entries name no cluster or no state` });
}

function clusterOf(project: Project, named: Named, time: number): Cluster {
  const name = named.clusterName ?? '';
  const cluster = getOrAdd(project.clusters, `${named.clusterType}/${name}`, () => newCluster(named, name));
  cluster.listedAt = time;
  cluster.listed.add(dayOf(time));
  return cluster;
}

function addNotChecked(project: Project, named: Named, { reason, pattern }: Fields, time: number): void {
  const cluster = clusterOf(project, named, time);
  cluster.isChecked = false;
  const why = shown(reason) ?? 'no reason';
  note(cluster.notChecked, pattern === undefined ? why : `${why} by ${shown(pattern)}`, dayOf(time));
}

function addFailedList(project: Project, finding: Finding, { time, failedLists }: Listing): void {
  failedLists.add(listKey(finding, finding.clusterType));
  const why = finding.message ?? finding.reason ?? 'no reason';
  note(
    getOrAdd(project.failedLists, finding.clusterType, () => new Map()),
    why,
    dayOf(time),
  );
}
