import * as z from 'zod';
import { errorIn, type Page, pageSize, parsePage } from './page.js';
import { notFlexCode } from './response.js';
import { type AtlasLink, compiled, groupIdSchema, itemSchema, linksField, textField, timeField } from './schemas.js';
import { invalid, type Parse } from './standard-schema.js';
import type { EndpointChoice, Query, Question, QuestionSettings, Target } from './target.js';

/** Phase of a snapshot. Atlas adds values without notice, so any string is accepted. */
export type SnapshotStatus = 'PENDING' | 'QUEUED' | 'RUNNING' | 'FAILED' | 'COMPLETED' | (string & {});

/**
 * One backup snapshot. Every field is optional, and a field that Atlas sends as `null` is left out. Fields that this
 * type does not name are kept on the object.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
 */
export interface TenantSnapshot {
  /** 24 lowercase hexadecimal digits. */
  id?: string | undefined;
  /** Phase of the snapshot. */
  status?: SnapshotStatus | undefined;
  /** MongoDB version of the cluster when the snapshot was taken. */
  mongoDBVersion?: string | undefined;
  /** When the snapshot is scheduled. */
  scheduledTime?: Date | undefined;
  /** When Atlas started to take the snapshot. */
  startTime?: Date | undefined;
  /** When the snapshot ended, whether it is complete or failed. */
  finishTime?: Date | undefined;
  /** When Atlas deletes the snapshot. */
  expiration?: Date | undefined;
  /** Links to related resources. */
  links?: AtlasLink[] | undefined;
}

/** Checks a snapshot ID. */
export const snapshotIdSchema: z.ZodType<string> = groupIdSchema;

const tenantFields = {
  id: snapshotIdSchema.nullish(),
  status: textField,
  mongoDBVersion: textField,
  scheduledTime: timeField,
  startTime: timeField,
  finishTime: timeField,
  expiration: timeField,
};
const tenantFieldNames = Object.keys(tenantFields);

/**
 * Checks a snapshot from Atlas and parses it into a {@link TenantSnapshot}. Drops fields that are null, and keeps unknown ones.
 * Its output is valid input too.
 */
export const tenantSnapshotSchema: z.ZodType<TenantSnapshot> = itemSchema({ ...tenantFields, links: linksField });

/**
 * One backup snapshot of a dedicated cluster. Every field is optional, and a field that Atlas sends as `null` is left out. Fields
 * that this type does not name are kept on the object.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listgroupclusterbackupsnapshots
 */
export interface DedicatedSnapshot {
  /** 24 lowercase hexadecimal digits. */
  id?: string | undefined;
  /** Phase of the snapshot. */
  status?: 'queued' | 'inProgress' | 'completed' | 'failed' | (string & {}) | undefined;
  /** `replicaSet` or `shardedCluster`. */
  type?: string | undefined;
  /** Why the snapshot was taken: `onDemand`, `scheduled` or `fallback`. */
  snapshotType?: string | undefined;
  /** Which item of the schedule took it: `hourly`, `daily`, `weekly`, `monthly`, `yearly`, or `ondemand` for none. */
  frequencyType?: string | undefined;
  /** The text that an on-demand snapshot was given. */
  description?: string | undefined;
  /** MongoDB version of the cluster when the snapshot was taken. */
  mongodVersion?: string | undefined;
  /** The size of the snapshot in bytes. */
  storageSizeBytes?: number | undefined;
  /** The moment that a restore brings back. */
  createdAt?: Date | undefined;
  /** When Atlas deletes the snapshot. */
  expiresAt?: Date | undefined;
}

/**
 * Checks a snapshot of a dedicated cluster and parses it into a {@link DedicatedSnapshot}. Pass it as `schema` to `getAll()` for
 * `…/clusters/{clusterName}/backup/snapshots`. Drops fields that are null, and keeps unknown ones. Its output is valid input too.
 *
 * @example
 * ```ts
 * const path = `/api/atlas/v2/groups/${groupId}/clusters/Cluster1/backup/snapshots`;
 * const newest = newestBackup(await client.getAll(path, { schema: dedicatedSnapshotSchema }));
 * ```
 */
