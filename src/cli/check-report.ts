import type { BackupCheckTotals, BackupFinding, BackupState, MaxAge } from '../check/index.js';
import { type Login, readBaseUrl } from '../client/config/environment.js';
import type { AnyAtlasError } from '../client/index.js';
import { leftOutNames, type WrittenReport } from '../report/format.js';
import { stateNames } from '../report/states.js';
import { type CheckOptions, defaultMaxAge } from './check-options.js';
import { chooses, clusterOf, excludedBy, isCluster, type Named, projectOf } from './patterns.js';

/** How the check was run. */
export interface CheckRun {
  readonly checkedAt: Date;
  readonly finishedAt: Date;
  readonly options: CheckOptions;
  readonly login: Login;
  /** Why the projects could not be listed. */
  readonly error?: AnyAtlasError | undefined;
}

/** A check as it is reported. */
export interface CheckReport extends CheckRun {
  /** The base URL that the client used. */
  readonly server: string;
  /** The limit of the clusters that no pattern is for. */
  readonly maxAge: MaxAge;
  /** The clusters that were checked, and the lists that failed, in the order of the table. */
  readonly findings: readonly BackupFinding[];
  /** The clusters that were not checked, by their names. */
  readonly notChecked: readonly NotChecked[];
  /** The lists that failed, but that the options leave out. */
  readonly listsLeftOut: readonly BackupFinding[];
  /** The projects of which no list was read, because no pattern of `--include` can match a cluster there. */
  readonly projectsNotRead: readonly Named[];
  readonly summary: Summary;
}

/** A cluster that was not checked, and why. */
export type NotChecked = WrittenReport['notChecked'][number];

type Summary = Omit<WrittenReport['summary'], 'departed'>;

/** Sorts and counts what a check found. */
export function toReport(run: CheckRun, found: readonly BackupFinding[], totals: BackupCheckTotals): CheckReport {
  const { options } = run;
  // The check asks about each cluster whether to leave it out, but not about a list that fails.
  const findings = found.filter((finding) => chooses(options, finding)).sort(compareFindings);
  const notChecked = totals.notChecked.map((cluster) => toNotChecked(cluster, options)).sort(compareNames);
  return {
    ...run,
    server: readServer(),
    maxAge: options.maxAge.usual ?? defaultMaxAge,
    findings,
    notChecked,
    listsLeftOut: found.filter((finding) => !chooses(options, finding)),
    projectsNotRead: totals.projectsNotRead,
    summary: sumUp(findings, notChecked, totals),
  };
}

function readServer(): string {
  const { origin, pathname } = new URL(readBaseUrl());
  return origin + pathname.replace(/\/+$/, '');
}

function sumUp(
  findings: readonly BackupFinding[],
  notChecked: readonly NotChecked[],
  { projects, clockOffset }: BackupCheckTotals,
): Summary {
  const clusters = findings.filter(isCluster);
  const failedLists = findings.filter((finding) => !isCluster(finding));
  const labels = [...clusters.map(({ state }) => state), ...notChecked.map(({ reason }) => reason)];
  return {
    projects,
    projectsNotListed: new Set(failedLists.map(({ groupId }) => groupId)).size,
    clusters: clusters.length,
    clockOffset,
    ...countLabels(labels),
  };
}

type Label = BackupState | NotChecked['reason'];

/** Counts each state, and each reason not to be checked, in the order of the summary. */
function countLabels(labels: readonly Label[]): Record<Label, number> {
  const counts = new Map<Label, number>();
  for (const label of [...stateNames, ...leftOutNames]) counts.set(label, 0);
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  // Object.fromEntries() forgets the names.
  return Object.fromEntries(counts) as Record<Label, number>;
}

/** Says why a cluster is not checked, and which pattern excluded it. */
function toNotChecked(cluster: BackupCheckTotals['notChecked'][number], options: CheckOptions): NotChecked {
  const { reason } = cluster;
  if (reason !== 'filtered') return { ...cluster, reason };
  const pattern = excludedBy(options, cluster);
  if (pattern === undefined) return { ...cluster, reason: 'not included' };
  return { ...cluster, reason: 'excluded', pattern: pattern.text };
}

const { compare } = new Intl.Collator('en');

/** Compares projects and clusters as shown. */
function compareNames(a: Named, b: Named): number {
  return compare(projectOf(a), projectOf(b)) || compare(clusterOf(a), clusterOf(b));
}

/** Compares findings by state, stale ones by age, then by name. */
function compareFindings(a: BackupFinding, b: BackupFinding): number {
  const byState = stateNames.indexOf(a.state) - stateNames.indexOf(b.state);
  if (byState !== 0) return byState;
  if (a.state === 'stale' && b.state === 'stale') {
    const byAge = a.newest.time.getTime() - b.newest.time.getTime();
    if (byAge !== 0) return byAge;
  }
  return compareNames(a, b) || compare(a.clusterType, b.clusterType);
}
