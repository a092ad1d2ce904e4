import type { AnyAtlasError } from '../index.js';
import { type Login, logins } from './environment.js';
import { printable } from './output.js';

// The messages of the client speak of its options and methods. These speak of what the user of the command can change.

/** Says why there is no client, and what to do. */
export function explainConfiguration({ message }: AnyAtlasError): string {
  const [token, account, key] = logins.map(({ variables }) => variables.join(' and '));
  const isAnySet = logins.some(({ variables }) => variables.some((variable) => process.env[variable]));
  const what = isAnySet ? message : `There are no credentials. Set ${token}, or ${account}, or ${key}.`;
  return printable(`${what} Try: atlas-tenant-snapshots check --help`);
}

/** Says what happened during a check, and what to do. */
export function explain(error: AnyAtlasError, login: Login): string {
  // The check says by itself why it cannot judge a response.
  if (error.code === 'INVALID_RESPONSE' && error.issues.length === 0) return printable(error.message);
  const { code, errorCode, status, kind, operation } = error.toJSON();
  const advice = adviceFor(login);
  // The most telling first.
  const known = [errorCode, `${code} ${status ?? kind ?? operation}`, code].find((key) => advice.has(key));
  return printable(`${whatHappened(error, login)} ${advice.get(known) ?? runLater}`);
}

function whatHappened(error: AnyAtlasError, { variables }: Login): string {
  switch (error.code) {
    case 'API_ERROR':
      return sentence(`The request failed with status ${error.status}`, error.errorCode, error.detail ?? error.reason);
    case 'AUTHENTICATION': {
      const what = `The login with ${variables.join(' and ')} failed with status ${error.status}`;
      return sentence(what, error.error, error.errorDescription);
    }
    case 'INVALID_RESPONSE':
    case 'INVALID_ARGUMENT': {
      const issues = error.issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      return sentence('Atlas sent data that cannot be used', undefined, issues.join(', '));
    }
    case 'TIMEOUT':
      if (error.operation === 'checkBackups') return 'The check ran out of time.';
      if (error.limitMs === undefined) return noResponse(error.cause);
      return `Atlas did not answer within ${Math.ceil(error.limitMs / 100) / 10} s (attempts: ${error.attempts}).`;
    case 'CONNECTION':
      return noResponse(error.cause);
    default:
      return error.message;
  }
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
const runLater = `Run the check again later. If the error stays, check the network, ${server}`;
const update = 'Update atlas-tenant-snapshots.';
const certificate = `Add your certificate authority with NODE_EXTRA_CA_CERTS, or check this machine's clock, ${server}`;
const moreTime = 'Give it more time with --timeout.';
const rateLimit = `The rate limit lasts longer than the check. ${moreTime}`;

/** What to do about each kind of error. */
function adviceFor({ name, variables }: Login): ReadonlyMap<unknown, string> {
  const values = variables.join(' and ');
  const account = `the ${name === 'API key' ? name : 'service account'} of ${values}`;
  const digest = `The server offers no HTTP Digest that this machine can answer. Check ${server}`;
  const secret = 'Check both variables. The secret of the service account may have expired.';
  const refused = name === 'service account' ? secret : digest;
  return new Map([
    ['USER_UNAUTHORIZED', `The login is valid, but a role is missing. Grant ${account} the role Project Read Only.`],
    ['API_ERROR 401', `Check the key or token in ${values}, its role (Project Read Only) and its IP access list.`],
    ['API_ERROR 403', `Check the role (Project Read Only) and the IP access list of ${account}, and any proxy.`],
    ['API_ERROR 404', `The project or cluster may have been deleted meanwhile, or its ID is wrong. ${runLater}`],
    ['API_ERROR 406', update],
    ['API_ERROR 410', update],
    ['API_ERROR 429', rateLimit],
    ['AUTHENTICATION 400', refused],
    ['AUTHENTICATION 401', refused],
    ['AUTHENTICATION 403', 'Use a service account for the check alone: Atlas limits how many tokens are valid.'],
    ['AUTHENTICATION 429', rateLimit],
    ['CONNECTION certificate', certificate],
    ['CONNECTION proxy login', 'Check the user name and password in HTTPS_PROXY. NO_PROXY lists hosts that need none.'],
    ['CONNECTION proxy refusal', 'The proxy in HTTPS_PROXY may not allow this host. Allow it there, or set NO_PROXY.'],
    ['TIMEOUT checkBackups', moreTime],
    ['INVALID_ARGUMENT', 'Check the cluster in the Atlas UI, or leave it out with --exclude.'],
    ['INVALID_RESPONSE', 'Check whether a proxy modifies responses. If that is not the reason, report a bug.'],
  ]);
}
