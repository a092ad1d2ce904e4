import type { NamedFinding } from './names.js';

/** A pattern of clusters that the command leaves out, such as `Web Shop/test-*`. */
export interface Exclusion {
  readonly project: string;
  readonly cluster: string;
}

/** @throws an error that says what is wrong with the pattern. */
export function readExclusion(text: string): Exclusion {
  // The name of a project may contain slashes, the name of a cluster does not.
  const slash = text.lastIndexOf('/');
  const [project, cluster] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || cluster === '') {
    throw new Error('--exclude must be a project and a cluster, such as "Web Shop/test-*".');
  }
  return { project, cluster };
}

/** Whether a pattern covers a finding. Only `*` covers clusters that could not be listed. */
export function excludes({ project, cluster }: Exclusion, finding: NamedFinding): boolean {
  const isOfProject = matches(project, finding.project) || matches(project, finding.groupId);
  return isOfProject && matches(cluster, finding.cluster);
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
