import * as api from './api/handlers.js';
import type { Emulator } from './emulator.js';
import { atlasError, methodNotAllowed } from './http/errors.js';
import type { Reply } from './http/reply.js';
import type { PathNames, ReceivedRequest, RequestKind } from './http/request.js';

/** What the emulator serves under a path. */
export interface Route {
  /** Each `{groupId}`, `{clusterName}` and `{snapshotId}` stands for one segment. */
  readonly path: string;
  /** Default `other`. */
  readonly kind?: RequestKind;
  /** Default `GET`. Any other method gets a 405. */
  readonly method?: 'POST';
  /** The version of the API in which the response has this form. Default: no versions. */
  readonly version?: string;
  /** Answers a request whose path, method and version fit. Requests to the API have logged in before. */
  readonly answer: (request: ReceivedRequest, emulator: Emulator) => Reply;
}

const TOKEN = { method: 'POST', kind: 'token' } as const;
const REVOKE = { method: 'POST', kind: 'revoke' } as const;
const TENANT = { kind: 'tenant' } as const;
const FLEX = { kind: 'flex', version: '2024-11-13' } as const;
const DEDICATED = { version: '2023-01-01' } as const;

const GROUP = '/api/atlas/v2/groups/{groupId}';
const FLEX_BACKUP = `${GROUP}/flexClusters/{clusterName}/backup`;
const BACKUP = `${GROUP}/clusters/{clusterName}/backup`;
const TENANT_SNAPSHOTS = '/api/atlas/v1.0/groups/{groupId}/clusters/{clusterName}/backup/tenant/snapshots';

/** Everything that the emulator serves. The first path that matches counts. */
const ROUTES: readonly Route[] = [
  { path: '/api/oauth/token', ...TOKEN, answer: (request, { tokens }) => tokens.answerToken(request) },
  { path: '/api/oauth/revoke', ...REVOKE, answer: (request, { tokens }) => tokens.answerRevoke(request) },
  { path: TENANT_SNAPSHOTS, ...TENANT, answer: api.ofTenant(api.listTenantSnapshots) },
  { path: `${TENANT_SNAPSHOTS}/{snapshotId}`, ...TENANT, answer: api.ofTenant(api.getSnapshot) },
  { path: `${FLEX_BACKUP}/snapshots`, ...FLEX, answer: api.ofFlex(api.listSnapshots) },
  { path: `${FLEX_BACKUP}/snapshots/{snapshotId}`, ...FLEX, answer: api.ofFlex(api.getSnapshot) },
  { path: `${FLEX_BACKUP}/restoreJobs`, ...FLEX, answer: api.ofFlex(api.listRestoreJobs) },
  { path: `${BACKUP}/snapshots`, ...DEDICATED, answer: api.ofDedicated(api.listSnapshots) },
  { path: `${BACKUP}/snapshots/shardedClusters`, ...DEDICATED, answer: api.ofDedicated(api.listShardedSnapshots) },
  { path: `${BACKUP}/snapshots/{snapshotId}`, ...DEDICATED, answer: api.ofDedicated(api.getSnapshot) },
  { path: `${BACKUP}/restoreJobs`, ...DEDICATED, answer: api.ofDedicated(api.listRestoreJobs) },
  { path: `${BACKUP}/schedule`, version: '2024-08-05', answer: api.ofDedicated(api.getSchedule) },
  { path: '/api/atlas/v2/groups', version: '2023-01-01', answer: api.listProjects },
  { path: `${GROUP}/flexClusters`, version: '2024-11-13', answer: api.ofProject(api.listFlexClusters) },
  { path: `${GROUP}/clusters`, version: '2024-08-05', answer: api.ofProject(api.listClusters) },
];

const PATTERNS = ROUTES.map((route) => {
  const pattern = route.path.replaceAll('.', '\\.').replaceAll('{', '(?<').replaceAll('}', '>[^/]+)');
  return { route, pattern: new RegExp(`^${pattern}$`) };
});

/** Finds the route of a path, and the names in the path. Without a route, the emulator does not serve the path. */
export function findRoute(path: string): { route: Route | undefined; names: PathNames } {
  const noNames: PathNames = { groupId: '', clusterName: '', snapshotId: '' };
  for (const { route, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (match !== null) return { route, names: { ...noNames, ...match.groups } };
  }
  return { route: undefined, names: noNames };
}

/** Answers a request by the handler of its route. */
export function answerByRoute(request: ReceivedRequest, route: Route | undefined, emulator: Emulator): Reply {
  if (route === undefined) return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND' });
  const { method = 'GET', version } = route;
  if (request.method !== method) return methodNotAllowed(`${method},OPTIONS`);
  if (version === undefined) return route.answer(request, emulator);
  if (!accepts(request, version)) return atlasError(request, 406);
  const reply = route.answer(request, emulator);
  if (reply.status !== 200) return reply;
  return { ...reply, headers: { 'content-type': `application/vnd.atlas.${version}+json;charset=utf-8` } };
}

/** Returns whether `Accept` names this version of the API or a later one. */
function accepts({ headers }: ReceivedRequest, oldest: string): boolean {
  const version = /application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json/i.exec(headers['accept'] ?? '')?.[1];
  return version !== undefined && version >= oldest;
}
