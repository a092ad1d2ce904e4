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

/** The two families of endpoints: M2/M5 (tenant) clusters, and their successor. */
export type EndpointName = 'tenant' | 'flex';

/** The values that stand in a path. They have been checked: none needs an escape. */
export type PathValues = Readonly<Record<string, string>>;

/** One endpoint of Atlas. */
interface Endpoint {
  /** The media type to ask for; at Flex it names the version. */
  readonly accept: string;
  readonly path: (values: PathValues) => string;
  /** What its query always holds. */
  readonly query?: string;
}

/** What a method of the client asks for, and what it must get. A further endpoint is a further entry. */
export interface Operation<T> {
  /** The method's name. */
  readonly name: string;
  /** Checks the method's arguments. */
  readonly values: z.ZodType<PathValues>;
  /** Checks the body, and makes the result of it. */
  readonly schema: z.ZodType<T>;
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
export const getTenantSnapshot: Operation<TenantSnapshot> = {
  name: 'getTenantSnapshot',
  values: cluster.extend({ snapshotId: snapshotIdSchema }),
  schema: tenantSnapshotSchema,
  tenant: { accept: tenantType, path: (values) => `${tenantSnapshots(values)}/${values['snapshotId']}` },
  flex: { accept: flexType, path: (values) => `${flexSnapshots(values)}/${values['snapshotId']}` },
};

/** One poll of it. */
export const waitForTenantSnapshot: Operation<TenantSnapshot> = { ...getTenantSnapshot, name: 'waitForTenantSnapshot' };

/** One page of it. @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listflexbackups */
export const listTenantSnapshots: Operation<SnapshotPage> = {
  name: 'listTenantSnapshots',
  values: cluster,
  schema: snapshotPageSchema,
  tenant: { accept: tenantType, path: tenantSnapshots },
  flex: { accept: flexType, path: flexSnapshots, query: 'includeCount=true&itemsPerPage=500' },
};
