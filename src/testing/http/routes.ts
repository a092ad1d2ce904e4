/** The endpoint that a request reaches. `other` covers everything else, such as the lists of projects and of Flex clusters. */
export type RequestKind = 'tenant' | 'flex' | 'token' | 'revoke' | 'other';

/** What the path of a request says. */
export interface Route {
  readonly kind: RequestKind;
  /** Whether the emulator has an endpoint for the path. */
  readonly isKnown: boolean;
  /** Undefined for the list of projects. */
  readonly groupId: string | undefined;
  /** Undefined for the list of a project's clusters. */
  readonly clusterName: string | undefined;
  /** Undefined for the list of a cluster's snapshots. */
  readonly snapshotId: string | undefined;
}

const PATTERNS: readonly (readonly [RequestKind, RegExp])[] = [
  ['token', /^\/api\/oauth\/token$/],
  ['revoke', /^\/api\/oauth\/revoke$/],
  ['tenant', /^\/api\/atlas\/v1\.0\/groups\/([^/]+)\/clusters\/([^/]+)\/backup\/tenant\/snapshots(?:\/([^/]+))?$/],
  ['flex', /^\/api\/atlas\/v2\/groups\/([^/]+)\/flexClusters\/([^/]+)\/backup\/snapshots(?:\/([^/]+))?$/],
  ['other', /^\/api\/atlas\/v2\/groups$/],
  ['other', /^\/api\/atlas\/v2\/groups\/([^/]+)\/flexClusters$/],
];

export function parseRoute(path: string): Route {
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [groupId, clusterName, snapshotId] = match.slice(1).map(decode);
    return { kind, isKnown: true, groupId, clusterName, snapshotId };
  }
  return { kind: 'other', isKnown: false, groupId: undefined, clusterName: undefined, snapshotId: undefined };
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
