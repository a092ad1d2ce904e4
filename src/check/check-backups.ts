import { z } from 'zod';
import {
  type AnyAtlasError,
  AtlasInvalidArgumentError,
  clusterNameSchema,
  isAtlasError,
  type TenantSnapshotsClient,
} from '../index.js';
import { type Cluster, isFree, isIgnored, otherEditionOf } from './cluster.js';
import type { BackupCheckTotals, BackupFinding } from './finding.js';
import { type Job, Jobs } from './jobs.js';
import { judge, needsSchedule } from './judge.js';
import { allowListeners } from './listeners.js';
import { type BackupCheckOptions, optionsSchema } from './options.js';
import { type BackupClient, type ClusterType, type Project, Reads } from './reads.js';
import { dailySchedule } from './schedule.js';

/**
 * Checks whether every Flex and dedicated cluster has a recent backup. Yields a finding per cluster as soon as it is known, in
 * no particular order. If the Flex or the dedicated clusters of a project cannot be listed, that is one `unknown` finding
 * without `clusterName`. Leaving the loop ends the check. The API key or service account needs the role Project Read Only in
 * each project.
 *
 * @returns the findings. The first `next()` throws an {@link AtlasInvalidArgumentError} if the options are invalid, and an
 * {@link AtlasError} if the projects cannot be listed. Any `next()` throws the signal's reason if the signal aborts, and an
 * `AtlasClosedError` if the client is closed.
 *
 * @example
 * ```ts
 * for await (const { groupId, clusterName, state } of checkBackups(client)) console.log(groupId, clusterName, state);
 * ```
 * @see https://www.mongodb.com/docs/atlas/backup/cloud-backup/overview/
 */
export async function* checkBackups(
  client: Pick<TenantSnapshotsClient, 'get' | 'getAll' | 'listTenantSnapshots'>,
  options: BackupCheckOptions = {},
): AsyncGenerator<BackupFinding, BackupCheckTotals> {
  requireValid(optionsSchema, options);
  const { signal } = options;
  if (signal?.aborted) throw signal.reason;
  const check = new Check(client, options);
  const { jobs } = check;
  const onAbort = () => jobs.stop(signal?.reason);
  if (signal) allowListeners(signal);
  signal?.addEventListener('abort', onAbort);
  try {
    for (let finding = await jobs.next(); finding !== undefined; finding = await jobs.next()) yield finding;
    return check.totals;
  } finally {
    jobs.stop();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** @throws AtlasInvalidArgumentError */
function requireValid(schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
  throw new AtlasInvalidArgumentError(`checkBackups was not sent because of invalid arguments: ${list}.`, {
    operation: 'checkBackups',
    issues,
  });
}

const nameSchema = z.object({ clusterName: clusterNameSchema });

/** The jobs of a check, and its totals. */
class Check {
  readonly jobs: Jobs;
  readonly #reads: Reads;
  readonly #maxAge: BackupCheckOptions['maxAge'];
  readonly #waiting: Job[] = [];
  #lists: Iterator<Job, undefined> = [].values();
  /** The IDs of the projects of which a list was read. */
  readonly #projectsRead = new Set<string>();
  readonly #notChecked: BackupCheckTotals['notChecked'] = [];

  constructor(client: BackupClient, options: BackupCheckOptions) {
    const { groupIds, maxAge, timeout = 600_000, concurrency = 16 } = options;
    // Clusters first, so that only those of a few projects wait.
    this.jobs = new Jobs(timeout, concurrency, () => this.#waiting.pop() ?? this.#lists.next().value);
    this.#reads = new Reads(client, this.jobs);
    this.#maxAge = maxAge;
    if (groupIds === undefined) this.#waiting.push(() => this.#listProjects());
    else this.#lists = this.#listJobs(groupIds.map((groupId) => ({ groupId })));
  }

  get totals(): BackupCheckTotals {
    return { projects: this.#projectsRead.size, notChecked: this.#notChecked };
  }

  async #listProjects(): Promise<undefined> {
    this.#lists = this.#listJobs(await this.#reads.projects());
  }

  *#listJobs(projects: readonly Project[]): Iterator<Job, undefined> {
    const byId = new Map(projects.map((project) => [project.groupId, project]));
    for (const project of byId.values()) {
      yield () => this.#listClusters(project, 'flex');
      yield () => this.#listClusters(project, 'dedicated');
    }
  }

  async #listClusters(project: Project, clusterType: ClusterType): Promise<BackupFinding | undefined> {
    try {
      const clusters = await this.#reads.clusters(project.groupId, clusterType);
      this.#projectsRead.add(project.groupId);
      for (const cluster of clusters) {
        if (isIgnored(cluster)) continue;
        if (isFree(cluster)) {
          this.#notChecked.push({ ...project, clusterType, clusterName: cluster.name, reason: 'free' });
        } else this.#waiting.push(() => this.#checkCluster(project, clusterType, cluster));
      }
      return undefined;
    } catch (error) {
      return { ...project, clusterType, state: 'unknown', error: findingError(error) };
    }
  }

  async #checkCluster(project: Project, clusterType: ClusterType, cluster: Cluster): Promise<BackupFinding> {
    const { name: clusterName, pitEnabled } = cluster;
    const known = { ...project, clusterType, clusterName, ...(typeof pitEnabled === 'boolean' && { pitEnabled }) };
    try {
      // An invalid name could change the path.
      requireValid(nameSchema, known);
      return { ...known, ...(await this.#judge(project.groupId, clusterType, cluster)) };
    } catch (error) {
      return { ...known, state: 'unknown', error: findingError(error) };
    }
  }

  async #judge(groupId: string, clusterType: ClusterType, cluster: Cluster) {
    if (cluster.backupEnabled === false && otherEditionOf(cluster) === undefined) {
      return { state: 'none' as const, reason: 'backup off' as const };
    }
    const backups = await this.#reads.backups(groupId, clusterType, cluster);
    const name = { groupId, clusterType, clusterName: cluster.name };
    const maxAge = typeof this.#maxAge === 'function' ? this.#maxAge(name) : this.#maxAge;
    const evidence = { cluster, backups, maxAge };
    if (clusterType === 'flex' || !needsSchedule(evidence)) return judge(evidence, dailySchedule);
    const schedule = await this.#reads
      .schedule(groupId, cluster.name)
      .catch((error) => ({ error: findingError(error) }));
    return judge(evidence, schedule);
  }
}

/** Returns the error if a finding can report it. Throws any other, such as that of a closed client: it ends the check. */
function findingError(error: unknown): AnyAtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}
