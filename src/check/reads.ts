import { z } from 'zod';
import { type AnyAtlasError, groupIdSchema, isAtlasApiError, isAtlasError } from '../index.js';
import type { Answer, Calls } from './calls.js';
import { parseBody, reportable } from './errors.js';
import type { BackupEvidence, ClusterName } from './finding.js';
import { anything, fieldOf, itemsOf, noError } from './json.js';
import { judgeSchedule, noSchedule, type Schedule, scheduleSchema } from './schedule.js';

/** A project, as its findings name it. */
export type Project = Pick<ClusterName, 'groupId' | 'groupName'>;

/** Which list of a project has a cluster. */
export type ClusterType = ClusterName['clusterType'];

/** The name of each list of clusters in the paths of the API, its version, and the version of what is about backups. */
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

const listSchema = z.object({
  results: z.array(anything, 'must be a list'),
  totalCount: anything,
  links: anything,
  ...noError,
});

/** Parses a list that takes no query, so all of it has to be on the first page. */
const wholeListSchema = listSchema.refine(({ results, totalCount, links }) => {
  if (itemsOf(links).some((link) => fieldOf(link, 'rel') === 'next')) return false;
  return typeof totalCount !== 'number' || totalCount <= results.length;
}, 'the list is cut short');

const maxRestores = 100;

/**
 * Reads what Atlas has of one cluster, and keeps it as evidence.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
 */
export class ClusterReads {
  readonly #type: ClusterType;
  readonly #path: string;
  readonly #calls: Calls;
  readonly #evidence: BackupEvidence & { readonly errors: AnyAtlasError[] };
  #schedule: Promise<Schedule> | undefined;

  /** @param listed - the cluster as Atlas sent it. */
  constructor({ groupId, clusterType, clusterName }: ClusterName, listed: unknown, calls: Calls) {
    this.#type = clusterType;
    this.#path = `${groupsPath}/${groupId}/${api[clusterType].list}/${clusterName}/backup`;
    this.#calls = calls;
    this.#evidence = { cluster: listed, errors: [] };
  }

  snapshots(): Promise<Answer<readonly unknown[]>> {
    return this.#note(async () => {
      const answer = await this.#calls.getAll(`${this.#path}/snapshots`, api[this.#type].backupVersion, anything);
      this.#evidence.snapshots = answer.data;
      return answer;
    });
  }

  /** Reads the list that MongoDB documents for the snapshots of a sharded cluster. */
  shardedSnapshots(): Promise<Answer<readonly unknown[]>> {
    return this.#note(async () => {
      const { results, sentAt } = await this.#getList('snapshots/shardedClusters', wholeListSchema);
      this.#evidence.snapshots = [...(this.#evidence.snapshots ?? []), ...results];
      return { data: results, sentAt };
    });
  }

  /** Reads the schedule of a dedicated cluster, once. */
  schedule(): Promise<Schedule> {
    this.#schedule ??= this.#note(async () => {
      const path = `${this.#path}/schedule`;
      const { data } = await this.#calls.get(path, '2024-08-05');
      this.#evidence.schedule = data;
      return judgeSchedule(parseBody(scheduleSchema, data, path));
    }).catch((error) => {
      if (isAtlasApiError(error, { status: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' })) return noSchedule;
      throw error;
    });
    return this.#schedule;
  }

  /** Reads what was not needed until now, and returns all that Atlas answered. */
  async evidence(): Promise<BackupEvidence> {
    if (this.#type === 'dedicated') await this.schedule().catch(reportable);
    await this.#note(async () => {
      const { results } = await this.#getList('restoreJobs', listSchema, { itemsPerPage: maxRestores });
      this.#evidence.restores = results.slice(0, maxRestores);
    }).catch(reportable);
    return this.#evidence;
  }

  async #getList(part: string, schema: typeof listSchema, query?: Record<string, number>) {
    const path = `${this.#path}/${part}`;
    const { data, sentAt } = await this.#calls.get(path, api[this.#type].backupVersion, query);
    return { ...parseBody(schema, data, path), sentAt };
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
