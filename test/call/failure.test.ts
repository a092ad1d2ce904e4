import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AtlasApiError,
  AtlasClosedError,
  AtlasConnectionError,
  AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type CallOptions,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { referenceErrors } from '../support/atlas-bodies.js';
import { passTime, runClock, standStill, stopClock } from '../support/clock.js';
import { get, openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Behavior, type Reply, scriptedDispatcher, silent } from '../support/scripted-dispatcher.js';
import { path } from '../support/snapshot-routes.js';

/** A client that gets these responses, and does not retry. */
function open(replies: readonly Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const dispatcher = scriptedDispatcher(...replies);
  return { dispatcher, client: openClient({ dispatcher, endpoint: 'tenant', maxRetries: 0, ...options }) };
}

/** The error of a call with this response. */
function errorOf(reply: Reply, options: TenantSnapshotsClientOptions = {}, callOptions: CallOptions = {}) {
  return rejection(get(open([reply], options).client, callOptions), AtlasApiError);
}

describe('an AtlasApiError', () => {
  const whole = {
    error: 400,
    errorCode: 'VALIDATION_ERROR',
    detail: 'Zugriff verweigert für é',
    reason: 'Bad Request',
    parameters: ['a', 1, null, { b: [true] }],
    badRequestDetail: { fields: [{ description: 'must not be null', field: 'groupId' }] },
  };

  it.each([...referenceErrors, whole])('has the fields of the body: $error $errorCode', async (body) => {
    const { error: status, ...fields } = body;
    const error = await errorOf({ status, headers: { 'x-header': 'kept' }, body });
    const { name, message, stack, ...rest } = error;
    expect({ ...rest }).toStrictEqual({
      code: 'API_ERROR',
      operation: 'getTenantSnapshot',
      endpoint: 'tenant',
      attempts: 1,
      status,
      ...fields,
      headers: { 'x-header': 'kept' },
      body: JSON.stringify(body),
    });
  });

  it.each<[body: string, fields: object]>([
    ['', {}],
    ['<html><body><h1>502 Bad Gateway</h1></body></html>', {}],
    ['{"errorCode": "X"', {}],
    ['[{"errorCode":"X"}]', {}],
    ['null', {}],
    ['{"error":"x","errorCode":5,"reason":"r","detail":["d"]}', { reason: 'r' }],
    ['{"errorCode":"X","parameters":"p"}', { errorCode: 'X' }],
    ['{"parameters":[]}', { parameters: [] }],
    ['{"badRequestDetail":null,"detail":null,"errorCode":null,"reason":null,"parameters":null}', {}],
    ['{"badRequestDetail":[]}', {}],
    ['{"badRequestDetail":{}}', { badRequestDetail: { fields: [] } }],
    ['{"badRequestDetail":{"fields":"x"}}', { badRequestDetail: { fields: [] } }],
    [
      '{"badRequestDetail":{"fields":[null,{"field":"a"},{"description":5}]}}',
      {
        badRequestDetail: {
          fields: [
            { field: 'a', description: '' },
            { field: '', description: '' },
          ],
        },
      },
    ],
  ])('has the valid fields of the body %s, and its text', async (body, fields) => {
    const error = await errorOf({ status: 400, body });
    const { code, operation, endpoint, attempts, status, headers, ...rest } = error;
    expect({ ...rest }).toStrictEqual({ ...fields, body });
    expect(error.message).not.toContain('undefined');
  });

  it.each([
    ['16 KiB of one-byte characters', 'a'.repeat(16_384), 16_384],
    ['one byte more than 16 KiB', 'a'.repeat(16_385), 16_384],
    ['two-byte characters, cut inside one', `a${'é'.repeat(8_192)}`, 8_192],
    ['three-byte characters, fewer than 16,384 of them', '€'.repeat(6_000), 5_461],
    ['four-byte characters', '😀'.repeat(5_000), 8_192],
  ])('has its body cut at 16 KiB: %s', async (_name, body, length) => {
    expect((await errorOf({ status: 400, body })).body).toBe(body.slice(0, length));
  });

  it.each<[body: string | object, errorCode: string]>([
    ...['', '<h1>no</h1>', '{}', '{"errorCode":null}', '{"errorCode":5}'].map((body): [string, string] => [
      body,
      'CLUSTER_NOT_FOUND',
    ]),
    [{ errorCode: 'GROUP_NOT_FOUND' }, 'GROUP_NOT_FOUND'],
  ])('has the code of X-Error-Code, unless the body has one: %j', async (body, errorCode) => {
    const error = await errorOf({ status: 404, headers: { 'x-error-code': 'CLUSTER_NOT_FOUND' }, body });
    expect(error).toMatchObject({ status: 404, errorCode });
    expect(error.message).toContain(`status 404 ${errorCode}`);
  });
});

