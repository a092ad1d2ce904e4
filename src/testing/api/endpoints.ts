import { atlasError, methodNotAllowed } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import type { Resource } from '../http/routes.js';
import { answerPage, answerWholeList, type PagingOptions } from './pages.js';
import { printBackup, printEvent, printFlexCluster, printProject } from './print.js';
import { printCluster, printSchedule } from './print-cluster-api.js';
import type { SnapshotSeed } from './seed.js';
import type { Cluster, Project, ProjectStore } from './store.js';

/** Serves projects, clusters and backups. */
export class ApiEndpoints {
  /** Whether the tenant endpoint is retired. If not, it serves the snapshots that the Flex endpoint has. */
  isTenantGone = true;
  readonly #store: ProjectStore;
  readonly #paging: PagingOptions | undefined;
  readonly #now: () => number;

  constructor(store: ProjectStore, paging: PagingOptions | undefined, now: () => number) {
    this.#store = store;
    this.#paging = paging;
    this.#now = now;
  }

  /** Answers a request that has logged in. */
  answer(request: ReceivedRequest): Reply {
    const { kind, resource, version } = request.route;
    if (resource === undefined) return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND' });
    if (kind === 'tenant' && this.isTenantGone) return atlasError(request, 410);
    if (request.method !== 'GET') return methodNotAllowed('GET,OPTIONS');
    if (version !== undefined && !accepts(request, version)) return atlasError(request, 406);
    const reply = this.#answerResource(request, resource);
    if (version === undefined || reply.status !== 200) return reply;
    return { ...reply, headers: { 'content-type': `application/vnd.atlas.${version}+json;charset=utf-8` } };
  }

  #answerResource(request: ReceivedRequest, resource: Resource): Reply {
    const { origin, route } = request;
    if (route.groupId === undefined) {
      const print = (project: Project) => printProject(project, origin);
      return answerPage(request, this.#store.projects, print, this.#paging);
    }
    const project = this.#store.findProject(route.groupId);
    if (project === undefined) return atlasError(request, 404, { errorCode: 'GROUP_NOT_FOUND' });
    if (route.clusterName === undefined) return this.#answerProjectList(request, resource, project);
    const cluster = project.clusters.get(route.clusterName);
    // The tenant endpoint knows shared-tier clusters alone. What it answers for others is not recorded.
    const isUnknown = cluster === undefined || (resource === 'tenantSnapshots' && !isFlex(cluster));
    if (isUnknown) return atlasError(request, 404, { errorCode: 'CLUSTER_NOT_FOUND' });
    return this.#answerBackups(request, resource, cluster);
  }

  #answerProjectList(request: ReceivedRequest, resource: Resource, project: Project): Reply {
    const clusters = [...project.clusters.values()];
    const flex = clusters.filter(isFlex);
    if (resource === 'events') {
      const completed = flex.flatMap(({ snapshots }) => snapshots).filter(({ status }) => status === 'COMPLETED');
      return answerPage(request, completed.reverse(), (snapshot) => printEvent(snapshot, project), this.#paging);
    }
    if (resource === 'flexClusters') return answerPage(request, flex, printFlexCluster, this.#paging);
    const others = clusters.filter((cluster) => !isFlex(cluster));
    return answerPage(request, others, (cluster) => printCluster(cluster, request.origin), this.#paging);
  }

  #answerBackups(request: ReceivedRequest, resource: Resource, cluster: Cluster): Reply {
    const isFlexApi = resource === 'flexSnapshots' || resource === 'flexRestoreJobs';
    if (isFlexApi && !isFlex(cluster)) {
      return atlasError(request, 400, { errorCode: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API' });
    }
    if (!isFlexApi && resource !== 'tenantSnapshots' && isFlex(cluster)) {
      return atlasError(request, 400, { errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' });
    }
    const { snapshots, restoreJobs } = cluster;
    const { snapshotId } = request.route;
    if (snapshotId !== undefined) return answerSnapshot(request, cluster, snapshotId);
    switch (resource) {
      case 'schedule':
        if (!cluster.backupEnabled) return atlasError(request, 404, { errorCode: 'BACKUP_CONFIG_NOT_FOUND' });
        return { status: 200, content: printSchedule(cluster, request.origin, this.#now()) };
      case 'flexRestoreJobs':
      case 'restoreJobs':
        return answerPage(request, restoreJobs, printBackup, this.#paging);
      case 'tenantSnapshots':
        return answerWholeList(request, snapshots.map(printBackup));
      case 'shardedSnapshots':
        return answerWholeList(request, snapshots.filter(isSharded).map(printBackup));
      default:
        return answerPage(request, snapshots, printBackup, this.#paging);
    }
  }
}

function answerSnapshot(request: ReceivedRequest, cluster: Cluster, snapshotId: string): Reply {
  const snapshot = cluster.snapshots.find(({ id }) => id === snapshotId);
  if (snapshot !== undefined) return { status: 200, content: printBackup(snapshot) };
  if (isFlex(cluster)) return atlasError(request, 404, { errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' });
  return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND', parameters: [`Snapshot with id ${snapshotId}`] });
}

// Whether Atlas also has them in the list of all snapshots is not recorded. The emulator does.
function isSharded({ type }: SnapshotSeed): boolean {
  return type === 'shardedCluster';
}

function isFlex({ kind }: Cluster): boolean {
  return kind === 'flex';
}

/** Returns whether `Accept` names this version of the API or a later one. */
function accepts({ headers }: ReceivedRequest, oldest: string): boolean {
  const version = /application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json/i.exec(headers['accept'] ?? '')?.[1];
  return version !== undefined && version >= oldest;
}
