import { importPeer } from '../peers.mjs';
import { clusterName, groupId, bearerHeaders as headers, nextSnapshotId } from '../target.mjs';

const { default: createClient } = await importPeer('openapi-fetch');
const path = '/api/atlas/v2/groups/{groupId}/flexClusters/{clusterName}/backup/snapshots/{snapshotId}';

export function connect(origin) {
  const client = createClient({ baseUrl: origin, headers });
  return {
    async call() {
      const params = { path: { groupId, clusterName, snapshotId: nextSnapshotId() } };
      const { data, error } = await client.GET(path, { params });
      if (error) throw new Error(JSON.stringify(error));
      return data;
    },
    close() {},
  };
}
