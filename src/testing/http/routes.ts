/**
 * The endpoint that a request reaches. `other` covers everything else: projects and their events, clusters, backups of dedicated
 * clusters, and restore jobs.
 */
export type RequestKind = 'tenant' | 'flex' | 'token' | 'revoke' | 'other';

/** What an endpoint of the API serves. Backups that do not name another kind of cluster are those of dedicated clusters. */
export type Resource =
  | 'projects'
  | 'events'
  | 'flexClusters'
  | 'clusters'
  | 'flexSnapshots'
  | 'flexRestoreJobs'
  | 'tenantSnapshots'
  | 'snapshots'
  | 'shardedSnapshots'
  | 'restoreJobs'
  | 'schedule';

interface Endpoint {
  /** Default `other`. */
  readonly kind?: RequestKind;
  /** Undefined for OAuth. */
  readonly resource?: Resource;
  /** The version of the API in which the resource has this form. Undefined without versions. */
  readonly version?: string;
  /** Each `*` stands for one segment: the group ID, the cluster name and the snapshot ID, in this order. */
  readonly path: string;
}

const GROUP = '/api/atlas/v2/groups/*';
const FLEX_BACKUP = `${GROUP}/flexClusters/*/backup`;
const DEDICATED_BACKUP = `${GROUP}/clusters/*/backup`;
const TENANT_SNAPSHOTS = '/api/atlas/v1.0/groups/*/clusters/*/backup/tenant/snapshots';

const ENDPOINTS: readonly Endpoint[] = [
  { kind: 'token', path: '/api/oauth/token' },
  { kind: 'revoke', path: '/api/oauth/revoke' },
  { kind: 'tenant', resource: 'tenantSnapshots', path: TENANT_SNAPSHOTS },
  { kind: 'tenant', resource: 'tenantSnapshots', path: `${TENANT_SNAPSHOTS}/*` },
  { kind: 'flex', resource: 'flexSnapshots', version: '2024-11-13', path: `${FLEX_BACKUP}/snapshots` },
  { kind: 'flex', resource: 'flexSnapshots', version: '2024-11-13', path: `${FLEX_BACKUP}/snapshots/*` },
  { resource: 'flexRestoreJobs', version: '2024-11-13', path: `${FLEX_BACKUP}/restoreJobs` },
  { resource: 'projects', version: '2023-01-01', path: '/api/atlas/v2/groups' },
  { resource: 'events', version: '2023-01-01', path: `${GROUP}/events` },
  { resource: 'flexClusters', version: '2024-11-13', path: `${GROUP}/flexClusters` },
  { resource: 'clusters', version: '2024-08-05', path: `${GROUP}/clusters` },
  { resource: 'snapshots', version: '2023-01-01', path: `${DEDICATED_BACKUP}/snapshots` },
  { resource: 'shardedSnapshots', version: '2023-01-01', path: `${DEDICATED_BACKUP}/snapshots/shardedClusters` },
  { resource: 'snapshots', version: '2023-01-01', path: `${DEDICATED_BACKUP}/snapshots/*` },
  { resource: 'restoreJobs', version: '2023-01-01', path: `${DEDICATED_BACKUP}/restoreJobs` },
  { resource: 'schedule', version: '2024-08-05', path: `${DEDICATED_BACKUP}/schedule` },
];

const PATTERNS = ENDPOINTS.map(({ path, ...endpoint }) => ({
  endpoint,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '([^/]+)')}$`),
}));

/** What the path of a request says. */
export interface Route extends Omit<Endpoint, 'path'> {
  readonly kind: RequestKind;
  /** Undefined for the list of projects. */
  readonly groupId: string | undefined;
  /** Undefined for the lists of a project's clusters. */
  readonly clusterName: string | undefined;
  /** Undefined for the lists of a cluster's snapshots. */
  readonly snapshotId: string | undefined;
}

/** Parses a path. The route has neither an OAuth kind nor a resource if the emulator does not serve the path. */
export function parseRoute(path: string): Route {
  for (const { endpoint, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [groupId, clusterName, snapshotId] = match.slice(1).map(decode);
    return { kind: 'other', ...endpoint, groupId, clusterName, snapshotId };
  }
  return { kind: 'other', groupId: undefined, clusterName: undefined, snapshotId: undefined };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
