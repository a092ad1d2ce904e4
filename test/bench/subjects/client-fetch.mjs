import { TenantSnapshotsClient } from '../../../dist/index.js';
import { accessToken, clusterName, groupId, nextSnapshotId } from '../target.mjs';

export function connect(origin) {
  const client = new TenantSnapshotsClient({ baseUrl: origin, credentials: { accessToken }, fetch: globalThis.fetch });
  return {
    call: () => client.getTenantSnapshot(groupId, clusterName, nextSnapshotId()),
    close: () => client.close(),
  };
}
