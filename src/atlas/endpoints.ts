import { z } from 'zod';
import {
  clusterNameSchema,
  groupIdSchema,
  type SnapshotPage,
  snapshotIdSchema,
  snapshotPageSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from './schemas.js';

/** The endpoint for M2/M5 (tenant) clusters, or its successor for Flex clusters. */
export type EndpointName = 'tenant' | 'flex';

/** The arguments of a method. They have been checked, so a path can hold them without escaping. */
export interface PathValues {
  readonly groupId: string;
  readonly clusterName: string;
  /** Absent for a list. */
  readonly snapshotId?: string;
}

/** The value of one parameter of a query. */
export type QueryValue = string | number | boolean;

/** The parameters of a query. Undefined ones are left out, and an array repeats its parameter. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

/** One endpoint of the Atlas Administration API. */
export interface Endpoint {
  /** The media type to accept; for Flex it names the API version. */
  readonly accept: string;
  readonly path: (values: PathValues) => string;
  /** A query that every request to it has. */
  readonly query?: Query;
  /** Whether it takes `pretty`, according to MongoDB's API specification. */
  readonly takesPretty: boolean;
}

/** A pair of endpoints, and the method of the client that calls them. */
export interface Operation<T> {
  /** The method's name. */
  readonly name: string;
  /** Checks the method's arguments. */
  readonly argumentsSchema: z.ZodType<PathValues>;
  /** Checks the body and parses it into the result. */
  readonly resultSchema: z.ZodType<T>;
  /** Whether the tenant endpoint may return this for a Flex cluster. */
  readonly mayBeFlex: (result: T) => boolean;
  readonly tenant: Endpoint;
  readonly flex: Endpoint;
}

const tenantType = 'application/json';
const flexType = 'application/vnd.atlas.2024-11-13+json';

const cluster = z.object({ groupId: groupIdSchema, clusterName: clusterNameSchema });

const tenantSnapshots = ({ groupId, clusterName }: PathValues) =>
  `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots`;

const flexSnapshots = ({ groupId, clusterName }: PathValues) =>
  `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots`;

/** @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup */
export const snapshotOperation: Operation<TenantSnapshot> = {
  name: 'getTenantSnapshot',
  argumentsSchema: cluster.extend({ snapshotId: snapshotIdSchema }),
  resultSchema: tenantSnapshotSchema,
  mayBeFlex: () => false,
  tenant: {
    accept: tenantType,
    path: (values) => `${tenantSnapshots(values)}/${values.snapshotId}`,
    takesPretty: true,
  },
  flex: {
    accept: flexType,
    path: (values) => `${flexSnapshots(values)}/${values.snapshotId}`,
    takesPretty: false,
  },
};

/** One poll of a wait. */
export const waitOperation: Operation<TenantSnapshot> = { ...snapshotOperation, name: 'waitForTenantSnapshot' };

/** One page of a list. @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listflexbackups */
export const listOperation: Operation<SnapshotPage> = {
  name: 'listTenantSnapshots',
  argumentsSchema: cluster,
  resultSchema: snapshotPageSchema,
  mayBeFlex: ({ results }) => results.length === 0,
  tenant: { accept: tenantType, path: tenantSnapshots, takesPretty: true },
  flex: { accept: flexType, path: flexSnapshots, query: { includeCount: true, itemsPerPage: 500 }, takesPretty: true },
};
