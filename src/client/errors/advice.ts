import { type ErrorReport, isMissingRole, notFlexCode } from '../atlas/response.js';
import { isVersioned, type Target } from '../atlas/target.js';
import type { NoResponseKind } from '../http/no-response.js';
import { isTemporaryStatus } from '../http/retry.js';
import type { Phase } from '../http/scope.js';

/** A response with an error status, and what its body says. */
type Refusal = { readonly status: number; readonly error: ErrorReport };

/** What to do about a response that looks modified on its way. */
export const proxyAdvice = 'Check whether a proxy modifies responses. If that is not the reason, report a bug.';
/** What to do about a list that ended early. */
export const rereadAdvice = 'Read the list again. If that does not help, check whether a proxy modifies responses.';
const baseUrlAdvice = 'Check baseUrl and any proxy on the way to Atlas.';
const updateAdvice = 'Update atlas-tenant-snapshots to a version for the current API.';
const flexAdvice = "Pass endpoint: 'flex', or leave the option out.";

const missingRoleAdvice =
  'The login is valid, but a role is missing. Grant the API key or service account a role that can read this, such as Project Read Only.';
const noAccessListAdvice =
  'Create an IP access list for the API key or service account, and add the public IP address of this machine.';

/** What to do about an error code that says more than its status. */
const byCode: Readonly<Record<string, string>> = {
  IP_ADDRESS_NOT_ON_ACCESS_LIST:
    'Add the IP address in the error to the IP access list of the API key or service account.',
  ORG_REQUIRES_ACCESS_LIST: noAccessListAdvice,
  RESOURCE_REQUIRES_ACCESS_LIST: noAccessListAdvice,
  GROUP_NOT_FOUND: 'Check the project ID, and that the login has access to the project.',
  CLUSTER_NOT_FOUND: 'Check the cluster name and the project ID.',
  TENANT_SNAPSHOT_NOT_FOUND: 'List the snapshots to see which exist. Atlas deletes a snapshot when it expires.',
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: 'This is a Flex cluster. Use the Flex API for it.',
};

/** Says what to do about a response with an error status. */
export function adviseOnStatus(response: Refusal, retryAfterMs: number | undefined, target: Target): string {
  const { status, error } = response;
  const advice = adviseOnCode(response, target);
  if (advice !== undefined) return advice;
  switch (status) {
    case 400:
      return 'Check the arguments. If the error has a badRequestDetail, that lists the rejected fields.';
    case 401:
      return 'Check the API key or token, its role (such as Project Read Only) and its IP access list.';
    case 402:
      return 'The owner of the organization must add a payment method.';
    case 403:
      return 'Check the role of the API key or service account (such as Project Read Only) and its IP access list.';
    case 404:
      // Atlas itself sends a detail, and usually a code.
      return error.errorCode || error.detail ? `Check ${target.identifiers}.` : baseUrlAdvice;
    case 406:
      return adviseOnVersion(target);
    case 410:
      return adviseOnRetired(target);
    case 429:
      return `${retryAfterMs ? `Wait ${retryAfterMs} ms` : 'Wait'} before the next call, and make fewer calls.`;
  }
  if (status < 400) return `Redirects are not followed. ${baseUrlAdvice}`;
  return adviseOnServer(status);
}

/** Says what to do about a status that Atlas itself hardly sends. */
export function adviseOnServer(status: number): string {
  if (!isTemporaryStatus(status)) return baseUrlAdvice;
  return 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.';
}

