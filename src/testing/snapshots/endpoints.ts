import { atlasError, methodNotAllowed } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import type { Route } from '../http/routes.js';
import { answerPage, answerWholeList, type PagingOptions } from './pages.js';
import { printFlexCluster, printSnapshot } from './print.js';
import type { Cluster, SnapshotStore } from './store.js';
import { answerSunset, type SunsetForm } from './sunset.js';

const FLEX_VERSION = '2024-11-13';
const FLEX_MEDIA_TYPE = `application/vnd.atlas.${FLEX_VERSION}+json;charset=utf-8`;

/** The tenant and the Flex endpoints. Both serve the same snapshots. */
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
    const { kind, groupId } = request.route;
    if (groupId === undefined) return atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND' });
    if (kind === 'tenant' && this.sunset !== undefined) return answerSunset(this.sunset, request);
    if (request.method !== 'GET') return methodNotAllowed('GET,OPTIONS');
    const invalid = describeInvalidValue(request.route);
    if (invalid !== undefined) return atlasError(request, 400, invalid);
    if (kind === 'tenant') return this.#answerCluster(request, groupId);
    if (!acceptsFlex(request)) return atlasError(request, 406);
    const reply = this.#answerCluster(request, groupId);
    return reply.status === 200 ? { ...reply, headers: { 'content-type': FLEX_MEDIA_TYPE } } : reply;
  }

  #answerCluster(request: ReceivedRequest, groupId: string): Reply {
    const { kind, clusterName } = request.route;
    const project = this.#store.findProject(groupId);
    if (project === undefined) return atlasError(request, 404, { errorCode: 'GROUP_NOT_FOUND' });
    if (clusterName === undefined) {
      const clusters = [...project.values()].filter(({ isDedicated }) => !isDedicated);
      return answerPage(request, clusters.map(printFlexCluster), this.#paging);
    }
    const cluster = project.get(clusterName);
    if (cluster === undefined) return atlasError(request, 404, { errorCode: 'CLUSTER_NOT_FOUND' });
    if (kind === 'flex' && cluster.isDedicated) {
      return atlasError(request, 400, { errorCode: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API' });
    }
    return this.#answerSnapshots(request, cluster);
  }

  #answerSnapshots(request: ReceivedRequest, cluster: Cluster): Reply {
    const { kind, snapshotId } = request.route;
    if (snapshotId === undefined) {
      const snapshots = cluster.snapshots.map(printSnapshot);
      return kind === 'flex' ? answerPage(request, snapshots, this.#paging) : answerWholeList(request, snapshots);
    }
    const snapshot = this.#store.pollSnapshot(cluster, snapshotId);
    if (snapshot === undefined) return atlasError(request, 404, { errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' });
    return { status: 200, content: printSnapshot(snapshot) };
  }
}

/** Returns whether `Accept` names a version of the API that has the Flex endpoints. */
function acceptsFlex({ headers }: ReceivedRequest): boolean {
  const version = /application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json/i.exec(headers['accept'] ?? '')?.[1];
  return version !== undefined && version >= FLEX_VERSION;
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
