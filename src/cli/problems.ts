import { type AtlasError, isAtlasApiError } from '../index.js';
import { adviseOn } from './advice.js';
import type { CheckOptions } from './check-options.js';
import type { NamedFinding } from './names.js';
import { printable } from './output.js';
import { includes } from './patterns.js';
import type { Report } from './report.js';

/** Why something could not be checked. Problems of the same kind share a line. */
type Problem = ReturnType<typeof problem>;

/** Finds what could not be checked. */
export function problemsOf(report: Report, { groupIds = [], include }: CheckOptions): Problem[] {
  const { findings, excluded, summary, error } = report;
  if (error !== undefined) return [problem('The projects could not be listed', error)];
  const unknown = findings.flatMap((finding) =>
    finding.error === undefined ? [] : [problem(nameOf(finding), finding.error)],
  );
  const listed = [...findings, ...excluded];
  const known = new Set(listed.map(({ groupId }) => groupId));
  const empty = groupIds
    .filter((groupId) => !known.has(groupId))
    .map((about) => problem(about, 'The project has no cluster that Atlas backs up.'));
  const missed = include
    .filter((pattern) => !listed.some((finding) => includes(pattern, finding)))
    .map(({ text }) => problem('--include', `${text} matches no cluster that Atlas backs up. ${checkPattern}`));
  const problems = [...unknown, ...empty, ...missed];
  if (problems.length > 0 || summary.clusters > 0) return problems;
  return [problem('No cluster was checked', excluded.length > 0 ? 'All of them are excluded.' : noneFound)];
}

const checkPattern = 'Check the pattern, and that the login can read the project.';
const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

/** Says which patterns of `--exclude` match nothing. That is no problem. */
export function formatUnused({ findings, excluded, free }: Report, { exclude }: CheckOptions): string[] {
  const listed = [...findings, ...excluded, ...free];
  const unused = exclude.filter((pattern) => !listed.some((cluster) => includes(pattern, cluster)));
  return unused.map(({ text }) => `--exclude ${text} matched nothing.`);
}

const shownNames = 3;

/** Formats problems: a line for each kind, with the first names that it is about, and the first message. */
export function formatProblems(problems: readonly Problem[]): string[] {
  const lines = new Map<string, { readonly names: string[]; readonly message: string }>();
  for (const { about, message, kind } of problems) {
    const line = lines.get(kind) ?? { names: [], message };
    line.names.push(about);
    lines.set(kind, line);
  }
  return Array.from(lines.values(), ({ names, message }) => {
    const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
    return `${names.slice(0, shownNames).join(', ')}${more}: ${message}`;
  });
}

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

function nameOf({ project, cluster, clusterName, clusterType }: NamedFinding): string {
  return `${project} / ${clusterName === undefined ? listNames[clusterType] : cluster || '(no name)'}`;
}

function problem(about: string, why: AtlasError | string) {
  const message = typeof why === 'string' ? why : describeError(why);
  return { about, message, kind: isAtlasApiError(why) && why.errorCode ? `${why.status} ${why.errorCode}` : message };
}

/** Says what happened and what to do, in terms of the command. */
export function describeError(error: AtlasError): string {
  return printable(`${whatHappened(error)} ${adviseOn(error)}`.trimEnd());
}

function whatHappened(error: AtlasError): string {
  const { code, operation, path, message, advice = '', attempts = 1 } = error;
  if (code === 'TIMEOUT' && operation === 'checkBackups') return 'The check ran out of time.';
  // As the client says it, or undici while connecting. A proxy that hangs has no such number.
  const [, ms] = /(?:timed out after|timeout:) (\d+) ?ms/.exec(message) ?? [];
  if (code === 'TIMEOUT' && ms !== undefined) {
    return `Atlas did not answer within ${Number(ms) / 1000} s, in ${attempts} attempt${attempts === 1 ? '' : 's'}.`;
  }
  const what = message
    .slice(0, message.length - advice.length)
    .replace(/ \([\w ]*maxResponseSize\)/, '')
    .trimEnd();
  // The method and the path mean nothing to the user, and would set equal errors apart.
  const subject = [`${operation} ${path}`, `${operation}`].find((text) => what.startsWith(text));
  if (subject === undefined) return what;
  return `The request${what.slice(subject.length)}`.replace('The request: the', 'The');
}
