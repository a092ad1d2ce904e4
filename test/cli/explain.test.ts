// All that the command says about errors is in explain.txt, to be read there. `npx vitest run test/cli/explain.test.ts -u` writes it.
import { expect, it, vi } from 'vitest';
import { explain, explainConfiguration } from '../../src/cli/explain.js';
import {
  type AnyAtlasError,
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../../src/client/index.js';
import { account, login as apiKey, token } from './support/reports.js';

// What the client says, none of which the command repeats.
const context = { operation: 'getAll', path: '/api/atlas/v2/groups', advice: 'Raise timeout, or check baseUrl.' };
const what = 'getAll /api/atlas/v2/groups failed.';
const api = (status: number, errorCode?: string, detail?: string) =>
  new AtlasApiError(what, { status, errorCode, detail, ...context });
const page = (status: number) =>
  new AtlasApiError(what, { status, headers: { 'content-type': 'text/html' }, ...context });
const login = (status: number, error?: string, errorDescription?: string) =>
  new AtlasAuthenticationError(what, { ...context, status, error, errorDescription });
const because = (code: string, message: string) => Object.assign(new Error(message), { code });
const noResponse = (kind: AtlasConnectionError['kind'], cause?: Error) =>
  new AtlasConnectionError(what, { ...context, kind, cause });
const timeout = (fields: Partial<AtlasTimeoutError>) => new AtlasTimeoutError(what, { ...context, ...fields });
const issues = [{ path: 'results.0.name', message: 'must be a string' }];

const errors: AnyAtlasError[] = [
  ...[302, 400, 401, 402, 403, 404, 406, 410, 429, 503].map((status) => api(status)),
  api(401, 'USER_UNAUTHORIZED', 'Current user is not authorized to perform this action.'),
  ...['TENANT_SNAPSHOT_ACCESS_DENIED', 'NOT_IN_GROUP', 'USER_CANNOT_ACCESS_GROUP', 'USER_CANNOT_ACCESS_ORG'].map(
    (code) => api(401, code),
  ),
  api(403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', 'IP address 192.0.2.1 is not on the access list'),
  ...['ORG_REQUIRES_ACCESS_LIST', 'RESOURCE_REQUIRES_ACCESS_LIST'].map((code) => api(403, code)),
  api(404, 'GROUP_NOT_FOUND'),
  api(404, 'CLUSTER_NOT_FOUND'),
  api(500, '::error::x\n##[error]', 'Web\x1b[2JShop'),
  ...[401, 404, 502].map(page),
  new AtlasApiError(what, { status: 403, body: '\n<html>', ...context }),
  api(404, undefined, 'No cluster named x exists.'),
  ...[200, 400, 404, 429, 503].map((status) => login(status)),
  login(401, 'invalid_client', 'The client is not known'),
  login(403, 'access_denied', 'Access Token limit reached.'),
  noResponse('other', because('ENOTFOUND', 'getaddrinfo ENOTFOUND x')),
  noResponse('certificate', because('CERT_HAS_EXPIRED', 'certificate has expired')),
  noResponse('protocol', because('ERR_SSL_PACKET_LENGTH_TOO_LONG', 'packet length too long')),
  noResponse('proxy login', because('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling')),
  noResponse('proxy refusal', because('UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling')),
  noResponse('other'),
  new AtlasInvalidResponseError(what, { ...context, issues }),
  new AtlasInvalidResponseError(what, {
    ...context,
    issues: [{ path: '', message: 'is larger than 8388608 bytes (maxResponseSize)' }],
  }),
  new AtlasInvalidResponseError('The edition is X.', {
    operation: 'checkBackups',
    advice: 'Check it in the Atlas UI.',
  }),
  timeout({ limit: 'attemptTimeout', limitMs: 15_000, attempts: 4 }),
  timeout({ limit: 'timeout', limitMs: 49_871, attempts: 1, cause: api(503) }),
  timeout({ limit: 'timeout', limitMs: 49_871, attempts: 2, cause: timeout({ limit: 'attemptTimeout' }) }),
  timeout({ limit: 'connecting', cause: because('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error') }),
  timeout({ operation: 'checkBackups', limit: 'timeout', limitMs: 600_000 }),
  new AtlasInvalidArgumentError(what, { issues: [{ path: 'clusterName', message: 'must match x' }] }),
];

it('the command says what happened and what to do, in its own terms', async () => {
  const texts = errors.map((error) => {
    const { code, status, errorCode } = error.toJSON();
    return `${[code, status, errorCode].filter(Boolean).join(' ')}\n  ${explain(error, account)}`;
  });
  const own = texts.join('\n').replaceAll('--timeout', '');
  expect(own).not.toMatch(/getAll|\/api\/|[a-z]Timeout|timeout|baseUrl|maxResponseSize|undefined|API key/);
  const refusals = [api(401), api(401, 'USER_UNAUTHORIZED'), login(401)];
  const others = [...refusals.map((error) => explain(error, apiKey)), explain(api(401), token)];
  expect(others.join('\n')).not.toMatch(/expired|MONGODB_ATLAS_CLIENT/);
  await expect(`${[...texts, ...others].join('\n\n')}\n`).toMatchFileSnapshot('explain.txt');
});

it('names the variables if there are no credentials, and says what the client says if some are wrong', () => {
  const error = new AtlasConfigurationError('X is set, but Y is not.', { advice: 'Set both, or unset X.' });
  for (const { variables } of [token, account, apiKey])
    for (const name of Object.values(variables)) vi.stubEnv(name, undefined);
  expect(explainConfiguration(error)).toMatch(/^There are no credentials\. Set MONGODB_ATLAS_ACCESS_TOKEN, or M/);
  vi.stubEnv('MONGODB_ATLAS_CLIENT_ID', 'mine');
  expect(explainConfiguration(error)).toBe(`${error.message} Try: atlas-tenant-snapshots check --help`);
});
