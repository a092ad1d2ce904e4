import type { BackupFinding } from '../check/index.js';
import type { AtlasError } from '../index.js';
import { clusterOf, projectOf } from './names.js';
import { printable } from './output.js';
import type { Report } from './report.js';

/** Why something could not be checked. */
interface Problem {
  readonly about: string;
  readonly message: string;
}

/**
 * Finds what could not be checked.
 *
 * @param groupIds - the projects that the user named.
 */
export function problemsOf(report: Report, groupIds: readonly string[]): Problem[] {
  const { findings, excluded, summary, error } = report;
  if (error !== undefined) return [{ about: 'The projects could not be listed', message: messageOf(error) }];
  const unknown = findings.flatMap((finding) => {
    const { error } = finding;
    return error === undefined ? [] : [{ about: nameOf(finding), message: messageOf(error) }];
  });
  const known = new Set([...findings, ...excluded].map(({ groupId }) => groupId));
  const empty = groupIds
    .filter((groupId) => !known.has(groupId))
    .map((about) => ({ about, message: 'The project has no cluster that Atlas backs up.' }));
  const problems = [...unknown, ...empty];
  if (problems.length > 0 || summary.clusters > 0) return problems;
  const why = excluded.length > 0 ? 'All of them are excluded.' : noneFound;
  return [{ about: 'No cluster was checked', message: why }];
}

const noneFound =
  'Atlas lists only the projects in which the login has a role, such as Project Read Only, and backs up no free cluster.';

const shownNames = 3;

/** Formats problems: a line for each message, with the first names that it is about. */
export function formatProblems(problems: readonly Problem[]): string[] {
  const names = new Map<string, string[]>();
  for (const { about, message } of problems) {
    const known = names.get(message) ?? [];
    known.push(about);
    names.set(message, known);
  }
  return Array.from(names, ([message, all]) => {
    const more = all.length > shownNames ? ` and ${all.length - shownNames} more` : '';
    return `${all.slice(0, shownNames).join(', ')}${more}: ${message}`;
  });
}

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

function nameOf(finding: BackupFinding): string {
  const { clusterName, clusterType } = finding;
  const name = clusterName === undefined ? listNames[clusterType] : clusterOf(finding) || '(no name)';
  return `${projectOf(finding)} / ${name}`;
}

/** What an error says, without the method and the path: they mean nothing to the user, and would set equal errors apart. */
function messageOf({ operation, path, message }: AtlasError): string {
  const subject = [`${operation} ${path}`, `${operation}`].find((text) => message.startsWith(text));
  return printable(subject === undefined ? message : `The request${message.slice(subject.length)}`);
}
