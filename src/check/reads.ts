import * as z from 'zod';
import { fieldsOf, hasNextLink, isObject, isOfAllShards, itemsOf, snapshotFields } from '../client/atlas/json.js';
import { type AnyAtlasError, groupIdSchema } from '../client/index.js';
import { type Answer, type Calls, reportable } from './calls.js';
import { type Cluster, type ClusterList, readSchedule, type Schedule, unreadSchedule } from './facts.js';
import type { BackupEvidence, ClusterName } from './finding.js';

/** A project, as its findings name it. */
export type Project = Pick<ClusterName, 'groupId' | 'groupName'>;

/** The name of each list of clusters in the paths of the API, its version, and the version of its backup endpoints. */
const api = {
  flex: { list: 'flexClusters', version: '2024-11-13', backupVersion: '2024-11-13' },
  dedicated: { list: 'clusters', version: '2024-08-05', backupVersion: '2023-01-01' },
} as const;

const groupsPath = '/api/atlas/v2/groups';

const isCluster = (item: unknown) => typeof fieldsOf(item)['name'] === 'string';
const isSnapshot = (item: unknown) => typeof fieldsOf(item)['status'] === 'string';
const isPolicy = (item: unknown) => isListOf(isObject, fieldsOf(item)['policyItems']);

/** Whether a value is a list of such items. Stops at the first other one, because a list may have millions. */
function isListOf(isItem: (item: unknown) => boolean, value: unknown): boolean {
  return Array.isArray(value) && value.every(isItem);
}

const listOf = (isItem: (item: unknown) => boolean, items: string) =>
  z.custom((value) => isListOf(isItem, value), `must be a list of ${items}`);

// The client rejects a response that does not match these schemas. What they accept stays as Atlas sent it, and other fields may
// have any value.
const absent = z.null('must be absent, or the response is an error').optional();
const answer = z.looseObject({ error: absent, errorCode: absent });
const projectSchema = z.looseObject({ id: groupIdSchema });
const clusterSchema = z.custom(isCluster, 'must be a cluster with a name');
const snapshotSchema = z.custom(isSnapshot, 'must be a snapshot with a status');
const shardedSchema = answer.extend({ results: listOf(isSnapshot, 'snapshots with a status') });
const restoresSchema = answer.extend({ results: listOf(isObject, 'restore jobs') });
const scheduleSchema = answer.extend({ policies: listOf(isPolicy, 'policies with a list of items') });

/** Reads the projects that the login can read. */
export async function readProjects(calls: Calls): Promise<Project[]> {
  const { data } = await calls.getAll(groupsPath, { apiVersion: '2023-01-01', schema: projectSchema });
  return data.map((project) => {
    const name = fieldsOf(project)['name'];
    return { groupId: `${fieldsOf(project)['id']}`, ...(typeof name === 'string' && { groupName: name }) };
  });
}

/** Reads the clusters of a list, as Atlas sent them. */
export async function readClusters({ groupId, clusterType }: ClusterList, calls: Calls): Promise<readonly unknown[]> {
  const { list, version } = api[clusterType];
  const options = { apiVersion: version, schema: clusterSchema };
  const { data } = await calls.getAll(`${groupsPath}/${groupId}/${list}`, options);
  return data;
}

/** The snapshots of a cluster. */
export interface Snapshots extends Answer<readonly unknown[]> {
  /** Whether there are backups, but only of single shards. */
  readonly areOfSingleShards?: boolean;
  /** Whether there are more snapshots than these. */
  readonly isCutShort?: boolean;
}

const isCompleted = (snapshot: unknown) => fieldsOf(snapshot)['status'] === snapshotFields.dedicated.completed;

const maxRestores = 100;

/**
 * Reads what Atlas has of one cluster, and keeps it as evidence.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/
 */
