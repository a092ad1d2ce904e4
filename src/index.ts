export type { TokenStore } from './auth/token-store.js';
export type { AtlasPromise, AtlasResponse } from './call-promise.js';
export { TenantSnapshotsClient } from './client.js';
export type { EndpointName } from './endpoints.js';
export {
  AtlasApiError,
  type AtlasApiErrorDetails,
  AtlasAuthenticationError,
  type AtlasAuthenticationErrorDetails,
  AtlasClosedError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasError,
  type AtlasErrorCode,
  type AtlasErrorContext,
  type AtlasErrorOf,
  type AtlasErrors,
  type AtlasIssue,
  AtlasResponseError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  AtlasValidationError,
  isAtlasApiError,
  isAtlasError,
} from './errors.js';
export type {
  DispatchControllerLike,
  DispatcherLike,
  DispatchHandlerLike,
  DispatchOptionsLike,
} from './http/dispatcher.js';
export type { HeaderFields } from './http/headers.js';
export type {
  AccessTokenCredentials,
  ApiKeyCredentials,
  AtlasCredentials,
  CallOptions,
  EndpointChoice,
  ServiceAccountCredentials,
  TenantSnapshotsClientOptions,
  WaitOptions,
} from './options.js';
export {
  type ApiErrorBody,
  apiErrorSchema,
  clusterNameSchema,
  groupIdSchema,
  type SnapshotStatus,
  snapshotIdSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from './schemas.js';
export type { AtlasCallTrace } from './tracing.js';
