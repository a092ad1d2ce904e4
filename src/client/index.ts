export { clusterNameSchema, groupIdSchema } from './atlas/schemas.js';
export {
  type DedicatedSnapshot,
  dedicatedSnapshotSchema,
  type SnapshotStatus,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from './atlas/snapshots.js';
export type { StandardSchema } from './atlas/standard-schema.js';
export type { QueryValue } from './atlas/target.js';
export type { AtlasCredentials } from './auth/authenticator.js';
export type { AtlasPromise, AtlasResponse } from './call/atlas-promise.js';
export type { AtlasCallTrace } from './call/tracing.js';
export { TenantSnapshotsClient } from './client.js';
export type { CallOptions, GetOptions, TenantSnapshotsClientOptions } from './config/options.js';
export {
  type AnyAtlasError,
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasError,
  type AtlasErrorCode,
  type AtlasErrorOf,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  isAtlasApiError,
  isAtlasError,
} from './errors/errors.js';
export type { FetchLike } from './http/fetch.js';
export type { DispatcherLike } from './http/transport.js';
export { newestBackup } from './newest-backup.js';
