import * as z from 'zod';
import { type AnyAtlasError, groupIdSchema, isAtlasApiError, isAtlasError } from '../index.js';
import type { Answer, Calls } from './calls.js';
import { reportable } from './errors.js';
import type { BackupEvidence, ClusterName } from './finding.js';
import { anything, fieldOf, itemsOf, noError } from './json.js';
import { judgeSchedule, noSchedule, type Schedule, scheduleSchema } from './schedule.js';

/** A project, as its findings name it. */
export type Project = Pick<ClusterName, 'groupId' | 'groupName'>;

/** Which list of a project has a cluster. */
export type ClusterType = ClusterName['clusterType'];

/** The name of each list of clusters in the paths of the API, its version, and the version of its backup endpoints. */
const api = {
  flex: { list: 'flexClusters', version: '2024-11-13', backupVersion: '2024-11-13' },
  dedicated: { list: 'clusters', version: '2024-08-05', backupVersion: '2023-01-01' },
} as const;

const groupsPath = '/api/atlas/v2/groups';
const projectSchema = z.object({ id: groupIdSchema, name: anything });

/** Reads the projects that the login can read. */
export async function readProjects(calls: Calls): Promise<Project[]> {
  const { data } = await calls.getAll(groupsPath, '2023-01-01', projectSchema);
  return data.map(({ id, name }) => ({ groupId: id, ...(typeof name === 'string' && { groupName: name }) }));
}

/** Reads the clusters of a list, as Atlas sent them. */
export async function readClusters(groupId: string, type: ClusterType, calls: Calls): Promise<unknown[]> {
  const { list, version } = api[type];
  const { data } = await calls.getAll(`${groupsPath}/${groupId}/${list}`, version, anything);
  return data;
}

const listSchema = z.object({ results: z.array(anything, 'must be a list'), ...noError });

/** Parses a list that takes no query, so all of it has to be on the first page. */
const wholeListSchema = z
  .object({ ...listSchema.shape, totalCount: z.number().catch(0), links: anything })
  .refine(({ links }) => !itemsOf(links).some((link) => fieldOf(link, 'rel') === 'next'), 'the list is cut short')
  .refine(({ results, totalCount }) => totalCount <= results.length, 'the list is cut short: it counts more items');

const isOfAllShards = (snapshot: unknown) => fieldOf(snapshot, 'type') === 'shardedCluster';
const isCompleted = (snapshot: unknown) => fieldOf(snapshot, 'status') === 'completed';

const maxRestores = 100;

/**
 * Reads what Atlas has of one cluster, and keeps it as evidence.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
 */
export class ClusterReads {
  readonly #isDedicated: boolean;
  readonly #path: string;
  readonly #version: string;
  readonly #calls: Calls;
  readonly #evidence: BackupEvidence & { readonly errors: AnyAtlasError[] };
  #schedule: Promise<Schedule> | undefined;

  /** @param listed - the cluster as Atlas sent it. */
  constructor({ groupId, clusterType, clusterName }: ClusterName, listed: unknown, calls: Calls) {
    const { list, backupVersion } = api[clusterType];
    this.#isDedicated = clusterType === 'dedicated';
    this.#path = `${groupsPath}/${groupId}/${list}/${clusterName}/backup`;
    this.#version = backupVersion;
    this.#calls = calls;
    this.#evidence = { cluster: listed, errors: [] };
  }

  /**
   * Reads the snapshots: of a sharded cluster from up to two lists, and only those of all shards.
   *
   * @returns `areOfSingleShards` if there are backups, but only of single shards.
   */
  snapshots(isSharded: boolean): Promise<Answer<readonly unknown[]> & { readonly areOfSingleShards?: boolean }> {
    return this.#note(async () => {
      const path = `${this.#path}/snapshots`;
      const { data, sentAt } = await this.#calls.getAll(path, this.#version, anything);
      this.#evidence.snapshots = data;
      if (!isSharded) return { data, sentAt };
      const ofAllShards = data.filter(isOfAllShards);
      if (ofAllShards.length > 0) return { data: ofAllShards, sentAt };
      // MongoDB documents another list for sharded clusters. Which of the two has their snapshots is not known.
      const own = await this.#calls.get(`${path}/shardedClusters`, this.#version, wholeListSchema);
      this.#evidence.snapshots = [...data, ...own.data.results];
      const ownOfAllShards = own.data.results.filter(isOfAllShards);
      const areOfSingleShards = ownOfAllShards.length === 0 && data.some(isCompleted);
      return { data: ownOfAllShards, sentAt: own.sentAt, areOfSingleShards };
    });
  }

  /** Reads the schedule of a dedicated cluster, once. */
  schedule(): Promise<Schedule> {
    this.#schedule ??= this.#note(async () => {
      const { data } = await this.#calls.get(`${this.#path}/schedule`, '2024-08-05', scheduleSchema);
      this.#evidence.schedule = data;
      return judgeSchedule(data);
    }).catch((error) => {
      if (isAtlasApiError(error, { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' })) return noSchedule;
      throw error;
    });
    return this.#schedule;
  }

  /** Reads what was not needed until now, and returns all that Atlas answered. */
  async evidence(): Promise<BackupEvidence> {
    if (this.#isDedicated) await this.schedule().catch(reportable);
    await this.#note(async () => {
      const { data } = await this.#calls.get(`${this.#path}/restoreJobs`, this.#version, listSchema, maxRestores);
      this.#evidence.restores = data.results.slice(0, maxRestores);
    }).catch(reportable);
    return this.#evidence;
  }

  /** Adds the error to the evidence if a read fails. */
  async #note<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (isAtlasError(error)) this.#evidence.errors.push(error);
      throw error;
    }
  }
}
