import type { BackupState } from '../check/index.js';
import { type Login, readLogins, valuesOf } from '../client/config/environment.js';
import { type AnyAtlasError, isAtlasApiError } from '../client/index.js';
import { formatDuration } from '../report/time.js';
import type { CheckReport } from './check-report.js';
import { groupBy, joinNames, type Line, notice } from './lines.js';
import { nameOf } from './patterns.js';
import { type Failure, findUnused, kindOf, sayWhy, statusOf } from './problems.js';

/** Says which login is used and which are not, if the environment has several with different values. */
export function describeLogins(used: Login): Line[] {
  const ignored = readLogins().filter((login) => valuesOf(login).join('\n') !== valuesOf(used).join('\n'));
  if (ignored.length === 0) return [];
  const namesOf = (logins: readonly Login[]) => logins.flatMap(({ variables }) => Object.values(variables)).join(', ');
  return [notice(`The environment has several logins. Used: ${namesOf([used])}. Ignored: ${namesOf(ignored)}.`)];
}

/** What to look at first if a backup is too old or missing. */
const firstLooks: { readonly [State in BackupState]?: string } = {
  none: 'There is no backup. Look first in Atlas whether backup is on, and whether the cluster has a schedule.',
  stale: 'The newest backup is too old. Look first at the snapshots and the schedule of the cluster in Atlas.',
};

/** Says what to look at first if backups are too old or missing. The states of these clusters decide the exit code. */
export function describeBadBackups({ findings }: CheckReport): Line[] {
  const lines: Line[] = [];
  for (const group of groupBy(findings, ({ state }) => state)) {
    const firstLook = firstLooks[group[0].state];
    if (firstLook === undefined) continue;
    const advice = 'Then see docs/check/alarm.md in the package atlas-tenant-snapshots.';
    lines.push(notice(`${joinNames(group.map(nameOf))}: ${firstLook} ${advice}`));
  }
  return lines;
}

/** Says what is worth knowing about a check, but is no problem. */
export function describeNotices(report: CheckReport): Line[] {
  return [...describeUnusedExcludes(report), ...describeClock(report), ...describeEvidence(report)];
}

function describeUnusedExcludes({ options, findings, listsLeftOut, notChecked, error }: CheckReport): Line[] {
  // Nothing is known about the clusters.
  if (error !== undefined) return [];
  const listed = [...findings, ...listsLeftOut, ...notChecked];
  return findUnused(options.exclude, listed).map(({ text }) => notice(`--exclude ${text} matched nothing.`));
}

function describeClock({ summary }: CheckReport): Line[] {
  const { clockOffset = 0 } = summary;
  if (Math.abs(clockOffset) <= 60_000) return [];
  const difference = `${formatDuration(Math.abs(clockOffset))} ${clockOffset > 0 ? 'ahead of' : 'behind'}`;
  return [
    notice(`The clock of this machine is ${difference} the clock of Atlas, by which backups are judged. Set it.`),
  ];
}

/** Says which parts of the evidence could not be read, and of how many clusters: one line for each kind. */
function describeEvidence({ findings }: CheckReport): Line[] {
  const failures = findings.flatMap(findEvidenceFailures);
  const groups = groupBy(failures, ({ error, part, needsManager }) => `${part} ${needsManager} ${kindOf(error)}`);
  return groups.map((group) => {
    const [{ part, needsManager }] = group;
    const clusters = group.length === 1 ? '1 cluster' : `${group.length} clusters`;
    const role = needsManager ? ' Restores of dedicated clusters need the role Project Backup Manager.' : '';
    return notice(`Evidence: ${part} of ${clusters} could not be read. ${sayWhy(group)}${role}`);
  });
}

/** A part of the evidence of a cluster that could not be read. */
interface EvidenceFailure extends Failure {
  /** Its name in the paths of Atlas, such as `restoreJobs`. */
  readonly part: string;
  /** Whether the login seems to lack the role for it. */
  readonly needsManager: boolean;
}

function findEvidenceFailures({ clusterType, error: reported, evidence }: CheckReport['findings'][number]) {
  const errors = evidence?.errors ?? [];
  // The error of the cluster has a line already, and a cluster without a schedule has none that could be read.
  const isKnown = (error: AnyAtlasError) =>
    error === reported || isAtlasApiError(error, { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' });
  return errors
    .filter((error) => !isKnown(error))
    .map((error): EvidenceFailure => {
      const part = error.path?.split('/').at(-1) ?? 'a part';
      const isRefused = statusOf(error) === 401 || statusOf(error) === 403;
      const needsManager = isRefused && part === 'restoreJobs' && clusterType === 'dedicated';
      return { error, isCluster: true, part, needsManager };
    });
}