describe('the message of an AtlasApiError', () => {
  const advice = 'Check baseUrl and any proxy on the way to Atlas.';

  it.each([
    [{ errorCode: 'TEAPOT', detail: 'Why? I am a teapot' }, ' TEAPOT: Why? I am a teapot.'],
    [{ errorCode: 'TEAPOT', detail: 'Are you a teapot?' }, ' TEAPOT: Are you a teapot?'],
    [{ detail: 'No!', reason: 'Teapot' }, ': No!'],
    [{ reason: 'Teapot' }, ': Teapot.'],
    [{}, '.'],
    [{ errorCode: 'C'.repeat(101), detail: 'd'.repeat(501) }, ` ${'C'.repeat(100)}: ${'d'.repeat(500)}.`],
  ])('for the body %j says what Atlas said, cut to a readable length, then what to do', async (body, said) => {
    const { message } = await errorOf({ status: 418, body });
    expect(message).toBe(`getTenantSnapshot failed with status 418${said} ${advice}`);
  });

  const unavailable = 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.';

  it.each<[what: string, reply: Reply, options: TenantSnapshotsClientOptions, message: string]>([
    [
      'the code',
      { status: 401, body: { error: 401, errorCode: 'USER_UNAUTHORIZED' } },
      {},
      ' 401 USER_UNAUTHORIZED. The login is valid, but a role is missing. Grant the API key or service account the role Project Read Only.',
    ],
    ['the status', { status: 503 }, {}, ` 503. ${unavailable}`],
    [
      'the wait',
      { status: 429, headers: { 'retry-after': '90' } },
      {},
      ' 429. Wait 90000 ms before the next call, and make fewer calls.',
    ],
    [
      'the endpoint',
      { status: 410 },
      { endpoint: 'flex' },
      ' 410. Update atlas-tenant-snapshots to a version for the current API.',
    ],
    ['the sender', { status: 404, body: '<h1>no</h1>' }, {}, ` 404. The response is not from Atlas. ${advice}`],
  ])('has the advice for %s', async (_what, reply, options, message) => {
    expect((await errorOf(reply, options)).message).toBe(`getTenantSnapshot failed with status${message}`);
  });
});

describe('the wait of a 429', () => {
  const bucket = (seconds: unknown, errorCode = 'RATE_LIMITED_TOKEN_BUCKET') => ({
    status: 429,
    body: { error: 429, errorCode, parameters: ['api/atlas/v2', seconds, '1200', '500', '60'] },
  });
  const headers = { 'retry-after': '3' };

  it.each<[what: string, reply: Reply, retryAfter: number | undefined]>([
    ['is in its parameters', bucket('7'), 7_000],
    ['may be 0', bucket('0'), 0],
    ['may be a number', bucket(12), 12_000],
    ['is that of Retry-After if there are both', { ...bucket('7'), headers }, 3_000],
    ['is also read inside an envelope', { body: { status: 429, content: bucket('7').body } }, 7_000],
    ['is not in the parameters of another code', bucket(50, 'RATE_LIMITED'), undefined],
    ...['soon', '-1', '1.5', null, {}, ''].map((seconds): [string, Reply, undefined] => [
      `is no ${JSON.stringify(seconds)}`,
      bucket(seconds),
      undefined,
    ]),
  ])('%s', async (_what, reply, retryAfter) => {
    expect((await errorOf(reply, {}, { envelope: true })).retryAfter).toBe(retryAfter);
  });
});

describe('a success that breaks the contract is an INVALID_RESPONSE, without a retry', () => {
  it.each<[name: string, reply: Reply, issue: object]>([
    ...[201, 202, 204, 299].map((status): [string, Reply, object] => [
      `the status ${status}`,
      { status },
      { path: '', message: expect.stringContaining(`status is ${status}`) },
    ]),
    ['an empty body', { body: '' }, { path: '', message: expect.stringContaining('empty') }],
    ['HTML', { body: '<html>Welcome</html>' }, { path: '', message: expect.stringContaining('JSON') }],
    ['half a JSON text', { body: '{"status":' }, { path: '', message: expect.stringContaining('JSON') }],
    ['a snapshot with an invalid field', { body: { status: 5 } }, { path: 'status' }],
  ])('with %s', async (_name, reply, issue) => {
    const { client, dispatcher } = open([reply], { maxRetries: 3 });
    const error = await rejection(get(client), AtlasInvalidResponseError);
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1, issues: [issue] });
    expect(dispatcher.requests).toHaveLength(1);
  });
});

