import { type TenantSnapshot, TenantSnapshotsClient } from '../../src/index.js';
import { apiKey, clusterName, groupId, snapshotId } from './site.js';

export function openClient(baseUrl: string, credentials = apiKey): TenantSnapshotsClient {
  return new TenantSnapshotsClient({ baseUrl, credentials, endpoint: 'tenant', maxRetries: 0 });
}

export function get(client: TenantSnapshotsClient): Promise<TenantSnapshot> {
  return client.getTenantSnapshot(groupId, clusterName, snapshotId);
}
