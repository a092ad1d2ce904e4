import type { BackupCheckTotals, BackupFinding, BackupState } from '../check/index.js';
import type { Login } from '../config/environment.js';
import type { AnyAtlasError } from '../index.js';
import type { CheckOptions } from './check-options.js';
import { chooses, clusterOf, excludedBy, type Found, isCluster, projectOf } from './patterns.js';
import { stateNames } from './states.js';

/** The limit of a cluster without `--max-age`, unless its schedule changes it: 26 hours, in ms. */
export const dailyLimit = 26 * 3_600_000;

/** A check as it is reported. */
export interface Report extends ReturnType<typeof arrange> {
  /** When the check started. */
  readonly checkedAt: Date;
  readonly finishedAt: Date;
  readonly options: CheckOptions;
  readonly login: Login;
  /** Why the projects could not be listed. */
  readonly error?: AnyAtlasError | undefined;
}

/** Sorts and counts what a check found. */
export function arrange(found: readonly BackupFinding[], totals: BackupCheckTotals, options: CheckOptions) {
  const notChecked = totals.notChecked.map((cluster) => toNotChecked(cluster, options)).sort(compareNames);
  // The filter of the check sees clusters only, and not the lists that failed.
  const findings = found.filter((finding) => chooses(options, finding)).sort(compareFindings);
  const clusters = findings.filter(isCluster);
  const ofStates = Object.fromEntries(stateNames.map((state) => [state, 0])) as Record<BackupState, number>;
  const ofReasons = { free: 0, deleting: 0, internal: 0, excluded: 0, 'not included': 0 };
  for (const { state } of clusters) ofStates[state] += 1;
  for (const { reason } of notChecked) ofReasons[reason] += 1;
  const notListed = new Set(findings.filter((finding) => !isCluster(finding)).map(({ groupId }) => groupId));
  const { projects, clockOffset } = totals;
  const counts = { projects, projectsNotListed: notListed.size, clusters: clusters.length, clockOffset };
  return {
    summary: { ...counts, ...ofStates, ...ofReasons },
    ofStates,
    ofReasons,
    findings,
    notChecked,
    /** Everything that Atlas listed, and the lists that failed, whatever the options leave out. */
    listed: [...found, ...notChecked],
  };
}

/** Says why a cluster is not checked, and which pattern excluded it. */
function toNotChecked(cluster: BackupCheckTotals['notChecked'][number], options: CheckOptions) {
  const { reason } = cluster;
  if (reason !== 'filtered') return { ...cluster, reason };
  const pattern = excludedBy(options, cluster)?.text;
  return { ...cluster, reason: pattern === undefined ? ('not included' as const) : ('excluded' as const), pattern };
}

const { compare } = new Intl.Collator('en');

/** Compares projects and clusters as shown. */
export function compareNames(a: Found, b: Found): number {
  return compare(projectOf(a), projectOf(b)) || compare(clusterOf(a), clusterOf(b));
}

/** Compares findings by state, stale ones by age, then by name. */
function compareFindings(a: BackupFinding, b: BackupFinding): number {
  return (
    stateNames.indexOf(a.state) - stateNames.indexOf(b.state) ||
    (a.state === 'stale' && b.state === 'stale' && a.newest.time.getTime() - b.newest.time.getTime()) ||
    compareNames(a, b) ||
    compare(a.clusterType, b.clusterType)
  );
}
