/** Valid path values. */
export const groupId = '32b6e34b3d91647abb20e7b8';
export const clusterName = 'Cluster0';
export const snapshotId = '5cc310ace5dc7ce369814bc8';

/** The path values of getTenantSnapshot(). */
export const path = [groupId, clusterName, snapshotId] as const;
/** The path values of listTenantSnapshots(). */
export const listPath = [groupId, clusterName] as const;

/** The request paths for these values. */
export const tenantListPath = `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots`;
export const tenantPath = `${tenantListPath}/${snapshotId}`;
export const flexListPath = `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots`;
export const flexPath = `${flexListPath}/${snapshotId}`;

/** The media type of the Flex endpoint. */
export const flexType = 'application/vnd.atlas.2024-11-13+json';
