import * as z from 'zod';
import { fieldsOf, hasNextLink, isObject, isOfAllShards, itemsOf } from '../client/atlas/json.js';
import { type AnyAtlasError, groupIdSchema } from '../client/index.js';
import { type Calls, reportable } from './calls.js';
import {
  type Backups,
  type Cluster,
  type ClusterList,
  doubtful,
  findBackups,
  readCluster,
  readSchedule,
  type Schedule,
  snapshotFields,
  unreadSchedule,
} from './facts.js';
import type { BackupEvidence, Project } from './finding.js';

/** The name of each list of clusters in the paths of the API, its version, and the version of its backup endpoints. */
const api = {
  flex: { name: 'flexClusters', version: '2024-11-13', backupVersion: '2024-11-13' },
  dedicated: { name: 'clusters', version: '2024-08-05', backupVersion: '2023-01-01' },
} as const;

const groupsPath = '/api/atlas/v2/groups';

/** Checks a list up to its first item of another kind, because a list may have millions. */
const listOf = (isItem: (item: unknown) => boolean, items: string) =>
  z.custom((value) => Array.isArray(value) && value.every(isItem), `must be a list of ${items}`);

const isNamed = (item: unknown) => typeof fieldsOf(item)['name'] === 'string';
const isSnapshot = (item: unknown) => typeof fieldsOf(item)['status'] === 'string';
const isPolicy = (policy: unknown) => {
  const { policyItems } = fieldsOf(policy);
  return Array.isArray(policyItems) && policyItems.every(isObject);
};

// The client rejects a response that does not match these schemas. What they accept stays as Atlas sent it, and other fields may
// have any value.
const absent = z.null('must be absent, or the response is an error').optional();
const answer = z.looseObject({ error: absent, errorCode: absent });
const projectSchema = z.looseObject({ id: groupIdSchema });
const clusterSchema = z.custom(isNamed, 'must be a cluster with a name');
const snapshotSchema = z.custom(isSnapshot, 'must be a snapshot with a status');
const shardedSchema = answer.extend({ results: listOf(isSnapshot, 'snapshots with a status') });
const restoresSchema = answer.extend({ results: listOf(isObject, 'restore jobs') });
const scheduleSchema = answer.extend({ policies: listOf(isPolicy, 'policies with a list of items') });

/** Reads the projects that the login can read. */
export async function readProjects(calls: Calls): Promise<Project[]> {
  const { data } = await calls.getAll(groupsPath, '2023-01-01', projectSchema);
  return data.map(toProject);
}

function toProject(listed: unknown): Project {
  const { id, name } = fieldsOf(listed);
  return { groupId: String(id), ...(typeof name === 'string' && { groupName: name }) };
}

/** Reads the clusters of a list. */
export async function readClusters(list: ClusterList, calls: Calls): Promise<Cluster[]> {
  const { name, version } = api[list.clusterType];
  const { data } = await calls.getAll(`${groupsPath}/${list.groupId}/${name}`, version, clusterSchema);
  return data.map((item) => readCluster(list, item));
}

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
    const { name, backupVersion } = api[clusterType];
    this.#cluster = cluster;
    this.#path = `${groupsPath}/${groupId}/${name}/${clusterName}/backup`;
    this.#apiVersion = backupVersion;
    this.#calls = calls;
    this.#evidence = { cluster: cluster.listed, errors: [] };
  }

  /** Reads the snapshots. */
  async backups(): Promise<Backups> {
    const { isSharded, name } = this.#cluster;
    try {
      const { data, sentAt } = await this.#calls.getAll(`${this.#path}/snapshots`, this.#apiVersion, snapshotSchema);
      this.#evidence.snapshots = data;
      if (!isSharded) return findBackups(name.clusterType, data, sentAt);
      const ofAllShards = data.filter(isOfAllShards);
      if (ofAllShards.length > 0) return findBackups('dedicated', ofAllShards, sentAt);
      return await this.#ofAllShards(data);
    } catch (error) {
      throw this.#note(error);
    }
  }

  /**
   * Reads the list that MongoDB documents for sharded clusters. Which of the two lists has their snapshots is not known.
   *
   * @param others - the snapshots in the other list.
   */
  async #ofAllShards(others: readonly unknown[]): Promise<Backups> {
    const path = `${this.#path}/snapshots/shardedClusters`;
    const { data, sentAt } = await this.#calls.get(path, this.#apiVersion, shardedSchema);
    const { results, totalCount, links } = fieldsOf(data);
    const snapshots = itemsOf(results);
    this.#evidence.snapshots = [...others, ...snapshots];
    const ofAllShards = snapshots.filter(isOfAllShards);
    const backups = findBackups('dedicated', ofAllShards, sentAt);
    const isCompleted = (snapshot: unknown) => fieldsOf(snapshot)['status'] === snapshotFields.dedicated.completed;
    if (ofAllShards.length === 0 && others.some(isCompleted)) {
      const error = doubtful('The cluster is sharded, but only snapshots of single shards are listed.');
      return { ...backups, doubt: { error, reason: 'single shards' } };
    }
    const isCutShort = hasNextLink(links) || Number(totalCount) > snapshots.length;
    if (backups.doubt !== undefined || !isCutShort) return backups;
    return {
      ...backups,
      doubt: { error: doubtful('The list of snapshots of all shards is cut short.'), isFreshCertain: true },
    };
  }

  /** Reads the schedule of a dedicated cluster, once. */
  schedule(): Promise<Schedule> {
    this.#schedule ??= this.#readSchedule();
    return this.#schedule;
  }

  async #readSchedule(): Promise<Schedule> {
    try {
      const { data } = await this.#calls.get(`${this.#path}/schedule`, '2024-08-05', scheduleSchema);
      this.#evidence.schedule = data;
      return readSchedule(data);
    } catch (error) {
      return unreadSchedule(this.#note(error));
    }
  }

  /** Reads what no state depended on, and returns all that Atlas answered. */
  async evidence(): Promise<BackupEvidence> {
    if (this.#cluster.name.clusterType === 'dedicated') await this.schedule();
    try {
      const query = { itemsPerPage: maxRestores };
      const { data } = await this.#calls.get(`${this.#path}/restoreJobs`, this.#apiVersion, restoresSchema, query);
      this.#evidence.restores = itemsOf(fieldsOf(data)['results']).slice(0, maxRestores).map(withoutDownloads);
    } catch (error) {
      this.#note(error);
    }
    return this.#evidence;
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
