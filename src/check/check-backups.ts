import { z } from 'zod';
import { clusterNameSchema, groupIdSchema } from '../atlas/schemas.js';
import type { TenantSnapshotsClient } from '../client.js';
import { type AtlasError, AtlasInvalidArgumentError, isAtlasError } from '../errors/errors.js';
import { issuesOf } from '../errors/issues.js';
import { type BackupFinding, dayAndMargin, judge } from './finding.js';
import { type Job, Jobs } from './jobs.js';

/** Options of {@link checkBackups}. */
export interface BackupCheckOptions {
  /** The IDs of the projects to check. Default: every project that the login can read. */
  groupIds?: readonly string[] | undefined;
  /** The highest age of a fresh backup, in ms. Default: 26 hours. */
  maxAge?: number | undefined;
  /** Limits the whole check, in ms. What is not known by then is `unknown`, with a `TIMEOUT`. Default: 10 minutes. */
  timeout?: number | undefined;
  /** The maximum number of calls at a time. Default: 16. */
  concurrency?: number | undefined;
  /** Ends the check at once. It then throws the signal's reason. */
  signal?: AbortSignal | null | undefined;
}

type BackupClient = Pick<TenantSnapshotsClient, 'getAll' | 'listTenantSnapshots'>;

type Project = Pick<BackupFinding, 'groupId' | 'groupName'>;

/** The longest delay of a timer, in ms. */
export const maxDelay = 0x7fff_ffff;

// Not instanceof: the signal may come from another realm.
const isSignal = (value: unknown) => typeof value === 'object' && value !== null && 'addEventListener' in value;

const optionsSchema = z
  .strictObject({
    groupIds: z.array(groupIdSchema),
    maxAge: z.number().positive(),
    timeout: z.number().positive().max(maxDelay),
    concurrency: z.number().int().positive(),
    signal: z.custom<AbortSignal>(isSignal, 'must be an AbortSignal').nullable(),
  })
  .partial();

const groupsPath = '/api/atlas/v2/groups';
const nameSchema = z.object({ clusterName: clusterNameSchema });
const anything = z.unknown().optional();
const projectSchema = z.object({ id: groupIdSchema, name: anything });
const clusterSchema = z.object({ name: z.string(), stateName: anything, createDate: anything });

/**
 * Checks whether every Flex cluster has a recent backup. Yields a finding per cluster as soon as it is known, in no particular
 * order. A project whose clusters cannot be listed is one `unknown` finding without `clusterName`. Leaving the loop ends the
 * check. The API key or service account needs the role Project Read Only in each project.
 *
 * @returns the findings. The first `next()` throws an {@link AtlasInvalidArgumentError} if the options are invalid, and an
 * {@link AtlasError} if the projects cannot be listed. Any `next()` throws the signal's reason if the signal aborts, and an
 * {@link AtlasClosedError} if the client is closed.
 *
 * @example
 * ```ts
 * for await (const { groupId, clusterName, state } of checkBackups(client)) console.log(groupId, clusterName, state);
 * ```
 * @see https://www.mongodb.com/docs/atlas/backup/cloud-backup/flex-cluster-backup/
 */
export function checkBackups(
  client: Pick<TenantSnapshotsClient, 'getAll' | 'listTenantSnapshots'>,
  options: BackupCheckOptions = {},
): AsyncGenerator<BackupFinding, void> {
  return runCheck(client, options, () => {});
}

/**
 * Does the same as {@link checkBackups}, and reports the number of projects.
 *
 * @param onProjects - called with the number of projects as soon as it is known.
 */
export async function* runCheck(
  client: BackupClient,
  options: BackupCheckOptions,
  onProjects: (count: number) => void,
): AsyncGenerator<BackupFinding, void> {
  const issues = issuesOf(optionsSchema, options);
  if (issues.length > 0) throw new AtlasInvalidArgumentError(issues, { operation: 'checkBackups' });
  const { signal } = options;
  if (signal?.aborted) throw signal.reason;
  const { jobs } = new Check(client, options, onProjects);
  const onAbort = () => jobs.stop(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    for (let finding = await jobs.next(); finding !== undefined; finding = await jobs.next()) yield finding;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    jobs.stop();
  }
}

/** What a check asks Atlas for, and what it makes of the answers. */
class Check {
  readonly jobs: Jobs<BackupFinding>;
  readonly #client: BackupClient;
  readonly #maxAge: number;
  readonly #onProjects: (count: number) => void;
  readonly #waiting: Job<BackupFinding>[] = [];
  #projects: Iterator<Project> = [].values();

  constructor(client: BackupClient, options: BackupCheckOptions, onProjects: (count: number) => void) {
    const { groupIds, maxAge = dayAndMargin, timeout = 600_000, concurrency = 16 } = options;
    this.jobs = new Jobs(timeout, concurrency, () => this.#nextJob());
    this.#client = client;
    this.#maxAge = maxAge;
    this.#onProjects = onProjects;
    if (groupIds === undefined) this.#waiting.push(() => this.#listProjects());
    else this.#setProjects(groupIds.map((groupId) => ({ groupId })));
  }

  #nextJob(): Job<BackupFinding> | undefined {
    // Clusters first, so that only those of a few projects wait.
    const job = this.#waiting.pop();
    if (job !== undefined) return job;
    const { value: project, done } = this.#projects.next();
    return done ? undefined : () => this.#listClusters(project);
  }

  async #listProjects(): Promise<undefined> {
    const options = { apiVersion: '2023-01-01', schema: projectSchema };
    const projects = await this.jobs.call((limits) => this.#client.getAll(groupsPath, { ...options, ...limits }));
    this.#setProjects(
      projects.map(({ id, name }) => ({ groupId: id, ...(typeof name === 'string' && { groupName: name }) })),
    );
  }

  #setProjects(projects: readonly Project[]): void {
    const byId = new Map(projects.map((project) => [project.groupId, project]));
    this.#projects = byId.values();
    this.#onProjects(byId.size);
  }

  async #listClusters(project: Project): Promise<BackupFinding | undefined> {
    const path = `${groupsPath}/${project.groupId}/flexClusters`;
    const options = { apiVersion: '2024-11-13', schema: clusterSchema };
    try {
      const clusters = await this.jobs.call((limits) => this.#client.getAll(path, { ...options, ...limits }));
      for (const { name, stateName, createDate } of clusters) {
        if (stateName !== 'DELETING') this.#waiting.push(() => this.#checkCluster(project, name, createDate));
      }
      return undefined;
    } catch (error) {
      return { ...project, state: 'unknown', error: asFinding(error) };
    }
  }

  async #checkCluster(project: Project, clusterName: string, createDate: unknown): Promise<BackupFinding> {
    const cluster = { ...project, clusterName };
    try {
      const issues = issuesOf(nameSchema, cluster);
      if (issues.length > 0) throw new AtlasInvalidArgumentError(issues, { operation: 'listTenantSnapshots' });
      const snapshots = await this.jobs.call((limits) =>
        this.#client.listTenantSnapshots(project.groupId, clusterName, { endpoint: 'flex', ...limits }),
      );
      return { ...cluster, ...judge(snapshots, createDate, this.#maxAge, Date.now()) };
    } catch (error) {
      return { ...cluster, state: 'unknown', error: asFinding(error) };
    }
  }
}

/** Returns an error that is a finding. Throws any other, such as that of a closed client, because it ends the check. */
function asFinding(error: unknown): AtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}
