import { TenantSnapshotsClient } from '../../../dist/index.js';
import { clusterName, groupId, nextSnapshotId, privateKey, publicKey } from '../target.mjs';

export function connect(origin) {
  const client = new TenantSnapshotsClient({ baseUrl: origin, credentials: { publicKey, privateKey } });
  return {
    call: () => client.getTenantSnapshot(groupId, clusterName, nextSnapshotId()),
    close: () => client.close(),
  };
}
