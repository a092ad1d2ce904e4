import { atlasError, noRoute } from './atlas-error.js';
import { FLEX_MEDIA_TYPE, refuseVersion } from './flex-version.js';
import type { PagingOptions } from './options.js';
import { answerPage } from './pages.js';
import type { ReceivedRequest, RequestKind } from './received-request.js';
import type { Reply } from './reply.js';
import { parseSnapshotPath, refusePathValues, type SnapshotPath } from './routes.js';
import { printSnapshot, type SnapshotStore } from './snapshots.js';

function notFound(errorCode: string, detail: string, ...parameters: string[]): Reply {
  return atlasError(404, { errorCode, detail, parameters });
}

/** The tenant and the Flex endpoint, over one store. */
export class SnapshotEndpoints {
  readonly #store: SnapshotStore;
  readonly #paging: PagingOptions | undefined;

  constructor(store: SnapshotStore, paging: PagingOptions | undefined) {
    this.#store = store;
    this.#paging = paging;
  }

  /** Answers an API request that passed authentication. */
  answer(kind: RequestKind, request: ReceivedRequest): Reply {
    const path = parseSnapshotPath(request.path);
    if (path === undefined) return noRoute(request.path);
    if (request.method !== 'GET') return atlasError(405, { headers: { allow: 'GET' } });
    return refusePathValues(path) ?? (kind === 'flex' ? this.#answerFlex(path, request) : this.#find(path, request));
  }

  #answerFlex(path: SnapshotPath, request: ReceivedRequest): Reply {
    const reply =
      refuseVersion(request) ?? this.#find(path, request, (items) => answerPage(items, request, this.#paging));
    return reply.status === 200 ? { ...reply, headers: { 'content-type': FLEX_MEDIA_TYPE } } : reply;
  }

  #find(path: SnapshotPath, request: ReceivedRequest, answerList = wholeList(request)): Reply {
    const { groupId, clusterName, snapshotId } = path;
    if (!this.#store.hasProject(groupId)) {
      return notFound('GROUP_NOT_FOUND', `No group with ID ${groupId} exists.`, groupId);
    }
    const snapshots = this.#store.list(groupId, clusterName);
    if (snapshots === undefined) {
      const detail = `No cluster named ${clusterName} exists in group ${groupId}.`;
      return notFound('CLUSTER_NOT_FOUND', detail, clusterName, groupId);
    }
    const here = request.origin + request.path;
    if (snapshotId === undefined) {
      return answerList(snapshots.map((snapshot) => printSnapshot(snapshot, `${here}/${snapshot.id}`)));
    }
    const snapshot = this.#store.poll(groupId, clusterName, snapshotId);
    if (snapshot !== undefined) return { status: 200, content: printSnapshot(snapshot, here) };
    const detail = `No snapshot with ID ${snapshotId} exists for cluster ${clusterName}.`;
    return notFound('SNAPSHOT_NOT_FOUND', detail, snapshotId, clusterName);
  }
}

/** The tenant list takes no paging. */
function wholeList(request: ReceivedRequest): (items: readonly object[]) => Reply {
  const links = [{ href: request.origin + request.target, rel: 'self' }];
  return (results) => ({ status: 200, content: { links, results, totalCount: results.length } });
}
