import { noScheduleError } from '../check/facts.js';
import type { BackupFinding } from '../check/index.js';
import { type Login, readLogins, valuesOf } from '../client/config/environment.js';
import { type AnyAtlasError, isAtlasApiError } from '../client/index.js';
import type { CheckReport } from './check-report.js';
import { explain } from './explain.js';
import { clusterOf, type Found, isCluster, mayCover, type Pattern, projectOf } from './patterns.js';
import { formatDuration, printable } from './text.js';

/** Why something could not be checked or is missing. */
export interface Problem {
  /** What it is about. */
  readonly about: string;
  readonly message: string;
  /** Problems of the same kind share a line, which has the message of the first. Default: the message. */
  readonly kind?: string;
  /**
   * The argument for the command at the end of the line. Such a line names more than three clusters, as the table does not show
   * them.
   */
  readonly pattern?: string;
}

/**
 * Finds what could not be checked or is missing.
 *
 * @param ofInventory - the problems of the inventory.
 */
export function findProblems(report: CheckReport, ofInventory: readonly Problem[] = []): Problem[] {
  const { options, findings, listed, backedUp, summary, login, error } = report;
  if (error !== undefined) return [toProblem('The projects could not be listed', error, login)];
  const known = new Set(backedUp.map(({ groupId }) => groupId));
  const empty = options.groupIds?.filter((groupId) => !known.has(groupId)) ?? [];
  const problems = [
    ...findings.flatMap((found) => (found.error === undefined ? [] : toProblem(nameOf(found), found.error, login))),
    ...empty.map((groupId) => ({ about: groupId, message: 'The project has no cluster that Atlas backs up.' })),
    ...findUnused('--include', options.include, backedUp),
    ...findUnused('--max-age', options.maxAges.patterns, listed),
    ...findUnused('--min-history', options.minHistories.patterns, listed),
    ...ofInventory,
  ];
  if (problems.length > 0 || summary.clusters > 0) return problems;
  return [{ about: 'No cluster was checked', message: backedUp.length > 0 ? 'All of them are excluded.' : noneFound }];
}

const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

function findUnused(option: string, patterns: readonly Pattern[], listed: readonly Found[]): Problem[] {
  const what = option === '--include' ? 'no cluster that Atlas backs up' : 'no cluster';
  const advice = 'Check the pattern, and that the login can read the project.';
  return unusedOf(patterns, listed).map((text) => ({ about: option, message: `${text} matches ${what}. ${advice}` }));
}

/** The patterns that cannot be meant for any of these. */
export function unusedOf(patterns: readonly Pattern[], listed: readonly Found[]): string[] {
  return patterns.filter((pattern) => !listed.some((found) => mayCover(pattern, found))).map(({ text }) => text);
}

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

export function nameOf(found: Found & { readonly clusterType?: BackupFinding['clusterType'] }): string {
  const list = isCluster(found) || found.clusterType === undefined ? '(no name)' : listNames[found.clusterType];
  return `${projectOf(found)} / ${clusterOf(found) || list}`;
}

function toProblem(about: string, error: AnyAtlasError, login: Login): Problem {
  const subject = error.path?.endsWith('/schedule') ? 'The schedule could not be read. ' : '';
  const message = subject + explain(error, login);
  return { about, message, kind: subject + kindOf(error, message) };
}

/** Returns the same key for errors that need only one line. Their messages may differ in names and times. */
function kindOf(error: AnyAtlasError, message: string): string {
  const { code, operation, limit, status, errorCode } = error.toJSON();
  if (code === 'TIMEOUT') return `${operation} ${limit}`;
  return errorCode ? `${status} ${errorCode}` : message;
}

/**
 * Formats problems: a line for each kind, with the first names that it is about, and the first message.
 *
 * @param maxPatterns - the most names on a line that ends with a command. Other lines have three.
 */
export function formatProblems(problems: readonly Problem[], maxPatterns: number): string[] {
  return groupBy(problems, ({ kind, message }) => kind ?? message).map((group) => {
    const [{ message, pattern }] = group;
    const shown = group.slice(0, pattern === undefined ? 3 : maxPatterns);
    const names = shown.map(({ about }) => about).join(', ');
    const more = group.length > shown.length ? ` and ${group.length - shown.length} more` : '';
    const patterns = shown.flatMap((problem) => problem.pattern ?? []);
    return printable([`${names}${more}: ${message}`, ...patterns].join(' '));
  });
}

/** Groups items by a key, in the order in which the keys come. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [first: T, ...others: T[]][] {
  const groups = new Map<string, [first: T, ...others: T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/**
 * Says what is worth knowing, but is no problem.
 *
 * @param watched - the clusters of the inventory, which an --exclude may match too.
 */
export function formatNotices(report: CheckReport, watched: readonly Found[] = []): string[] {
  const { options, listed, summary, error } = report;
  const unused = error === undefined ? unusedOf(options.exclude, [...listed, ...watched]) : [];
  return [
    ...unused.map((text) => printable(`--exclude ${text} matched nothing.`)),
    ...describeClock(summary.clockOffset),
    ...describeEvidence(report),
  ];
}

function describeClock(offset = 0): string[] {
  if (Math.abs(offset) <= 60_000) return [];
  const difference = `${formatDuration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'}`;
  return [`The clock of this machine is ${difference} the clock of Atlas, by which backups are judged. Set it.`];
}

/** Says which parts of the evidence could not be read, and of how many clusters. */
function describeEvidence({ findings, login }: CheckReport): string[] {
  const failures = findings.flatMap(({ clusterType, error: reported, evidence }) => {
    // A cluster without a schedule has nothing that could be read.
    const isKnown = (error: AnyAtlasError) => error === reported || isAtlasApiError(error, noScheduleError);
    const errors = evidence?.errors.filter((error) => !isKnown(error)) ?? [];
    return errors.map((error) => {
      // The name of the part in the paths of Atlas, such as `restoreJobs`.
      const part = error.path?.split('/').at(-1) ?? 'a part';
      const isOfManager = part === 'restoreJobs' && clusterType === 'dedicated';
      const message = explain(error, login, isOfManager ? 'Project Backup Manager' : undefined);
      return { about: part, message, kind: `${part} ${isOfManager} ${kindOf(error, message)}` };
    });
  });
  return groupBy(failures, ({ kind }) => kind).map((group) => {
    const [{ about, message }] = group;
    const clusters = group.length === 1 ? '1 cluster' : `${group.length} clusters`;
    return `Evidence: ${about} of ${clusters} could not be read. ${message}`;
  });
}

/** Says which login is used and which are not, if the environment has several with different values. */
export function describeLogins(used: Login): string[] {
  const ignored = readLogins().filter((login) => valuesOf(login).join('\n') !== valuesOf(used).join('\n'));
  if (ignored.length === 0) return [];
  const namesOf = (logins: Login[]) => logins.flatMap(({ variables }) => Object.values(variables)).join(', ');
  return [`The environment has several logins. Used: ${namesOf([used])}. Ignored: ${namesOf(ignored)}.`];
}
