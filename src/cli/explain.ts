import { type Login, logins } from '../client/config/environment.js';
import { isOutageStatus } from '../client/http/retry.js';
import { type AnyAtlasError, isAtlasApiError } from '../client/index.js';
import { printable } from './text.js';

// The messages of the client speak of its options and methods. These speak of what the user of the command can change.

/** Says why there is no client, and what to do. */
export function explainConfiguration({ message }: AnyAtlasError): string {
  const [token, account, key] = logins.map(namesOf);
  const isAnySet = logins.some(({ variables }) => Object.values(variables).some((name) => process.env[name]));
  const what = isAnySet ? message : `There are no credentials. Set ${token}, or ${account}, or ${key}.`;
  return printable(`${what} Try: atlas-tenant-snapshots check --help`);
}

/** Says what happened during a check, and what to do. */
export function explain(error: AnyAtlasError, login: Login, role = 'Project Read Only'): string {
  // The check says by itself why it cannot judge a response.
  if (error.code === 'INVALID_RESPONSE' && error.issues.length === 0) return printable(error.message);
  return printable(`${whatHappened(error, login)} ${adviseOn(error, login, role)}`);
}

function namesOf({ variables }: Login): string {
  return Object.values(variables).join(' and ');
}

function whatHappened(error: AnyAtlasError, login: Login): string {
  switch (error.code) {
    case 'API_ERROR':
      return sentence(`The request failed with status ${error.status}`, error.errorCode, error.detail ?? error.reason);
    case 'AUTHENTICATION': {
      const what = `The login with ${namesOf(login)} failed`;
      const status = error.status === undefined ? what : `${what} with status ${error.status}`;
      return sentence(status, error.error, error.errorDescription);
    }
    case 'INVALID_RESPONSE':
    case 'INVALID_ARGUMENT': {
      const issues = error.issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      // The command has no such option.
      const found = issues.join(', ').replaceAll(' (maxResponseSize)', '');
      return sentence('Atlas sent data that cannot be used', undefined, found);
    }
    case 'TIMEOUT':
      if (error.operation === 'checkBackups') return 'The check ran out of time.';
      if (error.limitMs === undefined) return noResponse(error.cause);
      return `${failedBefore(error, login)} within ${Math.ceil(error.limitMs / 100) / 10} s (attempts: ${error.attempts}).`;
    case 'CONNECTION':
      return noResponse(error.cause);
    default:
      return error.message;
  }
}

/** Says how the attempt before a timeout failed, if Atlas answered. */
function failedBefore({ cause }: AnyAtlasError, login: Login): string {
  return isAtlasApiError(cause) ? `${whatHappened(cause, login)} No attempt succeeded` : 'Atlas did not answer';
}

function noResponse(cause: unknown): string {
  const { code, message }: Partial<NodeJS.ErrnoException> = cause instanceof Error ? cause : {};
  return sentence('The request got no response', code && `(${code})`, message);
}

