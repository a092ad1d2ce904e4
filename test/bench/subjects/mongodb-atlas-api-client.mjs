import { importPeer } from '../peers.mjs';
import { clusterName, groupId, nextSnapshotId, privateKey, publicKey } from '../target.mjs';

const { default: getClient } = await importPeer('mongodb-atlas-api-client');

// It has no shared-tier snapshots; reading a replica set's is the same call on a path that is one word shorter.
export function connect(origin) {
  const baseUrl = `${origin}/api/atlas/v1.0`;
  const { cloudBackup } = getClient({ publicKey, privateKey, baseUrl, projectId: groupId });
  return {
    call: () => cloudBackup.getReplicaSetCloudBackup(clusterName, nextSnapshotId()),
    close() {},
  };
}