describe('the message of an error without a response', () => {
  const advice = 'See the cause, and check the network, baseUrl and any proxy on the way to Atlas.';
  const dead = (code?: string) => Object.assign(new Error('dead'), code === undefined ? {} : { code });
  const serviceAccount = { credentials: { clientId: 'id', clientSecret: 'secret' } };

  it.each<[what: string, behavior: Behavior, options: TenantSnapshotsClientOptions, message: string]>([
    ['names its code', dead('ENOTFOUND'), {}, `getTenantSnapshot got no response (ENOTFOUND). ${advice}`],
    ['has no code if there is none', dead(), {}, `getTenantSnapshot got no response. ${advice}`],
    [
      'names the access token request',
      dead('ENOTFOUND'),
      serviceAccount,
      `getTenantSnapshot: the access token request got no response (ENOTFOUND). ${advice}`,
    ],
    [
      'names attemptTimeout',
      silent,
      { attemptTimeout: 50 },
      'getTenantSnapshot timed out after 50 ms (attemptTimeout). Raise it if Atlas is slow from here.',
    ],
    [
      'names timeout, and what the call was doing',
      silent,
      { timeout: 50 },
      'getTenantSnapshot timed out after 50 ms (timeout) while waiting for the response (attempts: 1). Raise timeout if the call needs longer.',
    ],
  ])('%s', async (_what, behavior, options, message) => {
    const { client } = open([behavior], options);
    expect((await rejection(get(client), AtlasError)).message).toBe(message);
  });

  it('says what close() ended, or that the call came after it', async () => {
    const { client } = open([{ status: 503 }], { maxRetries: 1 });
    const waiting = rejection(get(client), AtlasClosedError);
    await standStill();
    await client.close();
    expect((await waiting).message).toBe(
      'close() ended getTenantSnapshot while it was waiting to retry. Create a new client.',
    );
    expect((await rejection(get(client), AtlasClosedError)).message).toBe(
      'getTenantSnapshot was called after close(). Create a new client.',
    );
  });
});

describe('a failure followed by a success is not the cause', () => {
  beforeEach(stopClock);
  const repaired: Behavior[] = [{ status: 503 }, { body: { status: 'RUNNING' } }];
  const timeout = 3_000;
  const schema = z.unknown().transform(() => new Promise<never>(() => undefined));

  it.each<[when: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['waiting to poll again', (client) => client.waitForTenantSnapshot(...path, { timeout })],
    ['waiting for the schema', (client) => client.get('/api/atlas/v2/groups', { timeout, schema })],
  ])('of a timeout while %s', async (when, call) => {
    const { client } = open(repaired, { maxRetries: 1 });
    const error = await runClock(rejection(call(client), AtlasTimeoutError));
    expect(error.message).toContain(`while ${when} (attempts: 2)`);
    expect(error.message).not.toContain('The cause says');
    expect(error.cause).toBeUndefined();
  });

  it('of a close() between two polls', async () => {
    const { client } = open(repaired, { maxRetries: 1 });
    const call = rejection(client.waitForTenantSnapshot(...path), AtlasClosedError);
    await passTime(5_000);
    await client.close();
    const error = await call;
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeUndefined();
  });
});

describe('an error of a dispatcher', () => {
  /** The error of a call over a dispatcher that fails with this. */
  const connectionErrorOf = (error: Error) => rejection(get(open([error]).client), AtlasConnectionError);
  const state = (error: Error) => JSON.stringify(Object.getOwnPropertyDescriptors(error));

  it('is copied as the cause: its name, code and message, and those of its own causes', async () => {
    class SpecialError extends Error {
      override readonly name = 'SpecialError';
      readonly code = 'SPECIAL';
    }
    const inner = [new SpecialError('first'), new SpecialError('second')];
    const foreign = new AggregateError(inner, 'all failed', {
      cause: Object.assign(new TypeError('the reason'), { code: 7 }),
    });
    const before = [foreign, ...inner].map(state);
    const { cause } = await connectionErrorOf(foreign);
    expect(cause).not.toBe(foreign);
    expect(cause).toMatchObject({
      name: 'AggregateError',
      message: 'all failed',
      cause: { name: 'TypeError', code: 7, message: 'the reason' },
      errors: [
        { name: 'SpecialError', code: 'SPECIAL', message: 'first' },
        { name: 'SpecialError', code: 'SPECIAL', message: 'second' },
      ],
    });
    expect([foreign, ...inner].map(state)).toEqual(before);
  });

  it('may hold itself many times', async () => {
    const foreign = new AggregateError([], 'round and round');
    foreign.errors.push(...Array.from({ length: 50 }, () => foreign));
    foreign.cause = foreign;
    expect((await connectionErrorOf(foreign)).cause).toMatchObject({ message: 'round and round' });
  });

  it('may have any number of causes, of which the first nine are copied', async () => {
    let foreign = new Error('the innermost');
    for (let depth = 0; depth < 20_000; depth += 1) foreign = new Error('a cause', { cause: foreign });
    const causes: unknown[] = [];
    let error: Error = await connectionErrorOf(foreign);
    for (; error.cause instanceof Error; error = error.cause) causes.push(error.cause.message);
    expect(causes).toEqual(new Array(9).fill('a cause'));
  });
});
