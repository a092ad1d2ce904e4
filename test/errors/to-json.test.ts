import { describe, expect, it } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasError,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { type Scripts, startFaultServer } from '../support/fault-server.js';
import { answer, good, reset } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

/** The JSON of the error of a call. */
async function jsonOf(
  scripts: Scripts,
  call: (client: TenantSnapshotsClient) => Promise<unknown>,
  options: TenantSnapshotsClientOptions = {},
): Promise<unknown> {
  const server = await startFaultServer(scripts);
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', maxRetries: 0, ...options });
  const error = await rejection(call(client), AtlasError);
  return JSON.parse(JSON.stringify(error));
}

const get = (client: TenantSnapshotsClient) => client.getTenantSnapshot(...path);
const ofGet = { operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1, message: expect.any(String) };

describe('the JSON of an error has its own fields and those of its call, and nothing else', () => {
  it('API_ERROR', async () => {
    const body = {
      error: 400,
      errorCode: 'VALIDATION_ERROR',
      detail: 'No.',
      reason: 'Bad Request',
      parameters: ['a'],
      badRequestDetail: { fields: [{ description: 'bad', field: 'name' }] },
    };
    const response = answer(400, JSON.stringify(body), 'retry-after: 5', 'x-header: kept');
    expect(await jsonOf([response], get)).toEqual({
      ...ofGet,
      name: 'AtlasApiError',
      code: 'API_ERROR',
      status: 400,
      errorCode: 'VALIDATION_ERROR',
      detail: 'No.',
      reason: 'Bad Request',
      parameters: ['a'],
      badRequestDetail: { fields: [{ description: 'bad', field: 'name' }] },
      retryAfter: 5_000,
    });
  });

  it('API_ERROR from a gateway', async () => {
    expect(await jsonOf([answer(502, '<h1>no</h1>')], get)).toEqual({
      ...ofGet,
      name: 'AtlasApiError',
      code: 'API_ERROR',
      status: 502,
    });
  });

  it('AUTHENTICATION', async () => {
    const credentials = { clientId: 'id', clientSecret: 'a-client-secret' };
    const refusal = answer(401, '{"error":"invalid_client","error_description":"Wrong secret"}');
    expect(await jsonOf([refusal], get, { credentials })).toEqual({
      ...ofGet,
      name: 'AtlasAuthenticationError',
      code: 'AUTHENTICATION',
      status: 401,
      error: 'invalid_client',
      errorDescription: 'Wrong secret',
    });
  });

  it('CONNECTION', async () => {
    expect(await jsonOf([reset], get)).toEqual({ ...ofGet, name: 'AtlasConnectionError', code: 'CONNECTION' });
  });

  it('TIMEOUT', async () => {
    const call = (client: TenantSnapshotsClient) => client.getTenantSnapshot(...path, { timeout: 30 });
    expect(await jsonOf([], call)).toEqual({ ...ofGet, name: 'AtlasTimeoutError', code: 'TIMEOUT' });
  });

  it('CLOSED', async () => {
    const call = async (client: TenantSnapshotsClient) => {
      await client.close();
      return get(client);
    };
    expect(await jsonOf([], call)).toEqual({ ...ofGet, attempts: 0, name: 'AtlasClosedError', code: 'CLOSED' });
  });

  it('INVALID_ARGUMENT', async () => {
    const call = (client: TenantSnapshotsClient) => client.getTenantSnapshot('x', path[1], path[2]);
    expect(await jsonOf([], call)).toEqual({
      name: 'AtlasInvalidArgumentError',
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('groupId'),
      operation: 'getTenantSnapshot',
      issues: [{ path: 'groupId', message: expect.any(String) }],
    });
  });

  it('INVALID_RESPONSE', async () => {
    expect(await jsonOf([answer(200, '{"id":5}')], get)).toEqual({
      ...ofGet,
      name: 'AtlasInvalidResponseError',
      code: 'INVALID_RESPONSE',
      issues: [{ path: 'id', message: expect.any(String) }],
    });
  });

  it('SNAPSHOT_FAILED', async () => {
    const failed = { id: path[2], status: 'FAILED', finishTime: '2025-05-04T09:42:00.000Z' };
    const scripts = [[answer(200, '{"status":"RUNNING"}')], [answer(200, JSON.stringify(failed))]];
    const call = (client: TenantSnapshotsClient) => client.waitForTenantSnapshot(...path, { pollInterval: 1 });
    expect(await jsonOf(scripts, call)).toEqual({
      ...ofGet,
      operation: 'waitForTenantSnapshot',
      attempts: 2,
      name: 'AtlasSnapshotFailedError',
      code: 'SNAPSHOT_FAILED',
      snapshot: failed,
    });
  });

  it('CONFIGURATION', () => {
    const error = new AtlasConfigurationError('The options are invalid.');
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'AtlasConfigurationError',
      code: 'CONFIGURATION',
      message: 'The options are invalid.',
    });
  });
});

describe('the JSON of any error', () => {
  const context = { operation: 'get', attempts: 2, cause: new Error('the cause') };
  const details = { status: 500, headers: { 'x-header': 'of the response' }, body: 'the body' };

  it.each([
    new AtlasApiError('No.', details, context),
    new AtlasAuthenticationError('No.', { status: 401 }, context),
    new AtlasClosedError('No.', context),
    new AtlasConfigurationError('No.', context),
    new AtlasConnectionError('No.', context),
    new AtlasInvalidArgumentError([{ path: 'a', message: 'b' }], context),
    new AtlasInvalidResponseError([{ path: 'a', message: 'b' }], context),
    new AtlasSnapshotFailedError({ id: path[2] }, context),
    new AtlasTimeoutError('No.', context),
  ])('$name has no body, headers, stack or cause', (error) => {
    const json = error.toJSON();
    expect(json).toMatchObject({ name: error.name, code: error.code, message: error.message, operation: 'get' });
    expect(JSON.stringify(json)).not.toMatch(/the body|of the response|the cause|\.ts:\d/);
    expect(Object.values(json)).not.toContain(undefined);
  });

  it('is the same for an error nested in other values', async () => {
    const server = await startFaultServer(good);
    const client = openClient({ baseUrl: server.url });
    const error = await rejection(client.getTenantSnapshot('x', 'y', 'z'), AtlasError);
    expect(JSON.parse(JSON.stringify({ level: 50, err: error }))).toMatchObject({ err: { code: 'INVALID_ARGUMENT' } });
  });
});
