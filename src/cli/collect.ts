import { readSchedule, week } from '../check/facts.js';
import { type BackupFinding, checkBackups } from '../check/index.js';

const groupsPath = '/api/atlas/v2/groups';

import { readLogins } from '../client/config/environment.js';
import { isAtlasError, TenantSnapshotsClient } from '../client/index.js';
import type { CheckOptions } from './check-options.js';
import { type CheckReport, toReport } from './check-report.js';
import { isCluster } from './patterns.js';
import type { Output } from './streams.js';

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
export async function collect(
  options: CheckOptions,
  stderr: Output['stderr'],
  signal: AbortSignal,
): Promise<CheckReport> {
  const client = new TenantSnapshotsClient();
  const [login] = readLogins();
  if (login === undefined) throw new Error('The client found a login that the command did not.');
  const start = { options, login, checkedAt: new Date() };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: BackupFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { ...options.ofCheck, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) {
        const weekly = await findWeekly(client, findings, options, signal);
        return toReport({ ...start, weekly, finishedAt: new Date() }, findings, value);
      }
      findings.push(value);
      if (isCluster(value)) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return toReport({ ...start, finishedAt: new Date(), error }, [], {
      projects: 0,
      projectsNotRead: [],
      notChecked: [],
    });
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Finds the stale clusters whose limit, as given, is shorter than their weekly schedule, as far as that can be read. */
async function findWeekly(
  client: TenantSnapshotsClient,
  findings: readonly BackupFinding[],
  { maxAge }: CheckOptions,
  signal: AbortSignal,
): Promise<ReadonlySet<BackupFinding>> {
  const weekly = new Set<BackupFinding>();
  const reads = findings.map(async (finding) => {
    if (finding.state !== 'stale' || finding.clusterType === 'flex' || finding.maxAge >= week) return;
    if (typeof maxAge.limitOf(finding) !== 'number') return;
    const path = `${groupsPath}/${finding.groupId}/clusters/${finding.clusterName}/backup/schedule`;
    const request = { apiVersion: '2024-08-05', timeout: 10_000, maxRetries: 0, signal };
    const schedule = finding.evidence?.schedule ?? (await client.get(path, request));
    if (readSchedule(schedule).interval === week) weekly.add(finding);
  });
  await Promise.allSettled(reads);
  return weekly;
}
