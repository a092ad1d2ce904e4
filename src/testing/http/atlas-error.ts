import { STATUS_CODES } from 'node:http';
import type { ReceivedRequest } from './received-request.js';
import type { Reply } from './reply.js';
import { bucketOf } from './token-buckets.js';

/** The parts of an error that differ from Atlas's own. */
export interface AtlasErrorParts {
  /** Default: the usual code of the status. */
  readonly errorCode?: string | undefined;
  /** Default: Atlas's text for the code. */
  readonly detail?: string | undefined;
  /** Default: Atlas's parameters for the code, filled in from the request. */
  readonly parameters?: readonly unknown[] | undefined;
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Atlas's texts. Each `%s` is a parameter, as in Atlas's table of error codes. */
const TEXTS: Readonly<Record<string, string>> = {
  BACKUP_CONFIG_NOT_FOUND: 'No backup configuration exists for cluster %s in group %s.',
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: 'Flex cluster %s cannot be used in the Cluster API.',
  CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API: 'Cannot use non-flex cluster %s in the flex API.',
  CLUSTER_NOT_FOUND: 'No cluster named %s exists in group %s.',
  GROUP_NOT_FOUND: 'No group with ID %s exists.',
  INVALID_VERSION_DATE: 'Invalid accept header or version date.',
  IP_ADDRESS_NOT_ON_ACCESS_LIST: 'IP address %s is not allowed to access this resource.',
  ORG_REQUIRES_ACCESS_LIST: 'This organization requires access through an access list of ip ranges.',
  RATE_LIMITED: 'Resource %s is limited to %s requests every %s minutes.',
  RATE_LIMITED_TOKEN_BUCKET:
    'Rate limit exceeded for %s. Please retry after %s seconds. Request capacity: %s. Refill rate: %s per %s seconds. ' +
    'For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.',
  RESOURCE_NOT_FOUND: 'Cannot find resource %s.',
  TENANT_SNAPSHOT_ACCESS_DENIED: 'Not authorized to access specified tenant snapshot.',
  TENANT_SNAPSHOT_NOT_FOUND: 'No M2/M5 snapshot with ID %s exists for cluster %s.',
  UNEXPECTED_ERROR: 'Unexpected error.',
  USER_UNAUTHORIZED: 'Current user is not authorized to perform this action.',
  VERSION_GONE: 'Version %s of %s is no longer available.',
};

// The emulator listens on this address, so its clients have it too.
const CLIENT_ADDRESS = '127.0.0.1';

/** Atlas's parameters for an error that answers this request. */
function defaultParameters(
  errorCode: string,
  request: ReceivedRequest,
  retryAfter: number | string | undefined,
): readonly unknown[] {
  const { path, route } = request;
  const { groupId = '', clusterName = '', snapshotId = '' } = route;
  // Atlas leaves the leading slash out of some paths.
  const bare = path.slice(1);
  const { capacity, refillPerMinute } = bucketOf(route);
  const parameters: Readonly<Record<string, readonly unknown[]>> = {
    BACKUP_CONFIG_NOT_FOUND: [clusterName, groupId],
    CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: [clusterName],
    CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API: [clusterName],
    CLUSTER_NOT_FOUND: [clusterName, groupId],
    GROUP_NOT_FOUND: [groupId],
    IP_ADDRESS_NOT_ON_ACCESS_LIST: [CLIENT_ADDRESS],
    ORG_REQUIRES_ACCESS_LIST: [CLIENT_ADDRESS],
    RATE_LIMITED: [path, 50, 1],
    RATE_LIMITED_TOKEN_BUCKET: [bare, Number(retryAfter) || 0, capacity, refillPerMinute, 60],
    RESOURCE_NOT_FOUND: [path],
    TENANT_SNAPSHOT_NOT_FOUND: [snapshotId, clusterName],
    VERSION_GONE: ['2023-01-01', bare],
  };
  return parameters[errorCode] ?? [];
}

const DEFAULT_CODES: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'USER_UNAUTHORIZED',
  402: 'NO_PAYMENT_INFORMATION_FOUND',
  403: 'IP_ADDRESS_NOT_ON_ACCESS_LIST',
  404: 'GROUP_NOT_FOUND',
  406: 'INVALID_VERSION_DATE',
  410: 'VERSION_GONE',
  429: 'RATE_LIMITED_TOKEN_BUCKET',
  503: 'SERVICE_UNAVAILABLE',
};

/** An error in the form that Atlas gives it after login. */
export function atlasError(request: ReceivedRequest, status: number, parts: AtlasErrorParts = {}): Reply {
  const errorCode = parts.errorCode ?? DEFAULT_CODES[status] ?? 'UNEXPECTED_ERROR';
  const reason = STATUS_CODES[status] ?? 'Unknown';
  const parameters = parts.parameters ?? defaultParameters(errorCode, request, parts.retryAfter);
  const detail = parts.detail ?? fillIn(TEXTS[errorCode] ?? `${reason}.`, parameters);
  const retryAfter = parts.retryAfter === undefined ? {} : { 'retry-after': String(parts.retryAfter) };
  return {
    status,
    headers: { 'x-error-code': errorCode, ...retryAfter, ...parts.headers },
    content: { detail, error: status, errorCode, parameters, reason },
  };
}

function fillIn(text: string, parameters: readonly unknown[]): string {
  const values = parameters.values();
  return text.replace(/%s/g, () => String(values.next().value));
}

/** Atlas's 405, which has no body. */
export function methodNotAllowed(allow: string): Reply {
  return { status: 405, headers: { allow }, content: '' };
}
