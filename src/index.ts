export type { EndpointName } from './atlas/endpoints.js';
export { type ApiErrorBody, apiErrorSchema } from './atlas/error-body.js';
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
export type { AtlasPromise, AtlasResponse } from './call/promise.js';
export type { AtlasCallTrace, AtlasRetryTrace } from './call/tracing.js';
export { TenantSnapshotsClient } from './client.js';
export type {
  AccessTokenCredentials,
  ApiKeyCredentials,
  AtlasCredentials,
  CallOptions,
  EndpointChoice,
  GetOptions,
  ServiceAccountCredentials,
  TenantSnapshotsClientOptions,
  WaitOptions,
} from './config/options.js';
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
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  isAtlasApiError,
  isAtlasError,
} from './errors/errors.js';
export type { AtlasIssue } from './errors/issues.js';
export type {
  DispatchControllerLike,
  DispatcherLike,
  DispatchHandlerLike,
  DispatchOptionsLike,
} from './http/dispatcher.js';
export type { HeaderFields } from './http/headers.js';
