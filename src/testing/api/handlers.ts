import { atlasError } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import { answerPage, answerWholeList, type PagingOptions } from './pages.js';
import { EVENT_TYPE, printBackup, printEvent, printFlexCluster, printProject } from './print.js';
import { printCluster, printSchedule } from './print-cluster-api.js';
import type { Cluster, Project, ProjectStore } from './store.js';

/** What the handlers of an emulator share. */
export interface Api {
  readonly store: ProjectStore;
  readonly paging: PagingOptions | undefined;
  readonly now: () => number;
  /** Whether the tenant endpoint is retired. If not, it serves the snapshots that the Flex endpoint has. */
  isTenantGone: boolean;
}

type Handler = (request: ReceivedRequest, api: Api) => Reply;
type ProjectHandler = (request: ReceivedRequest, project: Project, api: Api) => Reply;
type ClusterHandler = (request: ReceivedRequest, cluster: Cluster, api: Api) => Reply;

/** Returns a handler that finds the project of the path first. */
export function ofProject(answer: ProjectHandler): Handler {
  return (request, api) => {
    const project = api.store.projects.get(request.groupId);
    if (project === undefined) return atlasError(request, 404, { errorCode: 'GROUP_NOT_FOUND' });
    return answer(request, project, api);
  };
}

/** Returns a handler that finds the cluster of the path first, and refuses it if it is of the wrong kind. */
function ofCluster(isRight: (cluster: Cluster) => boolean, status: number, errorCode: string, answer: ClusterHandler) {
  return ofProject((request, { clusters }, api) => {
    const cluster = clusters.get(request.clusterName);
    if (cluster === undefined) return atlasError(request, 404, { errorCode: 'CLUSTER_NOT_FOUND' });
    if (!isRight(cluster)) return atlasError(request, status, { errorCode });
    return answer(request, cluster, api);
  });
}

/** Returns a handler of the Flex API. */
export function ofFlex(answer: ClusterHandler): Handler {
  return ofCluster(isFlex, 400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', answer);
}

/** Returns a handler of the Cluster API, which serves dedicated and free clusters. */
export function ofDedicated(answer: ClusterHandler): Handler {
  return ofCluster(isNotFlex, 400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', answer);
}

/** Returns a handler of the tenant endpoint. */
export function ofTenant(answer: ClusterHandler): Handler {
  // What Atlas answers for a dedicated cluster here has not been recorded.
  const answerCluster = ofCluster(isFlex, 404, 'CLUSTER_NOT_FOUND', answer);
  return (request, api) => (api.isTenantGone ? atlasError(request, 410) : answerCluster(request, api));
}

const isFlex = ({ kind }: Cluster) => kind === 'flex';
const isNotFlex = ({ kind }: Cluster) => kind !== 'flex';

export const listProjects: Handler = (request, { store, paging }) =>
  answerPage(request, [...store.projects.values()], (project) => printProject(project, request.origin), paging);

/** Lists the completed snapshots of Flex clusters. They are the only events that the emulator has. */
export const listEvents: ProjectHandler = (request, project, { paging }) => {
  const types = request.query.getAll('eventType');
  const isListed = types.length === 0 || types.includes(EVENT_TYPE);
  const snapshots = [...project.clusters.values()].filter(isFlex).flatMap((cluster) => cluster.snapshots);
  const completed = snapshots.filter(({ status }) => isListed && status === 'COMPLETED').reverse();
  // As recorded for events.
  return answerPage(request, completed, (event) => printEvent(event, project), { ...paging, isCountNeeded: true });
};

export const listFlexClusters: ProjectHandler = (request, { clusters }, { paging }) =>
  answerPage(request, [...clusters.values()].filter(isFlex), printFlexCluster, paging);

/** Lists dedicated and free clusters. */
export const listClusters: ProjectHandler = (request, { clusters }, { paging }) => {
  const listed = [...clusters.values()].filter(isNotFlex);
  return answerPage(request, listed, (cluster) => printCluster(cluster, request.origin), paging);
};

// Atlas very probably lists the snapshots of a sharded cluster here too. That has not been recorded.
export const listSnapshots: ClusterHandler = (request, { snapshots }, { paging }) =>
  answerPage(request, snapshots, printBackup, paging);

export const listShardedSnapshots: ClusterHandler = (request, { snapshots }) =>
  answerWholeList(request, snapshots.filter(({ type }) => type === 'shardedCluster').map(printBackup));

export const listTenantSnapshots: ClusterHandler = (request, { snapshots }) =>
  answerWholeList(request, snapshots.map(printBackup));

export const getSnapshot: ClusterHandler = (request, cluster) => {
  const { snapshotId } = request;
  const snapshot = cluster.snapshots.find(({ id }) => id === snapshotId);
  if (snapshot !== undefined) return { status: 200, content: printBackup(snapshot) };
  if (isFlex(cluster)) return atlasError(request, 404, { errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' });
  return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND', parameters: [`Snapshot with id ${snapshotId}`] });
};

export const listRestoreJobs: ClusterHandler = (request, { restoreJobs }, { paging }) =>
  answerPage(request, restoreJobs, printBackup, paging);

export const getSchedule: ClusterHandler = (request, cluster, { now }) => {
  const parameters = [cluster.id, cluster.groupId];
  if (!cluster.backupEnabled) return atlasError(request, 404, { errorCode: 'BACKUP_CONFIG_NOT_FOUND', parameters });
  return { status: 200, content: printSchedule(cluster, request.origin, now()) };
};
