import type { BackupFinding } from '../check/index.js';
import type { AnyAtlasError } from '../index.js';
import { chooses } from './check-options.js';
import type { Login } from './environment.js';
import { explain } from './explain.js';
import { clusterOf, type Found, isCluster, projectOf } from './names.js';
import { printable } from './output.js';
import { includes } from './patterns.js';
import type { Report } from './report.js';

/** Why something could not be checked or is missing. */
type Problem = ReturnType<typeof problem>;

/** Finds what could not be checked or is missing. */
export function findProblems(report: Report): Problem[] {
  const { options, findings, leftOut, notChecked, login, error } = report;
  if (error !== undefined) return [failure('The projects could not be listed', error, login)];
  const filtered = notChecked.filter(({ reason }) => reason === 'excluded' || reason === 'not included');
  const backedUp = [...findings, ...leftOut, ...filtered];
  const known = new Set(backedUp.map(({ groupId }) => groupId));
  const empty = options.groupIds?.filter((groupId) => !known.has(groupId)) ?? [];
  const unused = options.include.filter((pattern) => !backedUp.some((found) => includes(pattern, found)));
  const problems = [
    ...findings.flatMap((found) => (found.error === undefined ? [] : [failure(nameOf(found), found.error, login)])),
    ...empty.map((groupId) => problem(groupId, 'The project has no cluster that Atlas backs up.')),
    ...unused.map(({ text }) => problem('--include', `${text} ${matchesNone}`)),
    ...vanished(report),
  ];
  if (problems.length > 0 || report.summary.clusters > 0) return problems;
  return [problem('No cluster was checked', filtered.length > 0 ? 'All of them are excluded.' : noneFound)];
}

const matchesNone =
  'matches no cluster that Atlas backs up. Check the pattern, and that the login can read the project.';
const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

/** Finds the clusters of the baseline that are neither listed now nor left out. */
function vanished({ options, findings, notChecked }: Report): Problem[] {
  const { file, clusters } = options.baseline;
  const what = `in ${file}, and no longer listed. If nobody deleted it, check the role of the login in the project.`;
  const keyOf = ({ groupId, clusterName }: Found) => `${groupId}/${clusterName}`;
  const listed = new Set([...findings, ...notChecked].map(keyOf));
  const unclear = new Set(findings.filter((found) => !isCluster(found)).map(({ groupId }) => groupId));
  return clusters
    .filter((cluster) => chooses(options, cluster) && !unclear.has(cluster.groupId) && !listed.has(keyOf(cluster)))
    .map((cluster) => problem(nameOf(cluster), what));
}

/** Says which patterns of `--exclude` match nothing. That is no problem. */
export function formatUnused({ options, findings, leftOut, notChecked, error }: Report): string[] {
  const listed = [...findings, ...leftOut, ...notChecked];
  const unused = options.exclude.filter((pattern) => !listed.some((found) => includes(pattern, found)));
  return error === undefined ? unused.map(({ text }) => printable(`--exclude ${text} matched nothing.`)) : [];
}

const shownNames = 3;

/** Formats problems: a line for each kind, with the first names that it is about, and the first message. */
export function formatProblems(problems: readonly Problem[]): string[] {
  const kinds = new Map<string, Problem[]>();
  for (const problem of problems) {
    const same = kinds.get(problem.kind) ?? [];
    kinds.set(problem.kind, same);
    same.push(problem);
  }
  return Array.from(kinds.values(), (same) => {
    const names = same.slice(0, shownNames).map(({ about }) => about);
    const more = same.length > shownNames ? ` and ${same.length - shownNames} more` : '';
    return printable(`${names.join(', ')}${more}: ${same[0]?.message}`);
  });
}

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

function nameOf(found: Found & Partial<Pick<BackupFinding, 'clusterType'>>): string {
  const list = isCluster(found) || found.clusterType === undefined ? '(no name)' : listNames[found.clusterType];
  return `${projectOf(found)} / ${clusterOf(found) || list}`;
}

/** @param kind - problems of the same kind share a line. */
function problem(about: string, message: string, kind = message) {
  return { about, message, kind };
}

function failure(about: string, error: AnyAtlasError, login: Login): Problem {
  const { code, operation, limit, status, errorCode } = error.toJSON();
  const message = explain(error, login);
  // The messages of a kind may differ in names and times.
  if (code === 'TIMEOUT') return problem(about, message, `${operation} ${limit}`);
  return problem(about, message, errorCode ? `${status} ${errorCode}` : message);
}
