// The package by its name, as its users import it: what was built, and not src/.
export { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
