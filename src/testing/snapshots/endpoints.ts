import { atlasError, methodNotAllowed } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import type { Route } from '../http/routes.js';
import { answerPage, answerWholeList, type PagingOptions } from './pages.js';
import { printFlexCluster, printProject, printSnapshot } from './print.js';
import type { Cluster, Project, SnapshotStore } from './store.js';
import { answerSunset, type SunsetForm } from './sunset.js';

const PROJECTS_VERSION = '2023-01-01';
const FLEX_VERSION = '2024-11-13';

/** The list of projects, and the tenant and Flex endpoints. Both of these serve the same snapshots. */
export class SnapshotEndpoints {
  /** What the tenant endpoint answers after its sunset. Undefined before it. */
  sunset: SunsetForm | undefined;
  readonly #store: SnapshotStore;
  readonly #paging: PagingOptions | undefined;

  constructor(store: SnapshotStore, paging: PagingOptions | undefined) {
    this.#store = store;
    this.#paging = paging;
  }

  /** Answers a request that has logged in. */
  answer(request: ReceivedRequest): Reply {
    const { kind, isKnown, groupId } = request.route;
    if (!isKnown) return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND' });
    if (kind === 'tenant' && this.sunset !== undefined) return answerSunset(this.sunset, request);
    if (request.method !== 'GET') return methodNotAllowed('GET,OPTIONS');
    const invalid = describeInvalidValue(request.route);
    if (invalid !== undefined) return atlasError(request, 400, invalid);
    if (kind === 'tenant') return this.#answerResource(request);
    const version = groupId === undefined ? PROJECTS_VERSION : FLEX_VERSION;
    if (!accepts(request, version)) return atlasError(request, 406);
    const reply = this.#answerResource(request);
    if (reply.status !== 200) return reply;
    return { ...reply, headers: { 'content-type': `application/vnd.atlas.${version}+json;charset=utf-8` } };
  }

  #answerResource(request: ReceivedRequest): Reply {
    const { kind, groupId, clusterName } = request.route;
    if (groupId === undefined) {
      const print = (project: Project) => printProject(project, request.origin);
      return answerPage(request, this.#store.projects, print, this.#paging);
    }
    const project = this.#store.findProject(groupId);
    if (project === undefined) return atlasError(request, 404, { errorCode: 'GROUP_NOT_FOUND' });
    if (clusterName === undefined) {
      const clusters = [...project.clusters.values()].filter(({ isDedicated }) => !isDedicated);
      return answerPage(request, clusters, printFlexCluster, this.#paging);
    }
    const cluster = project.clusters.get(clusterName);
    if (cluster === undefined) return atlasError(request, 404, { errorCode: 'CLUSTER_NOT_FOUND' });
    if (kind === 'flex' && cluster.isDedicated) {
      return atlasError(request, 400, { errorCode: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API' });
    }
    return this.#answerSnapshots(request, cluster);
  }

  #answerSnapshots(request: ReceivedRequest, cluster: Cluster): Reply {
    const { kind, snapshotId } = request.route;
    if (snapshotId === undefined) {
      const { snapshots } = cluster;
      if (kind === 'flex') return answerPage(request, snapshots, printSnapshot, this.#paging);
      return answerWholeList(request, snapshots.map(printSnapshot));
    }
    const snapshot = this.#store.pollSnapshot(cluster, snapshotId);
    if (snapshot === undefined) return atlasError(request, 404, { errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' });
    return { status: 200, content: printSnapshot(snapshot) };
  }
}

/** Returns whether `Accept` names this version of the API or a later one. */
function accepts({ headers }: ReceivedRequest, oldest: string): boolean {
  const version = /application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json/i.exec(headers['accept'] ?? '')?.[1];
  return version !== undefined && version >= oldest;
}

const OBJECT_ID = /^([a-f0-9]{24})$/;
const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]*$/;

/** Describes the first path value that does not match its pattern. */
function describeInvalidValue(route: Route): { detail: string; parameters: string[] } | undefined {
  const values = [
    ['group ID', route.groupId, OBJECT_ID],
    ['cluster name', route.clusterName, CLUSTER_NAME],
    ['snapshot ID', route.snapshotId, OBJECT_ID],
  ] as const;
  for (const [name, value, pattern] of values) {
    if (value === undefined || pattern.test(value)) continue;
    return { detail: `An invalid ${name} ${value} was specified.`, parameters: [value] };
  }
  return undefined;
}
