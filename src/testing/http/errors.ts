import { STATUS_CODES } from 'node:http';
import { clusterIdOf } from '../ids.js';
import type { Reply } from './reply.js';
import type { ReceivedRequest } from './request.js';

/** The parts of an error that differ from Atlas's own. */
export interface ErrorParts {
  /** Default: the usual code of the status. */
  readonly errorCode?: string | undefined;
  /** Default: Atlas's text for the code. */
  readonly detail?: string | undefined;
  /** Default: Atlas's parameters for the code, filled in from the request. */
  readonly parameters?: readonly unknown[] | undefined;
  /** The seconds that a rate limit names. */
  readonly retryAfter?: number | string | undefined;
}

/** The text of an error, and the names of its parameters in Atlas's order. A number stands for itself. */
type KnownError = readonly [text: string, ...parameters: (keyof ReturnType<typeof valuesOf> | number)[]];

/** The errors that Atlas is known to send. Each `%s` in a text is a parameter, as in Atlas's table of error codes. */
const KNOWN_ERRORS: Readonly<Record<string, KnownError>> = {
  BACKUP_CONFIG_NOT_FOUND: ['No backup configuration exists for cluster %s in group %s.', 'clusterId', 'groupId'],
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: ['Flex cluster %s cannot be used in the Cluster API.', 'clusterName'],
  CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API: ['Cannot use non-flex cluster %s in the flex API.', 'clusterName'],
  CLUSTER_NOT_FOUND: ['No cluster named %s exists in group %s.', 'clusterName', 'groupId'],
  GROUP_NOT_FOUND: ['No group with ID %s exists.', 'groupId'],
  INVALID_VERSION_DATE: ['Invalid accept header or version date.'],
  IP_ADDRESS_NOT_ON_ACCESS_LIST: ['IP address %s is not allowed to access this resource.', 'address'],
  NO_PAYMENT_INFORMATION_FOUND: ['No payment information was found for group %s.', 'groupId'],
  NOT_IN_GROUP: ['The current user is not in the group, or the group does not exist.'],
  ORG_REQUIRES_ACCESS_LIST: ['This organization requires access through an access list of ip ranges.', 'address'],
  RATE_LIMITED: ['Resource %s is limited to %s requests every %s minutes.', 'path', 50, 1],
  // The numbers were recorded for snapshots of Flex and dedicated clusters.
  RATE_LIMITED_TOKEN_BUCKET: [
    'Rate limit exceeded for %s. Please retry after %s seconds. Request capacity: %s. Refill rate: %s per %s seconds. ' +
      'For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.',
    ...(['barePath', 'wait', 1200, 500, 60] as const),
  ],
  RESOURCE_NOT_FOUND: ['Cannot find resource %s.', 'path'],
  RESOURCE_REQUIRES_ACCESS_LIST: ['This resource requires access through an access list of ip ranges.', 'address'],
  TENANT_SNAPSHOT_ACCESS_DENIED: ['Not authorized to access specified tenant snapshot.'],
  TENANT_SNAPSHOT_NOT_FOUND: ['No M2/M5 snapshot with ID %s exists for cluster %s.', 'snapshotId', 'clusterName'],
  UNEXPECTED_ERROR: ['Unexpected error.'],
  USER_CANNOT_ACCESS_GROUP: ['User cannot access this group.'],
  USER_CANNOT_ACCESS_ORG: ['User cannot access this organization.'],
  USER_UNAUTHORIZED: ['Current user is not authorized to perform this action.'],
  VERSION_GONE: ['Version %s of %s is no longer available.', 'version', 'barePath'],
};

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

/** Returns the value of each parameter by its name. */
function valuesOf({ path, groupId, clusterName, snapshotId }: ReceivedRequest, { retryAfter }: ErrorParts) {
  return {
    // The emulator listens on this address, so its clients have it too.
    address: '127.0.0.1',
    // Atlas leaves the leading slash out of some paths.
    barePath: path.slice(1),
    clusterId: clusterIdOf(groupId, clusterName),
    version: '2023-01-01',
    wait: Number(retryAfter) || 0,
    ...{ path, groupId, clusterName, snapshotId },
  };
}

/** An error in the form that Atlas gives it after login. */
export function atlasError(request: ReceivedRequest, status: number, parts: ErrorParts = {}): Reply {
  const { errorCode = DEFAULT_CODES[status] ?? 'UNEXPECTED_ERROR' } = parts;
  const reason = STATUS_CODES[status] ?? 'Unknown';
  const [text, ...names] = KNOWN_ERRORS[errorCode] ?? [`${reason}.`];
  const values = valuesOf(request, parts);
  const { parameters = names.map((name) => (typeof name === 'number' ? name : values[name])) } = parts;
  const { detail = fillIn(text, parameters) } = parts;
  return {
    status,
    headers: { 'x-error-code': errorCode },
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

/** The OAuth 2.0 errors that Atlas is known to send. */
const KNOWN_OAUTH_ERRORS: Readonly<Record<number, readonly [code: string, text: string]>> = {
  401: ['invalid_client', 'Invalid credentials provided.'],
  403: [
    'access_denied',
    'Access Token limit reached. Please use the existing Access Tokens or create a new Service Account.',
  ],
};

/** An error of the token endpoints (RFC 6749 section 5.2). Only their rate limit has the form of the API's errors. */
export function oauthError(request: ReceivedRequest, status: number, parts: ErrorParts = {}): Reply {
  const usualCode = status >= 500 ? 'server_error' : 'invalid_request';
  const [code, text] = KNOWN_OAUTH_ERRORS[status] ?? [usualCode, `${STATUS_CODES[status] ?? 'Unknown'}.`];
  const { errorCode = status === 429 ? 'RATE_LIMITED' : code, detail = text } = parts;
  if (errorCode === 'RATE_LIMITED') return atlasError(request, status, { ...parts, errorCode });
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="MMS Public API"' } : {};
  return {
    status,
    headers: { 'cache-control': 'no-store', ...challenge },
    content: { error: errorCode, error_description: detail },
  };
}
