// All advice of the command is in advice.txt, to be read there. `npx vitest run test/cli/advice.test.ts -u` writes it.
import { expect, it } from 'vitest';
import { describeError } from '../../src/cli/problems.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConfigurationError,
  AtlasConnectionError,
  type AtlasError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../../src/index.js';
import { openScripted } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, silent } from '../support/scripted-dispatcher.js';

const path = '/api/atlas/v2/groups';
// The end of each message of the client. The command has its own.
const context = { operation: 'getAll', path, advice: 'Raise timeout, or check baseUrl and apiVersion.' };
const api = (status: number, errorCode?: string) =>
  new AtlasApiError(`getAll ${path} failed with status ${status}.`, { status, errorCode, ...context });
const login = (status?: number) => new AtlasAuthenticationError('getAll could not log in.', { ...context, status });
const noResponse = (why: string) => new AtlasConnectionError(`getAll ${path} got no response ${why}.`, context);
const slow = new AtlasTimeoutError('getAll /x/db-5ms timed out after 15000 ms (attemptTimeout).', {
  ...context,
  attempts: 4,
});
/** How the client itself reports a timeout. */
const timeout = (behavior: Behavior) => {
  const { client } = openScripted([behavior], { attemptTimeout: 20 });
  return rejection(client.getAll(path), AtlasTimeoutError);
};
const connectTimeout = Object.assign(new Error('Connect Timeout Error (attempted address: x:1, timeout: 10000ms)'), {
  code: 'UND_ERR_CONNECT_TIMEOUT',
});
const slowProxy = new AtlasTimeoutError(`getAll ${path} got no response (X): Headers Timeout Error.`, context);
const odd = { operation: 'checkBackups', advice: 'Check it in the Atlas UI.' };
const unusable = (what: string) => new AtlasInvalidResponseError(`getAll ${path} got ${what}.`, context);

const errors: AtlasError[] = [
  ...[302, 400, 401, 402, 403, 404, 406, 410, 429, 503].map((status) => api(status)),
  api(401, 'USER_UNAUTHORIZED'),
  api(401, 'TENANT_SNAPSHOT_ACCESS_DENIED'),
  api(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'),
  api(403, 'ORG_REQUIRES_ACCESS_LIST'),
  api(404, 'GROUP_NOT_FOUND'),
  api(404, 'CLUSTER_NOT_FOUND'),
  ...[200, 400, 401, 403, 404, 429, 503].map((status) => login(status)),
  noResponse('(ENOTFOUND): getaddrinfo ENOTFOUND x'),
  noResponse('(CERT_HAS_EXPIRED): certificate has expired'),
  noResponse('(UND_ERR_ABORTED): Proxy response (407)'),
  new AtlasConnectionError(`getAll ${path}: the access token request got no response (X): y.`, context),
  unusable('an unusable response: its body is not JSON'),
  unusable('more than 9 bytes (maxResponseSize)'),
  new AtlasInvalidResponseError('The edition is X.', odd),
  slow,
  slowProxy,
  new AtlasInvalidArgumentError('The call was not sent because of invalid arguments: clusterName: x.'),
  new AtlasConfigurationError('There are no credentials.', context),
];

it('the command says what happened and what to do, in its own terms', async () => {
  const timeouts = [await timeout(silent), await timeout(connectTimeout)];
  const texts = [...errors, ...timeouts].map((error) => {
    const { code, status, errorCode } = error.toJSON();
    return `${[code, status, errorCode].filter(Boolean).join(' ')}\n  ${describeError(error)}`;
  });
  const own = texts.join('\n').replaceAll('--timeout', '');
  expect(own).not.toMatch(/getAll|\/api\/|[a-z]Timeout|timeout|baseUrl|apiVersion|undefined/);
  await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('advice.txt');
});
