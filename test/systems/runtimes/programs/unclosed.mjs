// A short script that forgets to close its client. Its credentials and its base URL come from the environment.
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';

const [groupId, clusterName, snapshotId] = process.argv.slice(2);
const snapshot = await new TenantSnapshotsClient().getTenantSnapshot(groupId, clusterName, snapshotId);
console.log(snapshot.status);
