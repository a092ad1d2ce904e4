import type { Emulator } from '../emulator.js';
import { atlasError } from '../http/errors.js';
import type { Reply } from '../http/reply.js';
import type { ReceivedRequest } from '../http/request.js';
import { answerPage, answerWholeList } from './pages.js';
import { printBackup, printCluster, printFlexCluster, printProject, printSchedule } from './print.js';
import type { Cluster, Project } from './store.js';

type Handler = (request: ReceivedRequest, emulator: Emulator) => Reply;
type ProjectHandler = (request: ReceivedRequest, project: Project) => Reply;
type ClusterHandler = (request: ReceivedRequest, cluster: Cluster) => Reply;

/** Returns a handler that finds the project of the path first. */
export function ofProject(answer: ProjectHandler): Handler {
  return (request, { store }) => {
    const project = store.projects.get(request.groupId);
    if (project === undefined) return atlasError(request, 404, { errorCode: 'GROUP_NOT_FOUND' });
    return answer(request, project);
  };
}

/** Returns a handler that finds the cluster of the path first, and refuses it if it is of the wrong kind. */
function ofCluster(isRight: (cluster: Cluster) => boolean, status: number, errorCode: string, answer: ClusterHandler) {
  return ofProject((request, { clusters }) => {
    const cluster = clusters.get(request.clusterName);
    if (cluster === undefined) return atlasError(request, 404, { errorCode: 'CLUSTER_NOT_FOUND' });
    if (!isRight(cluster)) return atlasError(request, status, { errorCode });
    return answer(request, cluster);
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
  return (request, emulator) => (emulator.isTenantGone ? atlasError(request, 410) : answerCluster(request, emulator));
}

const isFlex = ({ kind }: Cluster) => kind === 'flex';
const isNotFlex = ({ kind }: Cluster) => kind !== 'flex';

export const listProjects: Handler = (request, { store }) =>
  answerPage(request, [...store.projects.values()], (project) => printProject(project, request.origin));

export const listFlexClusters: ProjectHandler = (request, { clusters }) =>
  answerPage(request, [...clusters.values()].filter(isFlex), printFlexCluster);

/** Lists dedicated and free clusters. */
export const listClusters: ProjectHandler = (request, { clusters }) =>
  answerPage(request, [...clusters.values()].filter(isNotFlex), (cluster) => printCluster(cluster, request.origin));

// Atlas very probably lists the snapshots of a sharded cluster here too. That has not been recorded.
export const listSnapshots: ClusterHandler = (request, { snapshots }) => answerPage(request, snapshots, printBackup);

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

export const listRestoreJobs: ClusterHandler = (request, { restoreJobs }) =>
  answerPage(request, restoreJobs, printBackup);

export const getSchedule: ClusterHandler = (request, cluster) => {
  const parameters = [cluster.id, cluster.groupId];
  if (!cluster.backupEnabled) return atlasError(request, 404, { errorCode: 'BACKUP_CONFIG_NOT_FOUND', parameters });
  return { status: 200, content: printSchedule(cluster, request.origin) };
};