function sentence(what: string, code: string | undefined, detail: string | undefined): string {
  const text = [code ? `${what} ${code}` : what, detail].filter(Boolean).join(': ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const server = 'MONGODB_ATLAS_BASE_URL and any proxy on the way to Atlas.';
const checkServer = `Check ${server}`;
const checkNetwork = `Run the check again later. If the error stays, check the network, ${server}`;
const certificate = `Add your certificate authority with NODE_EXTRA_CA_CERTS, or check the clock, ${server}`;
const update = 'Update atlas-tenant-snapshots.';
const moreTime = 'Give the check more time with --timeout.';
// A read that only brings evidence does not wait for all the time of the check.
const rateLimit =
  'The rate limit lasts longer than the check waits. Run the check again later, or give it more time with --timeout.';
const unavailable = 'Atlas or a gateway in front of it is temporarily unavailable. Run the check again later.';

/** Whether something else than Atlas answered. Atlas sends JSON, and says what it has not found, or why it gives no token. */
function isForeign(error: AnyAtlasError, login: Login): boolean {
  if (error.code === 'AUTHENTICATION' && login.name === 'service account') {
    return error.status !== 429 && error.error === undefined && error.errorDescription === undefined;
  }
  if (error.code !== 'API_ERROR') return false;
  const isPage = /html/i.test(error.headers['content-type'] ?? '') || /^\s*</.test(error.body);
  return isPage || (error.status === 404 && error.errorCode === undefined && error.detail === undefined);
}

/** Says what to do about an error. An error with a status had a response, so its advice does not blame the network. */
function adviseOn(error: AnyAtlasError, login: Login, role: string): string {
  const { code, errorCode, status, kind, limit } = error.toJSON();
  if (isForeign(error, login))
    return isOutageStatus(Number(status)) ? `${unavailable} If the error stays, check ${server}` : checkServer;
  const advice = adviceFor(login, role);
  // The most specific first.
  const known = [errorCode, `${code} ${status ?? kind ?? limit}`].find((key) => advice.has(key));
  if (known === undefined && isOutageStatus(Number(status))) return unavailable;
  return advice.get(known ?? code) ?? checkServer;
}

/** What Atlas answers if the login is valid, but must not read a project or organization. */
const missingRoleCodes = [
  ...['USER_UNAUTHORIZED', 'NOT_IN_GROUP', 'USER_CANNOT_ACCESS_GROUP', 'USER_CANNOT_ACCESS_ORG'],
  'TENANT_SNAPSHOT_ACCESS_DENIED',
];

function adviceFor(login: Login, role: string): ReadonlyMap<unknown, string> {
  const values = namesOf(login);
  const account = `the ${login.name === 'API key' ? login.name : 'service account'} of ${values}`;
  const missingRole = `The login is valid, but a role is missing. Grant ${account} the role ${role}.`;
  const missingList = `Create an IP access list for ${account}, with the public address of this machine.`;
  const digest = `The server offers no HTTP Digest that this machine can answer. ${checkServer}`;
  const secret = 'Check both variables. The secret of the service account may have expired.';
  const refused = login.name === 'service account' ? secret : digest;
  const gone = 'The project or cluster may have been deleted meanwhile, or the ID of the project is wrong.';
  return new Map([
    ...missingRoleCodes.map((code) => [code, missingRole] as const),
    ['IP_ADDRESS_NOT_ON_ACCESS_LIST', `Add the IP address in the error to the IP access list of ${account}.`],
    ['ORG_REQUIRES_ACCESS_LIST', missingList],
    ['RESOURCE_REQUIRES_ACCESS_LIST', missingList],
    ['API_ERROR 400', 'Run the check again later. If the error stays, report a bug.'],
    ['API_ERROR 401', `Check the key or token in ${values}, its role (${role}) and its IP access list.`],
    ['API_ERROR 402', 'The owner of the organization must add a payment method.'],
    // Atlas names a code. Without one, a proxy or gateway is more likely to have answered.
    [
      'API_ERROR 403',
      `Check any proxy or gateway on the way to Atlas, then the IP access list of ${account} and its role (${role}).`,
    ],
    ['API_ERROR 404', gone],
    ['API_ERROR 406', update],
    ['API_ERROR 410', update],
    ['API_ERROR 429', rateLimit],
    ['AUTHENTICATION', refused],
    ['AUTHENTICATION 403', 'Use a service account for the check alone: Atlas limits how many tokens are valid.'],
    ['AUTHENTICATION 429', rateLimit],
    ['CONNECTION', checkNetwork],
    ['CONNECTION certificate', certificate],
    ['CONNECTION protocol', `Check the scheme and the port in ${server}`],
    ['CONNECTION proxy login', 'Check the user name and password in HTTPS_PROXY. NO_PROXY lists hosts that need none.'],
    ['CONNECTION proxy refusal', 'The proxy in HTTPS_PROXY may not allow this host. Allow it there, or set NO_PROXY.'],
    ['TIMEOUT', checkNetwork],
    // The check gives each call the time that it has left itself.
    ['TIMEOUT timeout', moreTime],
    ['INVALID_ARGUMENT', 'Check the cluster in the Atlas UI, or leave it out with --exclude.'],
    ['INVALID_RESPONSE', 'Check whether a proxy modifies responses. If that is not the reason, report a bug.'],
  ]);
}
