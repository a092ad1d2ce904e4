import { type AtlasError, isAtlasApiError } from '../index.js';
import type { NamedFinding } from './names.js';
import { printable } from './output.js';
import type { Report } from './report.js';

/** Why something could not be checked. Problems of the same kind share a line. */
type Problem = ReturnType<typeof problem>;

/**
 * Finds what could not be checked.
 *
 * @param groupIds - the projects that the user named.
 */
export function problemsOf(report: Report, groupIds: readonly string[]): Problem[] {
  const { findings, excluded, summary, error } = report;
  if (error !== undefined) return [problem('The projects could not be listed', error)];
  const unknown = findings.flatMap((finding) =>
    finding.error === undefined ? [] : [problem(nameOf(finding), finding.error)],
  );
  const known = new Set([...findings, ...excluded].map(({ groupId }) => groupId));
  const empty = groupIds
    .filter((groupId) => !known.has(groupId))
    .map((about) => problem(about, 'The project has no cluster that Atlas backs up.'));
  const problems = [...unknown, ...empty];
  if (problems.length > 0 || summary.clusters > 0) return problems;
  return [problem('No cluster was checked', excluded.length > 0 ? 'All of them are excluded.' : noneFound)];
}

const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

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
  const message = typeof why === 'string' ? why : messageOf(why);
  return { about, message, kind: isAtlasApiError(why) && why.errorCode ? `${why.status} ${why.errorCode}` : message };
}

/** What an error says, without the method and the path: they mean nothing to the user, and would set equal errors apart. */
function messageOf({ operation, path, message }: AtlasError): string {
  const subject = [`${operation} ${path}`, `${operation}`].find((text) => message.startsWith(text));
  return printable(subject === undefined ? message : `The request${message.slice(subject.length)}`);
}
