import { defaultMaxAge } from '../check/finding.js';
import type { BackupCheckTotals, BackupFinding, BackupState } from '../check/index.js';
import { type Login, readBaseUrl } from '../client/config/environment.js';
import type { AnyAtlasError } from '../client/index.js';
import { leftOutNames, type WrittenReport } from '../report/format.js';
import { stateNames } from '../report/states.js';
import type { CheckOptions } from './check-options.js';
import { chooses, clusterOf, excludedBy, type Found, isCluster, projectOf } from './patterns.js';

/** How the check was run. */
interface CheckRun {
  readonly checkedAt: Date;
  readonly finishedAt: Date;
  readonly options: CheckOptions;
  readonly login: Login;
  /** The names of all projects by their IDs, also of those whose clusters were not listed. */
  readonly projects: ReadonlyMap<string, string | undefined>;
  /** The stale clusters whose limit is shorter than their weekly schedule. Absent if nothing was checked. */
  readonly weekly?: ReadonlySet<BackupFinding>;
  /** Why the projects could not be listed. */
  readonly error?: AnyAtlasError | undefined;
}

/** A check as it is reported. */
export type CheckReport = ReturnType<typeof toReport>;

type NotChecked = WrittenReport['notChecked'][number];

/** Sorts and counts what a check found. */
export function toReport(run: CheckRun, found: readonly BackupFinding[], totals: BackupCheckTotals) {
  const { options } = run;
  const notChecked = totals.notChecked.map((cluster) => toNotChecked(cluster, options)).sort(compareNames);
  // The filter of the check sees clusters only, and not the lists that failed.
  const findings = found.filter((finding) => chooses(options, finding)).sort(compareFindings);
  const clusters = findings.filter(isCluster);
  const failedLists = findings.filter((finding) => !isCluster(finding));
  return {
    ...run,
    server: readServer(),
    maxAge: options.usualMaxAge ?? defaultMaxAge,
    findings,
    /** The findings, and the lists that failed, but are left out by the options. */
    found,
    notChecked,
    summary: {
      projects: totals.projects,
      projectsNotListed: new Set(failedLists.map(({ groupId }) => groupId)).size,
      clusters: clusters.length,
      clockOffset: totals.clockOffset,
      ...count([...clusters.map(({ state }) => state), ...notChecked.map(({ reason }) => reason)]),
    },
  };
}

/** The base URL that the client used. */
function readServer(): string {
  const { origin, pathname } = new URL(readBaseUrl());
  return origin + pathname.replace(/\/+$/, '');
}

/** Counts the clusters of each state, and those that are not checked for each reason. */
function count(found: readonly (BackupState | NotChecked['reason'])[]) {
  const names = [...stateNames, ...leftOutNames];
  const counts = names.map((name) => [name, found.filter((one) => one === name).length]);
  return Object.fromEntries(counts) as Record<BackupState | NotChecked['reason'], number>;
}

/** Says why a cluster is not checked, and which pattern excluded it. */
function toNotChecked(cluster: BackupCheckTotals['notChecked'][number], options: CheckOptions): NotChecked {
  const { reason } = cluster;
  if (reason !== 'filtered') return { ...cluster, reason };
  const pattern = excludedBy(options, cluster)?.text;
  return pattern === undefined ? { ...cluster, reason: 'not included' } : { ...cluster, reason: 'excluded', pattern };
}

const { compare } = new Intl.Collator('en');

/** Compares projects and clusters as shown. */
function compareNames(a: Found, b: Found): number {
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