export class ClusterReads {
  readonly #cluster: Cluster;
  readonly #path: string;
  readonly #apiVersion: string;
  readonly #calls: Calls;
  readonly #evidence: BackupEvidence & { readonly errors: AnyAtlasError[] };
  #schedule: Promise<Schedule> | undefined;

  constructor(cluster: Cluster, calls: Calls) {
    const { groupId, clusterType, clusterName } = cluster.name;
    const { list, backupVersion } = api[clusterType];
    this.#cluster = cluster;
    this.#path = `${groupsPath}/${groupId}/${list}/${clusterName}/backup`;
    this.#apiVersion = backupVersion;
    this.#calls = calls;
    this.#evidence = { cluster: cluster.listed, errors: [] };
  }

  /** Reads the snapshots. Of a sharded cluster, only those of all shards count: if one list has none, reads another list. */
  async snapshots(): Promise<Snapshots> {
    const path = `${this.#path}/snapshots`;
    const apiVersion = this.#apiVersion;
    try {
      const { data, sentAt } = await this.#calls.getAll(path, { apiVersion, schema: snapshotSchema });
      this.#evidence.snapshots = data;
      if (!this.#cluster.isSharded) return { data, sentAt };
      const ofAllShards = data.filter(isOfAllShards);
      if (ofAllShards.length > 0) return { data: ofAllShards, sentAt };
      // MongoDB documents another list for sharded clusters. Which of the two has their snapshots is not known.
      const own = await this.#calls.get(`${path}/shardedClusters`, { apiVersion, schema: shardedSchema });
      const { results, totalCount, links } = fieldsOf(own.data);
      const items = itemsOf(results);
      this.#evidence.snapshots = [...data, ...items];
      const found = items.filter(isOfAllShards);
      return {
        data: found,
        sentAt: own.sentAt,
        areOfSingleShards: found.length === 0 && data.some(isCompleted),
        isCutShort: hasNextLink(links) || Number(totalCount) > items.length,
      };
    } catch (error) {
      throw this.#note(error);
    }
  }

  /** Reads the schedule of a dedicated cluster, once. */
  schedule(): Promise<Schedule> {
    this.#schedule ??= this.#readSchedule();
    return this.#schedule;
  }

  /** Reads what no state depended on, and returns all that Atlas answered. */
  async evidence(): Promise<BackupEvidence> {
    if (this.#cluster.name.clusterType === 'dedicated') await this.schedule();
    await this.#readRestores();
    return this.#evidence;
  }

  async #readSchedule(): Promise<Schedule> {
    try {
      const options = { apiVersion: '2024-08-05', schema: scheduleSchema };
      const { data } = await this.#calls.get(`${this.#path}/schedule`, options);
      this.#evidence.schedule = data;
      return readSchedule(data);
    } catch (error) {
      return unreadSchedule(this.#note(error));
    }
  }

  async #readRestores(): Promise<void> {
    try {
      const query = { itemsPerPage: maxRestores };
      const options = { apiVersion: this.#apiVersion, schema: restoresSchema, query };
      const { data } = await this.#calls.get(`${this.#path}/restoreJobs`, options);
      this.#evidence.restores = itemsOf(fieldsOf(data)['results']).slice(0, maxRestores).map(withoutDownloads);
    } catch (error) {
      this.#note(error);
    }
  }

  /** Adds the error of a read to the evidence. */
  #note(error: unknown): AnyAtlasError {
    const noted = reportable(error);
    this.#evidence.errors.push(noted);
    return noted;
  }
}

/** Leaves out the links of a restore job from which anybody could download the backup. */
function withoutDownloads(job: unknown): unknown {
  const kept = withoutLinks(job);
  if (!isObject(kept) || !Array.isArray(kept['components'])) return kept;
  return { ...kept, components: kept['components'].map(withoutLinks) };
}

function withoutLinks(part: unknown): unknown {
  if (!isObject(part)) return part;
  const { deliveryUrl, privateDownloadDeliveryUrls, downloadUrl, snapshotUrl, ...others } = part;
  return others;
}
