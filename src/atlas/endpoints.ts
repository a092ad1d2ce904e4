import { z } from 'zod';
import {
  clusterNameSchema,
  groupIdSchema,
  type ListPage,
  listPageSchema,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from './schemas.js';

/** The endpoint for M2/M5 (tenant) clusters, or its successor for Flex clusters. */
export type EndpointName = 'tenant' | 'flex';

/** The endpoint to call. `auto` tries the tenant endpoint first, then Flex if the tenant endpoint is gone or does not have the cluster. */
export type EndpointChoice = 'auto' | EndpointName;

/** The arguments of a method. They have been checked, so a path can hold them without escaping. */
export interface PathValues {
  readonly groupId: string;
  readonly clusterName: string;
  /** The ID of an item, under the name of its argument. */
  readonly [idName: string]: string;
}

/** The value of one parameter of a query. */
export type QueryValue = string | number | boolean;

/** The parameters of a query. Undefined ones are left out, and an array repeats its parameter. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

/** One endpoint of the Atlas Administration API. */
export interface Endpoint {
  /** The media type to accept; for Flex it names the API version. */
  readonly accept: string;
  /** The path of the list. The path of an item is that of the list, a slash and the item's ID. */
  readonly listPath: (values: PathValues) => string;
  /** A query that every page of the list has. */
  readonly pageQuery?: Query;
  /** Whether the endpoint of an item takes `pretty`, according to MongoDB's API specification. Those of lists do. */
  readonly itemTakesPretty: boolean;
}

/** Something that the client can list for a cluster, and read one by one. */
interface ResourceDefinition<T> {
  /** What messages call one item. */
  readonly noun: string;
  /** The name of the argument that holds the ID of an item. */
  readonly idName: string;
  readonly itemSchema: z.ZodType<T>;
  /** Absent if only Flex clusters have the resource. */
  readonly tenant?: Endpoint;
  readonly flex: Endpoint;
}

/** A resource, with what follows from its definition. */
export interface Resource<T> extends ResourceDefinition<T> {
  readonly pageSchema: z.ZodType<ListPage<T>>;
  /** Checks the arguments of a method that lists. */
  readonly listArguments: z.ZodType<PathValues>;
  /** Checks the arguments of a method that reads one item. */
  readonly itemArguments: z.ZodType<PathValues>;
}

function defineResource<T>(definition: ResourceDefinition<T>): Resource<T> {
  const cluster = { groupId: groupIdSchema, clusterName: clusterNameSchema };
  return {
    ...definition,
    pageSchema: listPageSchema(definition.itemSchema),
    listArguments: z.object(cluster),
    itemArguments: z.object({ ...cluster, [definition.idName]: snapshotIdSchema }),
  };
}

const tenantType = 'application/json';
const flexType = 'application/vnd.atlas.2024-11-13+json';

/** @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/group/endpoint-flex-snapshots */
export const tenantSnapshots: Resource<TenantSnapshot> = defineResource({
  noun: 'snapshot',
  idName: 'snapshotId',
  itemSchema: tenantSnapshotSchema,
  tenant: {
    accept: tenantType,
    listPath: ({ groupId, clusterName }) =>
      `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots`,
    itemTakesPretty: true,
  },
  flex: {
    accept: flexType,
    listPath: ({ groupId, clusterName }) =>
      `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots`,
    pageQuery: { includeCount: true, itemsPerPage: 500 },
    itemTakesPretty: false,
  },
});
