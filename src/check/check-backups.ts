import { allowListeners, Calls } from './calls.js';
import { checkCluster } from './check-cluster.js';
import { isListedTwice, reasonNotToCheck, toCluster } from './cluster.js';
import { invalidArguments, reportable } from './errors.js';
import type { BackupCheckTotals, BackupClient, BackupFinding } from './finding.js';
import { type Job, runJobs } from './jobs.js';
import { type BackupCheckOptions, optionsSchema } from './options.js';
import { type ClusterType, type Project, readClusters, readProjects } from './reads.js';

/**
 * Checks whether every Flex and dedicated cluster has a recent backup. Yields a finding per cluster as soon as it is known, in
 * no particular order. If the Flex or the dedicated clusters of a project cannot be listed, that is one `unknown` finding
 * without `clusterName`. Clusters without a finding are in the totals. Leaving the loop ends the check.
 *
 * The login needs the role Project Read Only in each project, or Organization Read Only for all projects. For the restore jobs
 * of dedicated clusters, which are part of the evidence, it needs Project Backup Manager.
 *
 * @returns the findings. The first `next()` throws an `AtlasInvalidArgumentError` if the options are invalid, and an
 * `AtlasError` if the projects cannot be listed. Any `next()` throws the signal's reason if the signal aborts, an
 * `AtlasClosedError` if the client is closed, and what a function in the options throws.
 *
 * @example
 * ```ts
 * for await (const { groupId, clusterName, state } of checkBackups(client)) console.log(groupId, clusterName, state);
 * ```
 * @see https://www.mongodb.com/docs/atlas/backup/cloud-backup/overview/
 */
export async function* checkBackups(
  client: BackupClient,
  options: BackupCheckOptions = {},
): AsyncGenerator<BackupFinding, BackupCheckTotals> {
  const invalid = invalidArguments(optionsSchema, options);
  if (invalid !== undefined) throw invalid;
  const { signal, timeout = 600_000, concurrency = 16 } = options;
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

async function checkProjects(check: Check): Promise<Job[]> {
  const { groupIds } = check.options;
  const given = groupIds && [...new Set(groupIds)].map((groupId) => ({ groupId }));
  const projects = given ?? (await readProjects(check.calls));
  return projects.flatMap((project) => [
    () => checkList(project, 'flex', check),
    () => checkList(project, 'dedicated', check),
  ]);
}

async function checkList(project: Project, clusterType: ClusterType, check: Check): ReturnType<Job> {
  let listed: unknown[];
  try {
    listed = await readClusters(project.groupId, clusterType, check.calls);
  } catch (error) {
    return { ...project, clusterType, state: 'unknown', error: reportable(error) };
  }
  check.projectsRead.add(project.groupId);
  return listed.flatMap((item) => clusterJob(project, clusterType, item, check) ?? []);
}

/** The job that checks a cluster. Undefined if the cluster is not checked. */
function clusterJob(project: Project, clusterType: ClusterType, listed: unknown, check: Check): Job | undefined {
  const { calls, options, notChecked } = check;
  const cluster = toCluster(clusterType, listed);
  if (isListedTwice(cluster)) return undefined;
  // A missing name becomes an empty one, which is reported as invalid.
  const clusterName = typeof cluster['name'] === 'string' ? cluster['name'] : '';
  const name = { ...project, clusterName, clusterType };
  const reason = reasonNotToCheck(cluster) ?? (options.filter?.(name) === false ? 'filtered' : undefined);
  if (reason === undefined) return () => checkCluster(name, listed, options, calls);
  notChecked.push({ ...name, reason });
  return undefined;
}
