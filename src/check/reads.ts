import { z } from 'zod';
import { AtlasInvalidResponseError, groupIdSchema, isAtlasApiError, type TenantSnapshotsClient } from '../index.js';
import { type Backups, dedicatedBackups, dedicatedSnapshotSchema, flexBackups } from './backups.js';
import { type Cluster, clusterSchemas } from './cluster.js';
import type { BackupFinding } from './finding.js';
import type { CallLimits } from './jobs.js';
import { judgeSchedule, noSchedule, type Schedule, scheduleSchema } from './schedule.js';
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
const projectSchema = z.object({ id: groupIdSchema, name: z.unknown().optional() });

/**
 * What a check asks Atlas for.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
 */
export class Reads {
  readonly #client: BackupClient;
  readonly #call: <T>(start: (limits: CallLimits) => Promise<T>) => Promise<T>;

  /** @param call - runs a call within the time that is left. */
  constructor(client: BackupClient, call: <T>(start: (limits: CallLimits) => Promise<T>) => Promise<T>) {
    this.#client = client;
    this.#call = call;
  }

  async projects(): Promise<Project[]> {
    const projects = await this.#list(groupsPath, '2023-01-01', projectSchema);
    return projects.map(({ id, name }) => ({ groupId: id, ...(typeof name === 'string' && { groupName: name }) }));
  }

  clusters(groupId: string, type: ClusterType): Promise<Cluster[]> {
    const path = `${groupsPath}/${groupId}/${listNames[type]}`;
    return this.#list(path, type === 'flex' ? '2024-11-13' : '2024-08-05', clusterSchemas[type]);
  }

  /** @throws AtlasInvalidResponseError if the newest backup is from the future. */
  async backups(groupId: string, type: ClusterType, clusterName: string): Promise<Backups> {
    const path = `${groupsPath}/${groupId}/${listNames[type]}/${clusterName}/backup/snapshots`;
    const backups =
      type === 'flex'
        ? flexBackups(await this.#flexSnapshots(groupId, clusterName), Date.now())
        : dedicatedBackups(await this.#list(path, '2023-01-01', dedicatedSnapshotSchema), Date.now());
    refuseFuture(backups, path);
    return backups;
  }

  #flexSnapshots(groupId: string, clusterName: string) {
    const options = { endpoint: 'flex' } as const;
    return this.#call((limits) => this.#client.listTenantSnapshots(groupId, clusterName, { ...options, ...limits }));
  }

  #list<T>(path: string, apiVersion: string, schema: z.ZodType<T>): Promise<T[]> {
    return this.#call((limits) => this.#client.getAll(path, { apiVersion, schema, ...limits }));
  }

  /** Reads the schedule of a dedicated cluster. */
  async schedule(groupId: string, clusterName: string): Promise<Schedule> {
    const path = `${groupsPath}/${groupId}/clusters/${clusterName}/backup/schedule`;
    const options = { apiVersion: '2024-08-05', schema: scheduleSchema };
    try {
      return judgeSchedule(await this.#call((limits) => this.#client.get(path, { ...options, ...limits })));
    } catch (error) {
      if (isAtlasApiError(error, { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' })) return noSchedule;
      throw error;
    }
  }
}

function refuseFuture({ newest, readAt }: Backups, path: string): void {
  if (newest === undefined || newest.time.getTime() - readAt <= hour) return;
  const time = newest.time.toISOString();
  const clock = new Date(readAt).toISOString().slice(0, 16);
  // Without the time of the backup, so that the problems of many clusters read the same.
  const message = `The newest backup is more than an hour ahead of the clock of this machine (${clock} UTC). Check the clock.`;
  const issues = [{ path: 'results', message: `has a backup from ${time}, which is in the future` }];
  throw new AtlasInvalidResponseError(message, issues, { operation: 'checkBackups', path });
}
