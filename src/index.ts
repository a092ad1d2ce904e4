export type { EndpointChoice, EndpointName, QueryValue } from './atlas/endpoints.js';
export { type ApiErrorBody, apiErrorSchema } from './atlas/response.js';
export {
  type AtlasLink,
  clusterNameSchema,
  groupIdSchema,
  type SnapshotStatus,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from './atlas/schemas.js';
export type { AccessTokenProvider } from './auth/bearer.js';
export type { TokenStore } from './auth/service-account/token-store.js';
export type { StandardSchema, StandardSchemaIssue, StandardSchemaResult } from './call/standard-schema.js';
export type { AtlasPromise, AtlasResponse } from './call/start-call.js';
export type { AtlasCallTrace, AtlasRetryTrace } from './call/tracing.js';
export { type BackupCheckOptions, checkBackups } from './check/check-backups.js';
export type { BackupFinding, BackupState } from './check/finding.js';
export { newestBackup } from './check/newest-backup.js';
export { TenantSnapshotsClient } from './client.js';
export type * from './config/options.js';
export * from './errors/errors.js';
export type { AtlasIssue } from './errors/issues.js';
export type * from './http/dispatcher.js';
export type { HeaderFields } from './http/headers.js';