export const dedicatedSnapshotSchema: z.ZodType<DedicatedSnapshot> = itemSchema({
  id: textField,
  status: textField,
  type: textField,
  snapshotType: textField,
  frequencyType: textField,
  description: textField,
  mongodVersion: textField,
  storageSizeBytes: z.number().nullish(),
  createdAt: timeField,
  expiresAt: timeField,
});

/**
 * Parses a snapshot. Rejects a body that has an error or no field of a snapshot: the schema alone accepts both, as all its fields
 * are optional.
 */
const parseSnapshot: Parse<TenantSnapshot> = (json) => {
  const error = errorIn(json);
  if (error !== undefined) return error;
  const parsed = compiled(tenantSnapshotSchema).safeParse(json);
  if (!parsed.success) return parsed;
  const isSnapshot = tenantFieldNames.some((name) => name in parsed.data);
  return isSnapshot ? parsed : invalid("it has none of a snapshot's fields");
};

/** The arguments that name a cluster. They have been checked, so a path can hold them without escaping. */
interface ClusterArguments {
  readonly groupId: string;
  readonly clusterName: string;
}

/**
 * The question for one snapshot of a cluster.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/group/endpoint-flex-snapshots
 */
export function snapshotQuestion(
  { snapshotId, ...cluster }: ClusterArguments & { readonly snapshotId: string },
  { endpoint, envelope, pretty }: QuestionSettings,
): Question<TenantSnapshot> {
  // According to MongoDB's specification, one snapshot at Flex does not take `pretty`.
  const flex = flexTarget(cluster, `/${snapshotId}`, { envelope }, parseSnapshot);
  const tenant = tenantTarget(cluster, `/${snapshotId}`, { envelope, pretty }, parseSnapshot);
  return chooseEndpoint(endpoint, flex, tenant);
}

/** The question for the snapshots of a cluster. Its targets are the first page. */
export function snapshotListQuestion(
  cluster: ClusterArguments,
  { endpoint, envelope, pretty }: QuestionSettings,
): Question<Page<TenantSnapshot>> {
  const flexQuery = { includeCount: true, itemsPerPage: pageSize, envelope, pretty };
  const flex = flexTarget(cluster, '', flexQuery, parseList);
  const tenant = tenantTarget(cluster, '', { envelope, pretty }, parseList);
  return { ...chooseEndpoint(endpoint, flex, tenant), isEmpty: ({ items }) => items.length === 0 };
}

function chooseEndpoint<T>(endpoint: EndpointChoice, flex: Target<T>, tenant: Target<T>): Question<T> {
  if (endpoint === 'flex') return { target: flex };
  if (endpoint === 'tenant') return { target: tenant };
  return { target: flex, fallback: tenant };
}

/** @param lastSegment - the end of the path: empty for the list. */
function flexTarget<T>(cluster: ClusterArguments, lastSegment: string, query: Query, parse: Parse<T>): Target<T> {
  const { groupId, clusterName } = cluster;
  return {
    endpoint: 'flex',
    apiPath: `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots${lastSegment}`,
    accept: 'application/vnd.atlas.2024-11-13+json',
    query,
    parse,
  };
}

/** @param lastSegment - the end of the path: empty for the list. */
function tenantTarget<T>(cluster: ClusterArguments, lastSegment: string, query: Query, parse: Parse<T>): Target<T> {
  const { groupId, clusterName } = cluster;
  return {
    endpoint: 'tenant',
    apiPath: `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots${lastSegment}`,
    accept: 'application/json',
    query,
    parse,
  };
}

const parseList: Parse<Page<TenantSnapshot>> = (json) => parsePage(json, parseSnapshot);

/** Whether an error of Flex says that it lacks the cluster or the snapshot. */
export function flexLacksIt({ status, errorCode }: { status: number; errorCode?: string | undefined }): boolean {
  if (status === 404) return errorCode !== 'GROUP_NOT_FOUND';
  return status === 400 && errorCode === notFlexCode;
}
