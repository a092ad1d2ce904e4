import { atlasError } from './atlas-error.js';
import type { RequestKind } from './received-request.js';
import type { Reply } from './reply.js';

/** The values in the path of a snapshot endpoint. */
export interface SnapshotPath {
  readonly groupId: string;
  readonly clusterName: string;
  /** Undefined where the list is asked for. */
  readonly snapshotId: string | undefined;
}

const TENANT = /^\/api\/atlas\/v1\.0\/groups\/([^/]+)\/clusters\/([^/]+)\/backup\/tenant\/snapshots(?:\/([^/]+))?$/;
const FLEX = /^\/api\/atlas\/v2\/groups\/([^/]+)\/flexClusters\/([^/]+)\/backup\/snapshots(?:\/([^/]+))?$/;
const OBJECT_ID = /^([a-f0-9]{24})$/;
const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]*$/;

export function kindOf(path: string): RequestKind {
  if (path === '/api/oauth/token') return 'token';
  if (path === '/api/oauth/revoke') return 'revoke';
  if (TENANT.test(path)) return 'tenant';
  return FLEX.test(path) ? 'flex' : 'other';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The path values of a tenant or Flex path; undefined for any other. */
export function parseSnapshotPath(path: string): SnapshotPath | undefined {
  const match = TENANT.exec(path) ?? FLEX.exec(path);
  const [, groupId, clusterName, snapshotId] = match ?? [];
  if (groupId === undefined || clusterName === undefined) return undefined;
  return {
    groupId: decode(groupId),
    clusterName: decode(clusterName),
    snapshotId: snapshotId === undefined ? undefined : decode(snapshotId),
  };
}

function invalid(name: string, value: string): Reply {
  return atlasError(400, { detail: `An invalid ${name} ${value} was specified.`, parameters: [value] });
}

/** The 400 that a path value outside its pattern is answered with. */
export function refusePathValues({ groupId, clusterName, snapshotId }: SnapshotPath): Reply | undefined {
  if (!OBJECT_ID.test(groupId)) return invalid('group ID', groupId);
  if (!CLUSTER_NAME.test(clusterName)) return invalid('cluster name', clusterName);
  if (snapshotId !== undefined && !OBJECT_ID.test(snapshotId)) return invalid('snapshot ID', snapshotId);
  return undefined;
}
