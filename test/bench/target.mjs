/** What every subject requests, and with which credentials. */
export const groupId = '5e2211c17a3e5a48f5497de3';
export const clusterName = 'Cluster0';
export const publicKey = 'kxqmzfwt';
export const privateKey = '4c1a8f5e-2b7d-4e0a-9f36-d58b7c1e0a42';
export const accessToken = 'eyJhbGciOiJFUzUxMiJ9.eyJzdWIiOiJtZGJfc2FfaWQifQ.loopback';
export const realm = 'MMS Public API';

const snapshotIds = Array.from({ length: 1024 }, (_, n) => `5cc310ac${n.toString(16).padStart(4, '0')}7ce369814bc8`);
let next = 0;

/** A different snapshot id for each call, so that nobody gains from caching what it computes for a path. */
export const nextSnapshotId = () => snapshotIds[next++ & 1023];

/** @param {string} snapshotId */
export const pathOf = (snapshotId) =>
  `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots/${snapshotId}`;

/** The headers that this client sends with a bearer token, for the subjects that take headers. */
export const bearerHeaders = {
  accept: 'application/vnd.atlas.2024-11-13+json',
  'user-agent': 'atlas-tenant-snapshots/0.1.0',
  authorization: `Bearer ${accessToken}`,
};

/** The projects that a check reads. Each has Flex clusters and as many dedicated ones. */
export const projects = Array.from({ length: 50 }, (_, n) => ({
  id: `5e2211c17a3e5a48f549${n.toString(16).padStart(4, '0')}`,
  name: `Project ${n}`,
}));
export const flexClusters = Array.from({ length: 10 }, (_, n) => ({
  name: `Flex${n}`,
  stateName: 'IDLE',
  createDate: '2024-12-19T17:05:10Z',
}));
export const dedicatedClusters = flexClusters.map((cluster, n) => ({
  ...cluster,
  name: `Cluster${n}`,
  backupEnabled: true,
  paused: false,
  replicationSpecs: [{ regionConfigs: [{ providerName: 'AWS' }] }],
}));
export const clusterCount = projects.length * (flexClusters.length + dedicatedClusters.length);
