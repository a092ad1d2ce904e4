import type { BackupFinding } from '../check/index.js';
import { clusterOf, projectOf } from './names.js';

/** A pattern of clusters that the command leaves out. */
export interface Exclusion {
  /** As the user wrote it. */
  readonly text: string;
  readonly project: RegExp;
  readonly cluster: RegExp;
}

/**
 * Reads a pattern such as `Web Shop/test-*`.
 *
 * @throws an error that says what is wrong with the pattern.
 */
export function readExclusion(text: string): Exclusion {
  // The name of a project may contain slashes, the name of a cluster does not.
  const slash = text.lastIndexOf('/');
  const [project, cluster] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || cluster === '') {
    throw new Error('--exclude must be a project and a cluster, such as "Web Shop/test-*".');
  }
  return { text, project: toPattern(project), cluster: toPattern(cluster) };
}

function toPattern(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Whether a pattern covers a finding. Only `*` covers clusters that could not be listed. */
export function excludes({ project, cluster }: Exclusion, finding: BackupFinding): boolean {
  return (project.test(projectOf(finding)) || project.test(finding.groupId)) && cluster.test(clusterOf(finding));
}
