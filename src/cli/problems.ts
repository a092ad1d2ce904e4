import { isRateLimit } from '../check/calls.js';
import { noScheduleError } from '../check/facts.js';
import type { BackupFinding, BackupState } from '../check/index.js';
import { type Login, readLogins, valuesOf } from '../client/config/environment.js';
import { whatOf } from '../client/errors/call-errors.js';
import { type AnyAtlasError, isAtlasApiError } from '../client/index.js';
import { formatDuration } from '../report/time.js';
import type { CheckReport } from './check-report.js';
import { clusterOf, type Found, isCluster, mayCover, type Pattern, projectOf } from './patterns.js';
import { forConsole } from './text.js';

/** A line of stderr. */
export interface Problem {
  /** What it is about. */
  readonly about: readonly string[];
  readonly message: string;
  /** The most that the line names. Default: 3. */
  readonly mostNames?: number;
}

/** Formats a line of stderr. */
export function formatProblem({ about, message, mostNames = 3 }: Problem): string {
  const more = about.length > mostNames ? ` and ${about.length - mostNames} more` : '';
  return forConsole(`${about.slice(0, mostNames).join(', ')}${more}: ${message}`);
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

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

export function nameOf(found: Found & Pick<BackupFinding, 'clusterType'>): string {
  return `${projectOf(found)} / ${isCluster(found) ? clusterOf(found) : listNames[found.clusterType]}`;
}

/** What to look at first if a backup is too old or missing. */
const firstLooks: { readonly [State in BackupState]?: string } = {
  none: 'There is no backup. Look first in Atlas whether backup is on, and whether the cluster has a schedule.',
  stale: 'The newest backup is too old. Look first at the snapshots and the schedule of the cluster in Atlas.',
};

/** Says what to look at first if backups are too old or missing. */
export function describeBadBackups({ findings }: CheckReport): Problem[] {
  return groupBy(findings, ({ state }) => state).flatMap((group) => {
    const firstLook = firstLooks[group[0].state];
    if (firstLook === undefined) return [];
    const message = `${firstLook} Then see docs/check/alarm.md in the package atlas-tenant-snapshots.`;
    return { about: group.map(nameOf), message };
  });
}

/** Finds what could not be checked or is missing, except in the inventory. */
export function findProblems(report: CheckReport): Problem[] {
  const { options, findings, found, notChecked, summary, error } = report;
  if (error !== undefined)
    return describeErrors([{ name: 'The projects could not be listed', isCluster: false, error }]);
  const failures = findings.flatMap((finding) => {
    return finding.error ? { name: nameOf(finding), isCluster: isCluster(finding), error: finding.error } : [];
  });
  // Atlas backs up what the options leave out.
  const backedUp = [...found, ...notChecked.filter(({ reason }) => reason === 'excluded' || reason === 'not included')];
  const listed = [...found, ...notChecked];
  const problems = [
    ...describeErrors(failures),
    ...findUnused('--include', options.include, backedUp),
    ...findUnused('--max-age', options.maxAges.patterns, listed),
    ...findUnused('--min-history', options.minHistories.patterns, listed),
  ];
  if (problems.length > 0 || summary.clusters > 0) return problems;
  return [
    { about: ['No cluster was checked'], message: backedUp.length > 0 ? 'All of them are excluded.' : noneFound },
  ];
}

const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

function findUnused(option: string, patterns: readonly Pattern[], listed: readonly Found[]): Problem[] {
  const what = option === '--include' ? 'no cluster that Atlas backs up' : 'no cluster';
  const advice = 'Check the pattern, and that the login can read the project.';
  return unusedOf(patterns, listed).map((text) => ({ about: [option], message: `${text} matches ${what}. ${advice}` }));
}

/** The patterns that cannot be meant for any of these. */
function unusedOf(patterns: readonly Pattern[], listed: readonly Found[]): string[] {
  return patterns.filter((pattern) => !listed.some((found) => mayCover(pattern, found))).map(({ text }) => text);
}

/** A call that failed. */
interface Failure {
  /** Whether it is about one cluster, and not about a list. */
  readonly isCluster: boolean;
  readonly error: AnyAtlasError;
}

/** Says what failed, in the words of the client: one problem for equal errors. */
function describeErrors(failures: readonly (Failure & { readonly name: string })[]): Problem[] {
  return groupBy(failures, ({ error }) => kindOf(error)).map((group) => ({
    about: group.map(({ name }) => name),
    message: messageOf(group),
  }));
}

/** The same for errors that need only one line. */
function kindOf(error: AnyAtlasError): string {
  const { code, status, errorCode } = error.toJSON();
  return [code, status, errorCode].join(' ');
}

/** The first message. If the time of the check was the limit, what to do about that is an option of the command. */
function messageOf(failures: readonly [Failure, ...Failure[]]): string {
  const [{ error: first }] = failures;
  const late = failures.filter(({ error }) => error.code === 'TIMEOUT' && error.limit === 'timeout');
  if (late.length === 0 && !isRateLimit(first)) return first.message;
  // A call that never had its turn ended with an error of the check.
  const isSilent = late.some(({ error, isCluster }) => !isCluster && error.operation !== 'checkBackups');
  const advice = isSilent
    ? 'Atlas did not answer. If it is slow, give the check more time with --timeout.'
    : 'Give the check more time with --timeout.';
  return `${whatOf(first)} ${advice}`;
}

/** Says what is worth knowing, but is no problem. */
export function formatNotices(report: CheckReport): string[] {
  const { options, found, notChecked, summary, error } = report;
  const unused = error === undefined ? unusedOf(options.exclude, [...found, ...notChecked]) : [];
  return [
    ...unused.map((text) => forConsole(`--exclude ${text} matched nothing.`)),
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
function describeEvidence({ findings }: CheckReport): string[] {
  const failures = findings.flatMap(({ clusterType, error: reported, evidence }) => {
    // A cluster without a schedule has nothing that could be read.
    const isKnown = (error: AnyAtlasError) => error === reported || isAtlasApiError(error, noScheduleError);
    const errors = evidence?.errors.filter((error) => !isKnown(error)) ?? [];
    return errors.map((error) => {
      // The name of the part in the paths of Atlas, such as `restoreJobs`.
      const part = error.path?.split('/').at(-1) ?? 'a part';
      const isRefused = 'status' in error && (error.status === 401 || error.status === 403);
      const needsManager = isRefused && part === 'restoreJobs' && clusterType === 'dedicated';
      return { error, isCluster: true, part, needsManager };
    });
  });
  const kinds = groupBy(failures, ({ error, part, needsManager }) => `${part} ${needsManager} ${kindOf(error)}`);
  return kinds.map((group) => {
    const [{ part, needsManager }] = group;
    const clusters = group.length === 1 ? '1 cluster' : `${group.length} clusters`;
    const role = needsManager ? ' Restores of dedicated clusters need the role Project Backup Manager.' : '';
    return forConsole(`Evidence: ${part} of ${clusters} could not be read. ${messageOf(group)}${role}`);
  });
}

/** Says which login is used and which are not, if the environment has several with different values. */
export function describeLogins(used: Login): string[] {
  const ignored = readLogins().filter((login) => valuesOf(login).join('\n') !== valuesOf(used).join('\n'));
  if (ignored.length === 0) return [];
  const namesOf = (logins: Login[]) => logins.flatMap(({ variables }) => Object.values(variables)).join(', ');
  return [`The environment has several logins. Used: ${namesOf([used])}. Ignored: ${namesOf(ignored)}.`];
}
