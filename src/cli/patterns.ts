import { clusterOf, type Found, projectOf } from './names.js';

/** A pattern of clusters, such as `Web Shop/test-*`. */
export interface Pattern {
  /** As the user gave it. */
  readonly text: string;
  /** The project as the user gave it: it may be an ID. */
  readonly groupId: string;
  readonly project: RegExp;
  readonly cluster: RegExp;
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
    throw new Error(`${option} must be a project and a cluster, such as "Web Shop/test-*".`);
  }
  return { text, groupId: project, project: toRegExp(project), cluster: toRegExp(cluster) };
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
}

/** Whether a pattern of `--include` matches. A list that failed may have any cluster. */
export function includes(pattern: Pattern, found: Found): boolean {
  return found.clusterName === undefined ? isOfProject(pattern, found) : covers(pattern, found);
}

/** Whether a pattern covers a cluster. Only `*` covers a list that failed. */
export function covers(pattern: Pattern, found: Found): boolean {
  return isOfProject(pattern, found) && pattern.cluster.test(clusterOf(found));
}

function isOfProject(pattern: Pattern, found: Found): boolean {
  const project = projectOf(found);
  // An ID counts as it is: `*2` is meant for Team 2, not for every project without a known name whose ID ends in 2.
  return pattern.groupId === found.groupId || pattern.project.test(project === found.groupId ? '' : project);
}
