import type { Named } from './names.js';
import { printable } from './output.js';

/** A pattern of clusters, such as `Web Shop/test-*`. */
export interface Pattern {
  /** The pattern as the command prints it. */
  readonly text: string;
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
    throw new Error(`${option} must be a project and a cluster, such as "Web Shop/test-*".`);
  }
  return { text: printable(text), project, cluster };
}

/** Whether a pattern of `--include` matches. A list that failed may have any cluster. */
export function includes(pattern: Pattern, found: Named): boolean {
  return found.clusterName === undefined ? isOfProject(pattern, found) : covers(pattern, found);
}

/** Whether a pattern covers a cluster. Only `*` covers a list that failed. */
export function covers(pattern: Pattern, found: Named): boolean {
  return isOfProject(pattern, found) && matches(pattern.cluster, found.cluster);
}

function isOfProject({ project: pattern }: Pattern, { groupId, project }: Named): boolean {
  // An ID counts as it is: `*2` is meant for Team 2, not for every project without a known name whose ID ends in 2.
  return pattern === groupId || matches(pattern, project === groupId ? '' : project);
}

// Not a regular expression: a long name could take hours to match.
function matches(pattern: string, text: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return text === pattern;
  if (!text.startsWith(start)) return false;
  let position = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.slice(position).endsWith(end);
}
