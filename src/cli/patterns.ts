import type { BackupFinding } from '../check/index.js';
import { forConsole } from './lines.js';

/** What has the name of a project and maybe of a cluster: a finding, a cluster that is not checked, or a project. */
export interface Named {
  readonly groupId: string;
  readonly groupName?: string | undefined;
  readonly clusterName?: string | undefined;
}

/** Returns the name of a project as the command shows it, or else its ID. */
export function projectOf({ groupId, groupName = '' }: Named): string {
  return forConsole(groupName).trim() || groupId;
}

/** Returns the name of a cluster as the command shows it. Empty if there is none. */
export function clusterOf({ clusterName = '' }: Named): string {
  return forConsole(clusterName).trim();
}

const listNames = { flex: 'Flex clusters', dedicated: 'dedicated clusters' };

/** Returns the name of a cluster, or of a list of clusters, such as `Web Shop / carts`. */
export function nameOf(found: Named & Pick<BackupFinding, 'clusterType'>): string {
  return `${projectOf(found)} / ${isCluster(found) ? clusterOf(found) : listNames[found.clusterType]}`;
}

/** Whether it is a cluster, and not a list that failed or a project. */
export function isCluster<T extends Named>(found: T): found is T & { clusterName: string } {
  return found.clusterName !== undefined;
}

/** A pattern of clusters, such as `Web Shop/test-*`. */
export interface Pattern {
  /** As the user gave it. */
  readonly text: string;
  /** The project as the user gave it: it may be an ID. */
  readonly project: string;
  readonly cluster: string;
}

/**
 * @param option - the option that has the pattern.
 * @throws an error that says what is wrong with the pattern.
 */
export function readPattern(option: string, text: string): Pattern {
  // The name of a project may contain slashes, the name of a cluster does not.
  const slash = text.lastIndexOf('/');
  const project = text.slice(0, slash);
  const cluster = text.slice(slash + 1);
  if (slash < 1 || cluster === '') {
    throw new Error(`${option} must be a project and a cluster, such as "Web Shop/test-*". It is "${text}".`);
  }
  return { text, project, cluster };
}

/** Whether a pattern covers a cluster. Only `*` covers a list that failed. */
export function covers(pattern: Pattern, found: Named): boolean {
  return isOfProject(pattern, found) && matches(pattern.cluster, clusterOf(found));
}

/** Whether a pattern may be meant for a cluster, for one of a list that failed, or for one of a project. */
export function mayCover(pattern: Pattern, found: Named): boolean {
  return isCluster(found) ? covers(pattern, found) : isOfProject(pattern, found);
}

function isOfProject({ project }: Pattern, found: Named): boolean {
  if (project === found.groupId) return true;
  // Wildcards match names, not IDs: `*2` means Team 2, not every project without a name whose ID ends in 2.
  const name = projectOf(found);
  return matches(project, name === found.groupId ? '' : name);
}

/** Whether a text matches a pattern. A regular expression would take exponential time for many `*`. */
function matches(pattern: string, text: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return text === start;
  if (!text.startsWith(start)) return false;
  let position = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return position + end.length <= text.length && text.endsWith(end);
}

/** Which clusters the user asked for. */
export interface Choice {
  /** Empty: all. */
  readonly include: readonly Pattern[];
  readonly exclude: readonly Pattern[];
}

/** Whether to check a cluster, or to report a list that failed. */
export function chooses(choice: Choice, found: Named): boolean {
  return isIncluded(choice, found) && excludedBy(choice, found) === undefined;
}

/** Whether the user asked for a cluster, or may have asked for one of a project or of a list that failed. */
export function isIncluded({ include }: Choice, found: Named): boolean {
  return include.length === 0 || include.some((pattern) => mayCover(pattern, found));
}

/** The first pattern that excludes a cluster, or a list that failed. */
export function excludedBy({ exclude }: Choice, found: Named): Pattern | undefined {
  return exclude.find((pattern) => covers(pattern, found));
}
