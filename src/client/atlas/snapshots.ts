import * as z from 'zod';
import { errorIn, type Page, pageSize, parsePage } from './page.js';
import { notFlexCode } from './response.js';
import { type AtlasLink, compiled, groupIdSchema, itemSchema, linksField, textField, timeField } from './schemas.js';
import { invalid, type Parse } from './standard-schema.js';
import type { Query, RequestOptions, Target } from './target.js';

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
  if (parsed.success && !tenantFieldNames.some((name) => name in parsed.data))
    return invalid("it has none of a snapshot's fields");
  return parsed;
};

/** The arguments that name a cluster. They have been checked, so a path can hold them without escaping. */
interface ClusterArguments {
  readonly groupId: string;
  readonly clusterName: string;
}

/**
 * The target for one snapshot of a cluster.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/group/endpoint-flex-snapshots
 */
export function snapshotTarget(
  { snapshotId, ...cluster }: ClusterArguments & { readonly snapshotId: string },
  options: RequestOptions,
): Target<TenantSnapshot> {
  return clusterTarget(cluster, options, {
    lastSegment: `/${snapshotId}`,
    // According to MongoDB's specification, one snapshot does not take `pretty`.
    flexQuery: { envelope: options.envelope },
    parse: parseSnapshot,
    parseFallback: parseSnapshot,
  });
}

/** The target for the first page of the snapshots of a cluster. */
export function snapshotListTarget(cluster: ClusterArguments, options: RequestOptions): Target<Page<TenantSnapshot>> {
  const { envelope, pretty } = options;
  return clusterTarget(cluster, options, {
    lastSegment: '',
    flexQuery: { includeCount: true, itemsPerPage: pageSize, envelope, pretty },
    parse: parseList,
    parseFallback: async (json) => {
      const page = await parseList(json);
      return page.success && page.data.items.length === 0 ? invalid('it is empty') : page;
    },
  });
}

const parseList = (json: unknown) => parsePage(json, parseSnapshot);

/** Chooses the endpoint, and the fallback. */
function clusterTarget<T>(
  { groupId, clusterName }: ClusterArguments,
  { endpoint, envelope, pretty }: RequestOptions,
  { lastSegment, flexQuery, parse, parseFallback }: ResourceOf<T>,
): Target<T> {
  const tenant: Target<T> = {
    endpoint: 'tenant',
    apiPath: `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots${lastSegment}`,
    accept: 'application/json',
    query: { envelope, pretty },
    parse,
  };
  if (endpoint === 'tenant') return tenant;
  return {
    endpoint: 'flex',
    apiPath: `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots${lastSegment}`,
    accept: 'application/vnd.atlas.2024-11-13+json',
    query: flexQuery,
    parse,
    fallback: endpoint === 'auto' ? { ...tenant, parse: parseFallback } : undefined,
  };
}

/** What differs between one snapshot and the list of them. */
interface ResourceOf<T> {
  /** The end of the path. */
  readonly lastSegment: string;
  readonly flexQuery: Query;
  readonly parse: Parse<T>;
  /** Rejects an empty list too: Flex has then said more. */
  readonly parseFallback: Parse<T>;
}

/** Whether an error of Flex says that it lacks the cluster or the snapshot. */
export function isMissing(status: number, errorCode: string | undefined): boolean {
  if (status === 404) return errorCode !== 'GROUP_NOT_FOUND';
  return status === 400 && errorCode === notFlexCode;
}
