import { missingRoleCodes, notFlexCode } from '../atlas/response.js';
import type { NoResponseKind } from '../http/no-response.js';
import { isTemporaryStatus } from '../http/retry.js';

// What to do about each error. Every sentence fits every call, and the command prints it too.

const baseUrl = 'baseUrl (MONGODB_ATLAS_BASE_URL)';
const checkBaseUrl = `Check ${baseUrl} and any proxy on the way to Atlas.`;
const checkNetwork = `Check the network, ${baseUrl} and any proxy on the way to Atlas (HTTPS_PROXY)`;
const needsRole =
  'The login is valid, but a role is missing. Grant it a role that can read this, such as Project Read Only.';
const needsAddress =
  'Add the public IP address of this machine to the IP access list of the API key or service account.';

const byErrorCode: Readonly<Record<string, string>> = {
  ...Object.fromEntries(missingRoleCodes.map((code) => [code, needsRole])),
  IP_ADDRESS_NOT_ON_ACCESS_LIST: needsAddress,
  ORG_REQUIRES_ACCESS_LIST: needsAddress,
  RESOURCE_REQUIRES_ACCESS_LIST: needsAddress,
  GROUP_NOT_FOUND: 'Check the project ID, and that the login has access to the project.',
  CLUSTER_NOT_FOUND: 'Check the cluster name and the project ID.',
  TENANT_SNAPSHOT_NOT_FOUND: 'List the snapshots to see which exist. Atlas deletes a snapshot when it expires.',
  RESOURCE_NOT_FOUND:
    "Check the path and the IDs in it. Instead of endpoint: 'tenant', use endpoint: 'flex': Atlas has retired the tenant endpoint.",
  [notFlexCode]:
    'The cluster is dedicated (M10 or larger) or free (M0). Read the snapshots of a dedicated cluster with getAll() and dedicatedSnapshotSchema, or check all clusters with checkBackups.',
  CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API: "This is a Flex cluster. Use endpoint: 'flex', or a path below flexClusters.",
};

const byStatus: Readonly<Record<number, string>> = {
  400: 'Check the arguments. If the error has a badRequestDetail, that lists the rejected fields.',
  401: 'Check the API key or token (credentials, or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY, or MONGODB_ATLAS_ACCESS_TOKEN) and its IP access list.',
  402: 'The owner of the organization must add a payment method.',
  403: 'Check the role of the API key or service account (such as Project Read Only) and its IP access list.',
  404: `Check the path and the IDs in it, and ${baseUrl}.`,
  406: 'Set an apiVersion that the path supports. If you did not set one, update atlas-tenant-snapshots.',
  410: "Atlas has retired this version or endpoint. Use endpoint: 'flex', or a newer apiVersion for get(), or update atlas-tenant-snapshots.",
  429: 'Wait before the next call (retryAfterMs, if Atlas says how long), and make fewer calls.',
};

/** Says what to do about an error status: by the error code, or else by the status. */
export function adviseOnStatus(status: number, errorCode = ''): string {
  const known = Object.hasOwn(byErrorCode, errorCode) ? byErrorCode[errorCode] : byStatus[status];
  if (known !== undefined) return known;
  if (isTemporaryStatus(status)) return advice.unavailable;
  return status < 400 ? `Redirects are not followed. ${checkBaseUrl}` : checkBaseUrl;
}

/** What to do if there is no response, by its kind. */
export const adviceOnNoResponse: Readonly<Record<NoResponseKind, string>> = {
  network: `${checkNetwork}.`,
  connecting: `${checkNetwork}, or raise attemptTimeout if it is below 10 s.`,
  protocol: `The server does not speak the expected protocol. Check the scheme and the port of ${baseUrl} and of HTTPS_PROXY.`,
  certificate: `The TLS certificate was rejected. Check ${baseUrl}, or add your certificate authority with NODE_EXTRA_CA_CERTS.`,
  proxy:
    'The proxy refused the connection. A 407 needs a user name and password in HTTPS_PROXY. After a 403, allow this host in the proxy, or add it to NO_PROXY.',
  mock: "No mock answers this request: add one. For snapshots, Flex is asked first: mock that path, or set endpoint: 'tenant'.",
  sender: 'Check the option fetch or dispatcher, which failed by itself. A dispatcher needs undici 7 or 8.',
};

/** What to do about a response, a list or a call that ended otherwise. */
export const advice = {
  attemptTimeout: 'Raise it if Atlas is slow from here.',
  timeout: 'Raise timeout if the call needs longer.',
  queue: 'Make fewer calls at once (the client opens at most 64 connections), or raise timeout.',
  baseUrl: checkBaseUrl,
  unavailable: 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.',
  noMd5: 'Log in with a service account, which needs no MD5.',
  tokenLimit:
    'Share one token between all processes: pass a function as credentials.accessToken (examples/shared-token.mjs).',
  tokenRefused:
    'Check clientId and clientSecret (MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET), and that the secret has not expired.',
  closed: 'Await calls before close(), and create a new client for later ones.',
  unusable: 'Check the path and the schema if you passed them, and whether a proxy modifies responses.',
  tooLarge: 'Raise maxResponseSize, or set a lower itemsPerPage in the query of a list.',
  tooManyPages: 'Set a higher itemsPerPage in the query, or narrow the query.',
  repeatedPage: 'Check whether a proxy drops the query of requests. If it is a mock, give its lists a totalCount.',
  shortList: 'Read the list again. If that does not help, check whether a proxy modifies responses.',
};