/** Says what to do about an error code that says more than the status. */
function adviseOnCode({ status, error }: Refusal, target: Target): string | undefined {
  const errorCode = error.errorCode ?? '';
  if (isMissingRole(status, error.errorCode)) return missingRoleAdvice;
  if (errorCode === notFlexCode) return adviseOnDedicated(target);
  if (target.endpoint === 'tenant') {
    if (errorCode === 'RESOURCE_NOT_FOUND') return adviseOnRetired(target);
    if (errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API') return `This is a Flex cluster. ${flexAdvice}`;
  }
  return Object.hasOwn(byCode, errorCode) ? byCode[errorCode] : undefined;
}

/** Says how to read the snapshots of a cluster that is not a Flex cluster. */
function adviseOnDedicated({ apiPath }: Target): string {
  const [, groupId = '{groupId}', clusterName = '{clusterName}'] =
    /\/groups\/([^/]+)\/\w+\/([^/]+)/.exec(apiPath) ?? [];
  const path = `/api/atlas/v2/groups/${groupId}/clusters/${clusterName}/backup/snapshots`;
  return `The cluster is dedicated (M10 or larger) or free (M0). Read the snapshots of a dedicated cluster with getAll('${path}', { schema: dedicatedSnapshotSchema }), or check the backups of all clusters with checkBackups.`;
}

function adviseOnVersion({ endpoint, apiPath }: Target): string {
  if (endpoint !== undefined) return updateAdvice;
  return isVersioned(apiPath) ? 'Set the option apiVersion to a version that this path supports.' : baseUrlAdvice;
}

function adviseOnRetired({ endpoint }: Target): string {
  if (endpoint === 'tenant') return `Atlas has retired the tenant endpoint. ${flexAdvice}`;
  return endpoint === undefined ? 'Use a newer apiVersion, or the path that replaced this one.' : updateAdvice;
}

/** Says what to do about a body that does not match its schema. The schema of `get()` is the caller's. */
export function adviseOnBody({ endpoint }: Target): string {
  if (endpoint !== undefined) return proxyAdvice;
  return 'Check the path and the schema. If that is not the reason, report a bug.';
}

/** Says what to do about a list with too many pages. */
export function adviseOnPages({ endpoint }: Target): string {
  return endpoint === undefined ? 'Set a higher itemsPerPage in the query, or narrow the query.' : proxyAdvice;
}

/** Says what to do about a body that is too large. */
export function adviseOnSize({ endpoint, query }: Target): string {
  const canSetQuery = endpoint === undefined && query['itemsPerPage'] !== undefined;
  return `Raise maxResponseSize if you expect that much${canSetQuery ? ', or set a lower itemsPerPage in the query' : ''}.`;
}

/** Says what to do about a page without a new item. */
export function adviseOnRepeatedPage(totalCount: number | undefined): string {
  return totalCount === undefined ? `${proxyAdvice} If it is a mock, give its lists a totalCount.` : proxyAdvice;
}

/** Says what to do about a call that ended at its deadline. */
export function adviseOnTimeout(phase: Phase): string {
  if (phase !== 'waiting for a connection') return 'Raise timeout if the call needs longer.';
  return 'Make fewer calls at once, as the client opens at most 64 connections, or raise timeout if the call needs longer.';
}

const networkAdvice = 'Check the network, baseUrl and any proxy on the way to Atlas';

/** What to do about an exchange that got no response. */
const byKind: Readonly<Partial<Record<NoResponseKind, string>>> = {
  'attempt timeout': 'Raise it if Atlas is slow from here.',
  'connect timeout': `${networkAdvice}, or raise the client's attemptTimeout if it is below 10 s, because it limits connecting too.`,
  'proxy login': 'The proxy requires a login (407). Add a user name and password to HTTPS_PROXY.',
  'proxy refusal':
    'The proxy refused the connection (403). It may not allow this host: allow it in the proxy, or add it to NO_PROXY.',
  'dispatcher version':
    'The dispatcher rejected the request. Pass a dispatcher of undici 7 or 8, not of an older version.',
  'fetch refusal': 'The option fetch rejected with an error of its own. Check that function.',
  certificate:
    'The TLS certificate was rejected. Check baseUrl, or add your certificate authority with NODE_EXTRA_CA_CERTS.',
  protocol:
    'The server does not speak the expected protocol. Check the scheme and the port of baseUrl, and HTTPS_PROXY if it is set.',
};

/**
 * Says what to do about an exchange that got no response.
 *
 * @param target - absent for a token request.
 */
export function adviseOnTransport(kind: NoResponseKind, target: Target | undefined): string {
  if (kind !== 'mock') return byKind[kind] ?? `${networkAdvice}.`;
  if (target === undefined) return 'No mock answers POST /api/oauth/token. Add one.';
  const isFlexFirst = target.fallback !== undefined;
  const remedy = isFlexFirst ? "Flex is asked first: mock that path, or set endpoint: 'tenant'." : 'Add one.';
  return `No mock answers GET ${target.apiPath}. ${remedy}`;
}
