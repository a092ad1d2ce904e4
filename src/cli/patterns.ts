import type { BackupFinding } from '../check/index.js';
import { forConsole } from './text.js';

/** A cluster, or the clusters of a project that could not be listed. */
export type Found = Pick<BackupFinding, 'groupId' | 'groupName' | 'clusterName'>;

/** Returns the name of a project as the command shows it, or else its ID. */
export function projectOf({ groupId, groupName = '' }: Found): string {
  return forConsole(groupName).trim() || groupId;
}

/** Returns the name of a cluster as the command shows it. Empty if it has none, or the clusters could not be listed. */
export function clusterOf({ clusterName = '' }: Found): string {
  return forConsole(clusterName).trim();
}

/** Whether it is a cluster, and not a list that failed. */
export function isCluster<T extends Found>(found: T): found is T & { clusterName: string } {
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
  const [project, cluster] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || cluster === '') {
    throw new Error(`${option} must be a project and a cluster, such as "Web Shop/test-*". It is "${text}".`);
  }
  return { text, project, cluster };
}

/** Whether a pattern covers a cluster. Only `*` covers a list that failed. */
export function covers(pattern: Pattern, found: Found): boolean {
  return isOfProject(pattern, found) && matches(pattern.cluster, clusterOf(found));
}

/** Whether a pattern may be meant for this: a list that failed may have any cluster. */
export function mayCover(pattern: Pattern, found: Found): boolean {
  return isCluster(found) ? covers(pattern, found) : isOfProject(pattern, found);
}

function isOfProject({ project }: Pattern, found: Found): boolean {
  const name = projectOf(found);
  // Wildcards match names, not IDs: `*2` means Team 2, not every project without a name whose ID ends in 2.
  return project === found.groupId || matches(project, name === found.groupId ? '' : name);
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
export function chooses(choice: Choice, found: Found): boolean {
  return isIncluded(choice, found) && excludedBy(choice, found) === undefined;
}

/** Whether the user asked for a cluster, or may have asked for one of a project or of a list that failed. */
export function isIncluded({ include }: Choice, found: Found): boolean {
  return include.length === 0 || include.some((pattern) => mayCover(pattern, found));
}

/** The first pattern that excludes a cluster, or a list that failed. */
export function excludedBy({ exclude }: Choice, found: Found): Pattern | undefined {
  return exclude.find((pattern) => covers(pattern, found));
}
