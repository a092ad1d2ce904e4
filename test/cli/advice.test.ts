import { expect, it } from 'vitest';
import { checkBackups } from '../../src/check/index.js';
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
import { silent } from '../support/scripted-dispatcher.js';

const path = '/api/atlas/v2/groups';
// The end of each message of the client. The command has its own.
const context = { operation: 'getAll', path, advice: 'Raise timeout, or check baseUrl and apiVersion.' };
const api = (status: number, errorCode?: string) =>
  new AtlasApiError(
    `getAll ${path} failed with status ${status}.`,
    { status, errorCode, headers: {}, body: '' },
    context,
  );
const login = (status?: number) => new AtlasAuthenticationError('getAll could not log in.', context, { status });
const noResponse = (why: string) => new AtlasConnectionError(`getAll ${path} got no response ${why}.`, context);
const slow = new AtlasTimeoutError('getAll timed out after 15000 ms (attemptTimeout).', { ...context, attempts: 4 });
const odd = { operation: 'checkBackups', advice: 'Check it in the Atlas UI.' };
const unusable = (what: string) => new AtlasInvalidResponseError(`getAll ${path} got ${what}.`, [], context);

it.each<[error: AtlasError, what: string, advice: string]>([
  [
    api(401, 'USER_UNAUTHORIZED'),
    'The request failed with status 401.',
    '.* a role is missing. Grant .* Project Read Only',
  ],
  [api(401, 'TENANT_SNAPSHOT_ACCESS_DENIED'), 'The request failed', '.* a role is missing'],
  [
    api(404, 'GROUP_NOT_FOUND'),
    'The request failed',
    'The project may have been deleted meanwhile: run the check again',
  ],
  [
    api(404, 'CLUSTER_NOT_FOUND'),
    'The request failed',
    'The cluster may have been deleted meanwhile: run the check again',
  ],
  [api(400), 'The request failed', 'Run the check again later'],
  [api(401), 'The request failed', 'Check the API key or token, its role .* and its IP access list'],
  [api(402), 'The request failed', 'The owner of the organization must add a payment method'],
  [api(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'), 'The request failed', 'Check the role .* and its IP access list'],
  [api(404), 'The request failed', 'It may have been deleted meanwhile.* MONGODB_ATLAS_BASE_URL'],
  [api(302), 'The request failed', '.* check MONGODB_ATLAS_BASE_URL'],
  [api(406), 'The request failed', 'Update atlas-tenant-snapshots'],
  [api(410), 'The request failed', 'Update atlas-tenant-snapshots'],
  [
    api(429),
    'The request failed',
    'The rate limit lasted until the end of the check. Give it more time with --timeout',
  ],
  [api(503), 'The request failed', 'Run the check again later'],
  [login(401), 'The request could not log in.', 'The secret of a service account may have expired'],
  [login(429), 'The request could not log in.', 'Give it more time with --timeout'],
  [login(503), 'The request could not log in.', 'Run the check again later'],
  [login(200), 'The request could not log in.', '.* check MONGODB_ATLAS_BASE_URL'],
  [
    noResponse('(ENOTFOUND): getaddrinfo ENOTFOUND x'),
    'The request got no response (ENOTFOUND): getaddrinfo',
    'Check the network',
  ],
  [noResponse('(CERT_HAS_EXPIRED): certificate has expired'), 'The request got no response', '.*NODE_EXTRA_CA_CERTS'],
  [noResponse('(UND_ERR_ABORTED): Proxy response (407)'), 'The request got no response', 'Check HTTPS_PROXY'],
  [
    new AtlasConnectionError(`getAll ${path}: the access token request got no response (X): y.`, context),
    'The access token request got no response (X): y.',
    'Check the network',
  ],
  [
    unusable('an unusable response: its body is not JSON'),
    'The request got an unusable',
    'Check whether a proxy modifies',
  ],
  [unusable('9 bytes (8 times maxResponseSize)'), 'The request got 9 bytes.', 'Check whether a proxy'],
  [new AtlasInvalidResponseError('The edition is X.', [], odd), 'The edition is X.', 'Check it in the Atlas UI'],
  [slow, 'Atlas did not answer within 15 s, in 4 attempts.', 'Check the network'],
  [new AtlasInvalidArgumentError([{ path: ['clusterName'], message: 'x' }]), 'The call was not sent', '.*--exclude'],
  [
    new AtlasConfigurationError('There are no credentials.', context),
    'There are no credentials.',
    'Try: .* check --help',
  ],
])('the command says what to do about %s', (error, what, advice) => {
  const text = describeError(error);
  expect(text.startsWith(what)).toBe(true);
  expect(text).toMatch(new RegExp(`[.] ${advice}`));
  expect(text.replaceAll('--timeout', '')).not.toMatch(/getAll|\/api\/|imeout|baseUrl|apiVersion|undefined/);
});

const connectTimeout = Object.assign(new Error('Connect Timeout Error (attempted address: x:1, timeout: 10000ms)'), {
  code: 'UND_ERR_CONNECT_TIMEOUT',
});

it.each([
  ['within 0.02 s, in 1 attempt', silent],
  ['within 10 s, in 1 attempt', connectTimeout],
])('a timeout of the client: Atlas did not answer %s', async (what, behavior) => {
  const { client } = openScripted([behavior], { attemptTimeout: 20 });
  const error = await rejection(client.getAll(path), AtlasTimeoutError);
  const advice = 'Check the network, and check MONGODB_ATLAS_BASE_URL and any proxy on the way to Atlas.';
  expect(describeError(error)).toBe(`Atlas did not answer ${what}. ${advice}`);
});

it('a timeout of the check: it ran out of time', async () => {
  const { client } = openScripted([silent]);
  const error = await rejection(checkBackups(client, { timeout: 30 }).next(), AtlasTimeoutError);
  expect(describeError(error)).toBe('The check ran out of time. Give it more time with --timeout.');
});
