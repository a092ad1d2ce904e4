import type { BackupCheckTotals, BackupState } from '../check/index.js';
import type { AtlasError } from '../index.js';
import type { CheckOptions } from './check-options.js';
import { type Named, type NamedFinding, withNames } from './names.js';

/** The states, in the order of the report. */
export const states = ['none', 'stale', 'unknown', 'paused', 'new', 'fresh'] as const satisfies readonly BackupState[];

/** 26 hours, in ms. */
export const dailyLimit = 26 * 3_600_000;

/** A check as it is reported. */
export interface Report extends ReturnType<typeof arrange> {
  /** When the check started. */
  readonly checkedAt: Date;
  /** The limit of `--max-age`, or 26 hours, in ms. */
  readonly maxAge: number | 'schedule';
  readonly server: string;
  readonly login: string | undefined;
  readonly options: CheckOptions['given'];
  /** Why the projects could not be listed. */
  readonly error?: AtlasError | undefined;
}

/** Sorts and counts what a check found. */
export function arrange(
  findings: readonly NamedFinding[],
  excluded: readonly NamedFinding[],
  { projects, notChecked: unchecked }: BackupCheckTotals,
) {
  const notListed = findings.filter((finding) => !isCluster(finding));
  const projectsNotListed = new Set(notListed.map(({ groupId }) => groupId)).size;
  const clusters = findings.length - notListed.length;
  const ofStates = { none: 0, stale: 0, unknown: -notListed.length, paused: 0, new: 0, fresh: 0 };
  for (const { state } of findings) ofStates[state] += 1;
  const free = unchecked.filter(({ reason }) => reason === 'free');
  const notChecked = { free: free.length, excluded: excluded.filter(isCluster).length };
  return {
    summary: { projects, projectsNotListed, clusters, ...ofStates, ...notChecked },
    findings: [...findings].sort(compareFindings),
    excluded: [...excluded].sort(compareNames),
    free: free.map(withNames).sort(compareNames),
  };
}

const { compare } = new Intl.Collator('en');

/** Compares projects and clusters as shown. */
function compareNames(a: Named, b: Named): number {
  return compare(a.project, b.project) || compare(a.cluster, b.cluster);
}

/** Compares findings by state, stale ones by age, then by name. */
function compareFindings(a: NamedFinding, b: NamedFinding): number {
  return (
    states.indexOf(a.state) - states.indexOf(b.state) ||
    (a.state === 'stale' && b.state === 'stale' && a.newest.time.getTime() - b.newest.time.getTime()) ||
    compareNames(a, b) ||
    compare(a.clusterType, b.clusterType)
  );
}

/** Whether a finding is about a cluster, and not about a list that failed. */
export function isCluster({ clusterName }: Named): boolean {
  return clusterName !== undefined;
}
