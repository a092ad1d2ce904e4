import type { AnyAtlasError } from '../client/index.js';
import type { CheckReport } from './check-report.js';
import { groupBy, joinNames, type Line, problem } from './lines.js';
import { isCluster, mayCover, type Named, nameOf, type Pattern } from './patterns.js';

/** Finds what could not be checked or is missing, except in the inventory. */
export function findProblems({ options, findings, listsLeftOut, notChecked, summary, error }: CheckReport): Line[] {
  if (error !== undefined) return [problem('The projects could not be listed', sayWhy([{ isCluster: false, error }]))];
  // Atlas backs up what the options leave out, unlike the other clusters that are not checked.
  const leftOut = notChecked.filter(({ reason }) => reason === 'excluded' || reason === 'not included');
  const backedUp = [...findings, ...listsLeftOut, ...leftOut];
  const listed = [...findings, ...listsLeftOut, ...notChecked];
  const problems = [
    ...describeFailures(findings),
    ...describeUnused('--include', options.include, backedUp),
    ...describeUnused('--max-age', options.maxAge.patterns, listed),
    ...describeUnused('--min-history', options.minHistory.patterns, listed),
  ];
  if (problems.length === 0 && summary.clusters === 0) {
    const why = backedUp.length > 0 ? 'All of them are excluded.' : noneFound;
    problems.push(problem('No cluster was checked', why));
  }
  return problems;
}

const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

function describeUnused(option: string, patterns: readonly Pattern[], listed: readonly Named[]): Line[] {
  const what = option === '--include' ? 'no cluster that Atlas backs up' : 'no cluster';
  const advice = 'Check the pattern, and that the login can read the project.';
  return findUnused(patterns, listed).map(({ text }) => problem(option, `${text} matches ${what}. ${advice}`));
}

/** The patterns that cannot be meant for any of these. */
export function findUnused(patterns: readonly Pattern[], listed: readonly Named[]): Pattern[] {
  return patterns.filter((pattern) => !listed.some((found) => mayCover(pattern, found)));
}

/** Describes the clusters and lists that could not be checked: one line for equal errors. */
function describeFailures(findings: CheckReport['findings']): Line[] {
  const failures: (Failure & { readonly name: string })[] = [];
  for (const finding of findings) {
    const { error } = finding;
    if (error !== undefined) failures.push({ name: nameOf(finding), isCluster: isCluster(finding), error });
  }
  return groupBy(failures, ({ error }) => kindOf(error)).map((group) => {
    const names = joinNames(group.map(({ name }) => name));
    return problem(names, sayWhy(group));
  });
}

/** A call that failed. */
export interface Failure {
  /** Whether it is about one cluster, and not about a list. */
  readonly isCluster: boolean;
  readonly error: AnyAtlasError;
}

/** The HTTP status that an error tells. */
export function statusOf(error: AnyAtlasError): number | undefined {
  return 'status' in error ? error.status : undefined;
}

/** The same for errors that need only one line. */
export function kindOf(error: AnyAtlasError): string {
  const { code, status, errorCode } = error.toJSON();
  return [code, status, errorCode].join(' ');
}

/** Says why calls failed and what to do, in the words of the client. The errors are of one kind, so the first is enough. */
export function sayWhy(failures: readonly [Failure, ...Failure[]]): string {
  const [{ error }] = failures;
  const { message, advice = '' } = error;
  const late = failures.filter((failure) => failure.error.code === 'TIMEOUT' && failure.error.limit === 'timeout');
  // If the check ran out of time, or waited for a rate limit until then, only an option of the command helps.
  if (late.length === 0 && statusOf(error) !== 429) return message;
  // The error of a call that never had its turn is one of the check.
  const isSilent = late.some((failure) => !failure.isCluster && failure.error.operation !== 'checkBackups');
  const what = message.slice(0, message.length - advice.length).trimEnd();
  return isSilent
    ? `${what} Atlas did not answer. If it is slow, give the check more time with --timeout.`
    : `${what} Give the check more time with --timeout.`;
}
