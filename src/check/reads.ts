import { z } from 'zod';
import { groupIdSchema, isAtlasApiError, type TenantSnapshotsClient } from '../index.js';
import { type Backups, dedicatedBackups, flexBackups } from './backups.js';
import { type Cluster, clusterSchemas, isSharded } from './cluster.js';
import { futureBackup, onlySingleShards } from './errors.js';
import type { BackupFinding } from './finding.js';
import type { Jobs } from './jobs.js';
import { judgeSchedule, noSchedule, type Schedule, scheduleSchema } from './schedule.js';
import { anything } from './schemas.js';
import { dedicatedSnapshotSchema, isCompleted, isOfAllShards, shardedListSchema } from './snapshots.js';
import { hour } from './times.js';

/** The methods of the client that a check uses. */
export type BackupClient = Pick<TenantSnapshotsClient, 'get' | 'getAll' | 'listTenantSnapshots'>;

/** How a finding names its project. */
export type Project = Pick<BackupFinding, 'groupId' | 'groupName'>;

/** The name of each list of clusters in the paths of the API. */
const listNames = { flex: 'flexClusters', dedicated: 'clusters' } as const;

/** Which list of a project has a cluster. */
export type ClusterType = keyof typeof listNames;

const groupsPath = '/api/atlas/v2/groups';
const snapshotsVersion = '2023-01-01';
// Atlas allows at most 64 characters. Cut, because every finding of the project repeats the name.
const name = anything.transform((value) => (typeof value === 'string' ? value.slice(0, 1_000) : undefined));
const projectSchema = z.object({ id: groupIdSchema, name });

/**
 * What a check asks Atlas for.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
 */
export class Reads {
  readonly #client: BackupClient;
  readonly #jobs: Jobs;

  /** @param jobs - runs the calls. */
  constructor(client: BackupClient, jobs: Jobs) {
    this.#client = client;
    this.#jobs = jobs;
  }

  async projects(): Promise<Project[]> {
    const projects = await this.#list(groupsPath, '2023-01-01', projectSchema);
    return projects.map(({ id, name }) => ({ groupId: id, ...(name !== undefined && { groupName: name }) }));
  }

  clusters(groupId: string, type: ClusterType): Promise<Cluster[]> {
    const path = `${groupsPath}/${groupId}/${listNames[type]}`;
    return this.#list(path, type === 'flex' ? '2024-11-13' : '2024-08-05', clusterSchemas[type]);
  }

  /** @throws AtlasInvalidResponseError if the snapshots do not say whether there is a recent backup. */
  async backups(groupId: string, type: ClusterType, cluster: Cluster): Promise<Backups> {
    const path = `${groupsPath}/${groupId}/${listNames[type]}/${cluster.name}/backup/snapshots`;
    const backups =
      type === 'flex'
        ? flexBackups(await this.#flexSnapshots(groupId, cluster.name), Date.now())
        : await this.#dedicatedBackups(path, cluster);
    const { restorable: { newest } = {}, readAt } = backups;
    if (newest !== undefined && newest.time.getTime() - readAt > hour) throw futureBackup(newest.time, readAt, path);
    return backups;
  }

  #flexSnapshots(groupId: string, name: string) {
    return this.#jobs.call((limits) =>
      this.#client.listTenantSnapshots(groupId, name, { endpoint: 'flex', ...limits }),
    );
  }

  async #dedicatedBackups(path: string, cluster: Cluster): Promise<Backups> {
    const listed = await this.#list(path, snapshotsVersion, dedicatedSnapshotSchema);
    if (!isSharded(cluster)) return dedicatedBackups(listed, Date.now());
    let snapshots = listed.filter(isOfAllShards);
    if (snapshots.length === 0) {
      // MongoDB documents another list for sharded clusters. Which of the two has their snapshots is not known.
      const { results } = await this.#get(`${path}/shardedClusters`, snapshotsVersion, shardedListSchema);
      snapshots = results.filter(isOfAllShards);
      if (snapshots.length === 0 && listed.some(isCompleted)) throw onlySingleShards(path);
    }
    return dedicatedBackups(snapshots, Date.now());
  }

  /** Reads the schedule of a dedicated cluster. */
  async schedule(groupId: string, clusterName: string): Promise<Schedule> {
    const path = `${groupsPath}/${groupId}/clusters/${clusterName}/backup/schedule`;
    try {
      return judgeSchedule(await this.#get(path, '2024-08-05', scheduleSchema));
    } catch (error) {
      if (isAtlasApiError(error, { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' })) return noSchedule;
      throw error;
    }
  }

  #list<T>(path: string, apiVersion: string, schema: z.ZodType<T>): Promise<T[]> {
    return this.#jobs.call((limits) => this.#client.getAll(path, { apiVersion, schema, ...limits }));
  }

  #get<T>(path: string, apiVersion: string, schema: z.ZodType<T>): Promise<T> {
    return this.#jobs.call((limits) => this.#client.get(path, { apiVersion, schema, ...limits }));
  }
}
