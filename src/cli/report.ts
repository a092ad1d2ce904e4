import type { BackupCheckTotals, BackupState } from '../check/index.js';
import type { AtlasError } from '../index.js';
import type { NamedFinding } from './names.js';

/** The states, in the order of the report. */
export const states = ['none', 'stale', 'unknown', 'paused', 'new', 'fresh'] as const satisfies readonly BackupState[];

/** What a check found out, as it is reported. */
export interface Report {
  /** When the check started. */
  readonly checkedAt: Date;
  /** The limit of `--max-age`, or 26 hours, in ms. */
  readonly maxAge: number;
  readonly summary: Summary;
  /** Sorted, without those that are excluded. */
  readonly findings: readonly NamedFinding[];
  /** Those that are excluded. */
  readonly excluded: readonly NamedFinding[];
  /** Why the projects could not be listed. */
  readonly error?: AtlasError | undefined;
}

type Summary = ReturnType<typeof summarize>;

const { compare } = new Intl.Collator('en');

/** Sorts findings for a report: by state, stale ones by age, then by project and cluster as shown. */
export function sortFindings(findings: readonly NamedFinding[]): NamedFinding[] {
  return [...findings].sort(
    (a, b) =>
      states.indexOf(a.state) - states.indexOf(b.state) ||
      (a.state === 'stale' && b.state === 'stale' && a.newest.time.getTime() - b.newest.time.getTime()) ||
      compare(a.project, b.project) ||
      compare(a.cluster, b.cluster) ||
      compare(a.clusterType, b.clusterType),
  );
}

/** Counts the projects of which a list was read, those of which a list failed, and the clusters in each state. */
export function summarize(
  findings: readonly NamedFinding[],
  excluded: readonly NamedFinding[],
  { projects, free }: BackupCheckTotals,
) {
  const notListed = findings.filter(({ clusterName }) => clusterName === undefined);
  const projectsNotListed = new Set(notListed.map(({ groupId }) => groupId)).size;
  const clusters = findings.length - notListed.length;
  const ofStates = { none: 0, stale: 0, unknown: -notListed.length, paused: 0, new: 0, fresh: 0 };
  for (const { state } of findings) ofStates[state] += 1;
  return { projects, projectsNotListed, clusters, ...ofStates, free: free.length, excluded: excluded.length };
}
