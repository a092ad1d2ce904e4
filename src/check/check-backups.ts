import type { TenantSnapshotsClient } from '../index.js';
import { Calls } from './calls.js';
import { checkCluster } from './check-cluster.js';
import { isListedTwice, reasonNotToCheck, toCluster } from './cluster.js';
import { invalidArguments, reportable } from './errors.js';
import type { BackupCheckTotals, BackupFinding } from './finding.js';
import { type Job, runJobs } from './jobs.js';
import { allowListeners } from './listeners.js';
import { type BackupCheckOptions, optionsSchema } from './options.js';
import { type ClusterType, type Project, readClusters, readProjects } from './reads.js';

/**
 * Checks whether every Flex and dedicated cluster has a recent backup. Yields a finding per cluster as soon as it is known, in
 * no particular order. If the Flex or the dedicated clusters of a project cannot be listed, that is one `unknown` finding
 * without `clusterName`. Clusters without a finding are in the totals. Leaving the loop ends the check. The API key or service
 * account needs the role Project Read Only in each project.
 *
 * @returns the findings. The first `next()` throws an {@link AtlasInvalidArgumentError} if the options are invalid, and an
 * {@link AtlasError} if the projects cannot be listed. Any `next()` throws the signal's reason if the signal aborts, an
 * `AtlasClosedError` if the client is closed, and what a function in the options throws.
 *
 * @example
 * ```ts
 * for await (const { groupId, clusterName, state } of checkBackups(client)) console.log(groupId, clusterName, state);
 * ```
 * @see https://www.mongodb.com/docs/atlas/backup/cloud-backup/overview/
 */
export async function* checkBackups(
  client: Pick<TenantSnapshotsClient, 'get' | 'getAll'>,
  options: BackupCheckOptions = {},
): AsyncGenerator<BackupFinding, BackupCheckTotals> {
  const invalid = invalidArguments(optionsSchema, options);
  if (invalid !== undefined) throw invalid;
  const { signal, timeout = 600_000, concurrency = 16 } = options;
  if (signal?.aborted) throw signal.reason;
  const calls = new Calls(client, timeout);
  const check: Check = { calls, options, projectsRead: new Set(), notChecked: [] };
  const onAbort = () => calls.end(signal?.reason);
  if (signal) allowListeners(signal);
  signal?.addEventListener('abort', onAbort);
  try {
    yield* runJobs(() => checkProjects(check), concurrency, signal);
    return { projects: check.projectsRead.size, notChecked: check.notChecked };
  } finally {
    calls.end();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What the jobs of a check share. */
interface Check {
  readonly calls: Calls;
  readonly options: BackupCheckOptions;
  /** The IDs of the projects of which a list was read. */
  readonly projectsRead: Set<string>;
  readonly notChecked: BackupCheckTotals['notChecked'];
}

async function checkProjects(check: Check): Promise<Iterable<Job>> {
  const { groupIds } = check.options;
  const given = groupIds && [...new Set(groupIds)].map((groupId) => ({ groupId }));
  return listJobs(given ?? (await readProjects(check.calls)), check);
}

function* listJobs(projects: readonly Project[], check: Check): Iterable<Job> {
  for (const project of projects) {
    yield () => checkList(project, 'flex', check);
    yield () => checkList(project, 'dedicated', check);
  }
}

async function checkList(project: Project, clusterType: ClusterType, check: Check): ReturnType<Job> {
  try {
    const listed = await readClusters(project.groupId, clusterType, check.calls);
    check.projectsRead.add(project.groupId);
    return clusterJobs(project, clusterType, listed, check);
  } catch (error) {
    return { ...project, clusterType, state: 'unknown', error: reportable(error) };
  }
}

function* clusterJobs(
  project: Project,
  clusterType: ClusterType,
  listed: readonly unknown[],
  { calls, options, notChecked }: Check,
): Iterable<Job> {
  for (const item of listed) {
    const cluster = toCluster(clusterType, item);
    if (isListedTwice(cluster)) continue;
    // A missing name becomes an empty one, which is reported as invalid.
    const clusterName = typeof cluster['name'] === 'string' ? cluster['name'] : '';
    const name = { ...project, clusterName, clusterType };
    const isWanted = () => options.filter?.(name) ?? true;
    const reason = reasonNotToCheck(cluster) ?? (isWanted() ? undefined : 'filtered');
    if (reason === undefined) yield () => checkCluster(name, item, options, calls);
    else notChecked.push({ ...name, reason });
  }
}
