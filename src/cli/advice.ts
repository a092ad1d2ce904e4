import type { AtlasError } from '../index.js';

const missingRole =
  'The login is valid, but a role is missing. Grant the API key or service account the role Project Read Only.';
const server = 'check MONGODB_ATLAS_BASE_URL and any proxy on the way to Atlas.';
const rateLimit = 'The rate limit lasted until the end of the check. Give it more time with --timeout.';
const wrongSecret = 'Check the variables of the login. The secret of a service account may have expired.';
const accessList = 'Add the public IP address of this machine to the IP access list of the API key or service account.';

/** What to do about each kind of error. The client's own advice speaks of options and methods that the command lacks. */
const adviceByKind: ReadonlyMap<unknown, string> = new Map([
  ['USER_UNAUTHORIZED', missingRole],
  ['TENANT_SNAPSHOT_ACCESS_DENIED', missingRole],
  ['IP_ADDRESS_NOT_ON_ACCESS_LIST', accessList],
  ['ORG_REQUIRES_ACCESS_LIST', accessList],
  ['GROUP_NOT_FOUND', 'The project may have been deleted meanwhile: run the check again, or check its ID.'],
  ['CLUSTER_NOT_FOUND', 'The cluster may have been deleted meanwhile: run the check again.'],
  ['API_ERROR 401', 'Check the API key or token, its role (Project Read Only) and its IP access list.'],
  ['API_ERROR 402', 'The owner of the organization must add a payment method.'],
  ['API_ERROR 403', 'Check the role of the login (Project Read Only) and its IP access list.'],
  [
    'API_ERROR 404',
    `The project or cluster may have been deleted meanwhile: run the check again. If the error stays, ${server}`,
  ],
  ['API_ERROR 406', 'Update atlas-tenant-snapshots.'],
  ['API_ERROR 410', 'Update atlas-tenant-snapshots.'],
  ['API_ERROR 429', rateLimit],
  ['API_ERROR', `Run the check again later. If the error stays, ${server}`],
  ['AUTHENTICATION 429', rateLimit],
  ['AUTHENTICATION 400', wrongSecret],
  ['AUTHENTICATION 401', wrongSecret],
  [
    'AUTHENTICATION 403',
    'Use a service account for the check alone: Atlas limits how many tokens are valid at a time.',
  ],
  ['AUTHENTICATION', `Run the check again later. If the error stays, ${server}`],
  ['CONFIGURATION', 'Try: atlas-tenant-snapshots check --help'],
  ['CONNECTION certificate', `Add your certificate authority with NODE_EXTRA_CA_CERTS, or ${server}`],
  ['CONNECTION Proxy', 'Check HTTPS_PROXY, its user name and password. NO_PROXY lists the hosts that need no proxy.'],
  ['CONNECTION', `Check the network, and ${server}`],
  ['TIMEOUT checkBackups', 'Give it more time with --timeout.'],
  ['TIMEOUT', `Check the network, and ${server}`],
  ['INVALID_ARGUMENT', 'Check the cluster in the Atlas UI, or leave it out with --exclude.'],
  ['INVALID_RESPONSE', 'Check whether a proxy modifies responses. If that is not the reason, report a bug.'],
]);

/** Says what to do about an error, in terms of the command. */
export function adviseOn(error: AtlasError): string {
  const { code, operation, message, advice = '' } = error;
  // What the check finds odd in a response, it explains by itself.
  if (code === 'INVALID_RESPONSE' && operation === 'checkBackups') return advice;
  const { status, errorCode } = error.toJSON();
  const [detail] = /certificate|Proxy/.exec(message) ?? [];
  const details = [status, operation, detail];
  const kinds = [errorCode, ...details.map((text) => `${code} ${text}`), code];
  return kinds.map((kind) => adviceByKind.get(kind)).find((text) => text !== undefined) ?? '';
}
