import type { EndpointName } from '../atlas/endpoints.js';
import { type ErrorReport, saysGone } from '../atlas/response.js';
import type { Route } from '../atlas/route.js';
import { type FinalTransportError, isRetryableStatus } from '../http/retry.js';

const missingRole =
  'The login is valid, but a role is missing. Grant the API key or service account the role Project Read Only.';
const missingRoleForPath =
  'The login is valid, but a role is missing. Grant the API key or service account a role that can read this path.';
const otherVersion = 'Set the option apiVersion to a version that this path supports.';
const checkPath = 'Check baseUrl and any proxy on the way to Atlas.';

/** What to do about an Atlas error code that says more than its status. */
const byCode: Readonly<Record<string, string>> = {
  USER_UNAUTHORIZED: missingRole,
  TENANT_SNAPSHOT_ACCESS_DENIED: missingRole,
  IP_ADDRESS_NOT_ON_ACCESS_LIST:
    'Add the IP address in the error to the IP access list of the API key or service account.',
  ORG_REQUIRES_ACCESS_LIST:
    'Create an IP access list for the API key or service account, and add the public IP address of this machine.',
  GROUP_NOT_FOUND: 'Check the project ID, and that the login has access to the project.',
  CLUSTER_NOT_FOUND: 'Check the cluster name and the project ID.',
  TENANT_SNAPSHOT_NOT_FOUND: 'Check the snapshot ID. Atlas deletes a snapshot when it expires.',
  CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API:
    'The cluster is dedicated (M10 or larger) or free (M0). Pass an M2, M5 or Flex cluster.',
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: "This is a Flex cluster. Set the endpoint option to 'auto' or 'flex'.",
  INVALID_VERSION_DATE: 'Update atlas-tenant-snapshots to a version for the current API.',
  NO_PAYMENT_INFORMATION_FOUND: 'The owner of the organization must add a payment method.',
};

/**
 * The advice for `get()` and `getAll()`, whose paths may need other roles, and which have the option apiVersion instead of
 * endpoint.
 */
const byCodeOfPath: Readonly<Record<string, string>> = {
  ...byCode,
  USER_UNAUTHORIZED: missingRoleForPath,
  TENANT_SNAPSHOT_ACCESS_DENIED: missingRoleForPath,
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: 'This is a Flex cluster. Pass a path of the Flex API.',
  INVALID_VERSION_DATE: otherVersion,
};

const byStatus: Readonly<Record<number, string>> = {
  400: 'Check the arguments. badRequestDetail lists the rejected fields.',
  401: 'Check the API key or token, its role (Project Read Only) and its IP access list.',
  402: 'The owner of the organization must add a payment method.',
  403: 'Check the role of the API key or service account (Project Read Only) and its IP access list.',
};

/** The advice for `get()` and `getAll()`, whose paths may need other roles, and which have the option apiVersion. */
const byStatusOfPath: Readonly<Record<number, string>> = {
  ...byStatus,
  401: 'Check the API key or token, its roles and its IP access list.',
  403: 'Check the roles of the API key or service account and its IP access list.',
  406: otherVersion,
};

/** Says what to do about a response with an error status. */
export function adviseOnStatus(
  status: number,
  report: ErrorReport,
  retryAfter: number | undefined,
  { endpoint, noun, apiPath }: Pick<Route, 'endpoint' | 'noun' | 'apiPath'>,
): string {
  const { errorCode, isFromAtlas } = report;
  const advice = adviseOnCode(errorCode, endpoint);
  if (advice !== undefined) return advice;
  if (status === 429) {
    const wait = retryAfter === undefined ? 'Wait' : `Wait ${retryAfter} ms`;
    return `${wait} before the next call, and make fewer calls.`;
  }
  if (status === 410 || (endpoint === 'tenant' && saysGone(status, report, apiPath))) return adviseOnGone(endpoint);
  if (status < 400) return `Redirects are not followed. ${checkPath}`;
  if (status === 404) return adviseOnNotFound(isFromAtlas, noun);
  const known = endpoint === undefined ? byStatusOfPath[status] : byStatus[status];
  if (known !== undefined) return known;
  return isRetryableStatus(status)
    ? 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.'
    : checkPath;
}

function adviseOnCode(code: string | undefined, endpoint: EndpointName | undefined): string | undefined {
  const advice = endpoint === undefined ? byCodeOfPath : byCode;
  return code !== undefined && Object.hasOwn(advice, code) ? advice[code] : undefined;
}

function adviseOnNotFound(isFromAtlas: boolean, noun: string | undefined): string {
  if (!isFromAtlas) return `The response is not from Atlas. ${checkPath}`;
  return noun === undefined
    ? 'Check the path and the IDs in it.'
    : `Check the project ID, the cluster name and the ${noun} ID.`;
}

function adviseOnGone(endpoint: EndpointName | undefined): string {
  if (endpoint === 'tenant') {
    return "The tenant endpoint is retired. Set the endpoint option to 'auto' or 'flex'.";
  }
  if (endpoint === 'flex') return 'Update atlas-tenant-snapshots to a version for the current API.';
  return 'Use a newer apiVersion, or the path that replaced this one.';
}

const byTransportError: Readonly<Record<FinalTransportError, string>> = {
  'proxy login': 'The proxy requires a login (407). Add a user name and password to HTTPS_PROXY.',
  'proxy refusal': 'The proxy refused the connection (403). Allow the host in the proxy, or add it to NO_PROXY.',
  'dispatcher version':
    'The dispatcher rejected the request. Pass a dispatcher of undici 7 or 8, not of an older version.',
  mock: 'The MockAgent has no interceptor for this request. Add one.',
  certificate:
    'The TLS certificate was rejected. Check baseUrl, or add your certificate authority with NODE_EXTRA_CA_CERTS.',
};

/** Says what to do about an exchange that got no response. */
export function adviseOnTransport(error: FinalTransportError | undefined): string {
  return error === undefined
    ? 'See the cause, and check the network, baseUrl and any proxy on the way to Atlas.'
    : byTransportError[error];
}
