import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  AtlasApiError,
  AtlasConnectionError,
  AtlasError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  type CallOptions,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import { runClock, stopClock } from '../../support/clock.js';
import { get, openScripted } from '../../support/open-client.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { flexListPath, flexPath, listPath } from '../../support/snapshot-routes.js';

/** A client of Flex that gets these responses, and does not retry. */
const open = (replies: readonly Behavior[], options: TenantSnapshotsClientOptions = {}) =>
  openScripted(replies, { endpoint: 'flex', ...options }).client;

/** The error of a call with this response. */
const errorOf = (reply: Reply, options: CallOptions = {}) => rejection(get(open([reply]), options), AtlasApiError);

const dead = (code?: string) => Object.assign(new Error('dead'), code === undefined ? {} : { code });
const account = { credentials: { clientId: 'id', clientSecret: 'secret' } };
const other = '/api/atlas/v2/groups';

describe('every error has the operation and the path of its request, and the message of get() and getAll() too', () => {
  const calls: [subject: string, path: string, call: (client: TenantSnapshotsClient) => Promise<unknown>][] = [
    ['getTenantSnapshot', flexPath, (client) => get(client)],
    ['listTenantSnapshots', flexListPath, (client) => client.listTenantSnapshots(...listPath)],
    [`get ${other}`, other, (client) => client.get(other, { query: { a: 1 }, schema: z.string() })],
    [`getAll ${other}`, other, (client) => client.getAll(other)],
  ];

  it.each<[code: string, behavior: Behavior, options: TenantSnapshotsClientOptions]>([
    ['API_ERROR', { status: 403 }, {}],
    ['INVALID_RESPONSE', { body: '5' }, {}],
    ['CONNECTION', dead(), {}],
    ['TIMEOUT', silent, { attemptTimeout: 50 }],
    ['AUTHENTICATION', { status: 401 }, account],
    ['CONNECTION', dead(), account],
  ])('%s, if the response is %o', async (code, behavior, options) => {
    for (const [subject, path, call] of calls) {
      const error = await rejection(call(open([behavior], options)), AtlasError);
      expect(error).toMatchObject({ code, path, operation: subject.split(' ')[0], attempts: 1 });
      expect(error.message.startsWith(`${subject} `) || error.message.startsWith(`${subject}: `)).toBe(true);
    }
  });
});

describe('an AtlasApiError', () => {
  const whole = {
    error: 400,
    errorCode: 'VALIDATION_ERROR',
    detail: 'Zugriff verweigert für é',
    reason: 'Bad Request',
    parameters: ['a', 1, null, true],
    badRequestDetail: { fields: [{ description: 'must not be null', field: 'groupId' }] },
  };

  it('has the fields of the body', async () => {
    const { error: status, ...fields } = whole;
    const error = await errorOf({ status, headers: { 'x-header': 'kept' }, body: whole });
    const { name, message, stack, ...rest } = error;
    expect({ ...rest, headers: error.headers, body: error.body }).toStrictEqual({
      code: 'API_ERROR',
      operation: 'getTenantSnapshot',
      endpoint: 'flex',
      path: flexPath,
      attempts: 1,
      status,
      ...fields,
      headers: { 'x-header': 'kept' },
      body: JSON.stringify(whole),
    });
  });
});

describe('the message of an AtlasApiError', () => {
  it.each([
    [{ errorCode: 'TEAPOT', detail: 'Why? I am a teapot' }, ' TEAPOT: Why? I am a teapot.'],
    [{ detail: 'Are you a teapot?', reason: 'Teapot' }, ': Are you a teapot?'],
    [{ reason: 'No!' }, ': No!'],
    [{}, '.'],
  ])('for the body %j says what Atlas said, then what to do', async (body, said) => {
    const { message, advice } = await errorOf({ status: 418, body });
    expect(message).toBe(`getTenantSnapshot failed with status 418${said} ${advice}`);
  });
});

describe('the wait of a 429', () => {
  const bucket = (seconds: unknown, errorCode = 'RATE_LIMITED_TOKEN_BUCKET') => ({
    status: 429,
    body: { error: 429, errorCode, parameters: ['api/atlas/v2', seconds, '1200', '500', '60'] },
  });
  const headers = { 'retry-after': '3' };

  it.each<[what: string, reply: Reply, retryAfterMs: number | undefined]>([
    ['is in its parameters', bucket('7'), 7_000],
    ['is not known if it cannot become text', bucket({ toString: null }), undefined],
    ['is that of Retry-After if there are both', { ...bucket('7'), headers }, 3_000],
    ['is not in the parameters of another code', bucket(50, 'RATE_LIMITED'), undefined],
    ...['-1', '1.5', '', '1234567890'].map((seconds): [string, Reply, undefined] => [
      `is no ${JSON.stringify(seconds)}`,
      bucket(seconds),
      undefined,
    ]),
  ])('%s', async (_what, reply, retryAfterMs) => {
    expect((await errorOf(reply, { envelope: true })).retryAfterMs).toBe(retryAfterMs);
  });
});

describe('the message of an error without a response', () => {
  it.each<[what: string, behavior: Behavior, options: TenantSnapshotsClientOptions, message: string]>([
    ['says why', dead('ENOTFOUND'), {}, 'getTenantSnapshot got no response (ENOTFOUND): dead.'],
    [
      'says why also if that is a timeout',
      dead('UND_ERR_CONNECT_TIMEOUT'),
      {},
      'getTenantSnapshot got no response (UND_ERR_CONNECT_TIMEOUT): dead.',
    ],
    ['has no code if there is none', dead(), {}, 'getTenantSnapshot got no response: dead.'],
    ['has no text if there is none', new Error(''), {}, 'getTenantSnapshot got no response.'],
    [
      'masks and cuts the text',
      new Error(`token-of-the-test ${'x'.repeat(500)}`),
      {},
      `getTenantSnapshot got no response: [masked] ${'x'.repeat(491)}.`,
    ],
    [
      'names the token request',
      dead(),
      account,
      'getTenantSnapshot could not log in. The access token request got no response: dead.',
    ],
    [
      'has no line break',
      new Error('error:0A000126:SSL routines:\n'),
      {},
      'getTenantSnapshot got no response: error:0A000126:SSL routines:.',
    ],
    [
      'names the request that no mock answers',
      dead('UND_MOCK_ERR_MOCK_NOT_MATCHED'),
      {},
      `getTenantSnapshot got no response to GET ${flexPath} (UND_MOCK_ERR_MOCK_NOT_MATCHED): dead.`,
    ],
  ])('%s', async (_what, behavior, options, message) => {
    const error = await rejection(get(open([behavior], options)), AtlasError);
    expect(error.message.slice(0, message.length)).toBe(message);
  });
});

it('a failure followed by a success is not the cause of a timeout', async () => {
  stopClock();
  const client = open([{ status: 503 }, {}], { maxRetries: 1, timeout: 3_000 });
  const schema = z.unknown().transform(() => new Promise<never>(() => undefined));
  const error = await runClock(rejection(client.get(other, { schema }), AtlasTimeoutError));
  expect(error.message).toContain('while waiting for the schema (attempts: 2). Raise timeout');
  expect(error.cause).toBeUndefined();
});

it('the cause is a copy of an error of the dispatcher, with its name, code and message only', async () => {
  const inner = Object.assign(new TypeError('inner'), { code: 7 });
  const foreign = Object.assign(new AggregateError([inner], 'all failed', { cause: inner }), { code: 'SPECIAL', a: 1 });
  const { cause } = await rejection(get(open([foreign])), AtlasConnectionError);
  const { name, message, stack, ...rest } = cause as Error;
  expect([name, message, rest]).toEqual(['AggregateError', 'all failed', { code: 'SPECIAL' }]);
});

it('the cause of an unusable response is what the schema threw', async () => {
  const thrown = new TypeError('mine');
  const schema = z.unknown().transform(() => {
    throw thrown;
  });
  const error = await rejection(open([{}]).get(other, { schema }), AtlasInvalidResponseError);
  expect(error.cause).toBe(thrown);
});

it('what a schema says about an unusable response is masked', async () => {
  const schema = z.unknown().refine(() => false, 'the server sent token-of-the-test');
  const error = await rejection(open([{}]).get(other, { schema }), AtlasInvalidResponseError);
  expect(error.issues).toEqual([{ path: '', message: 'the server sent [masked]' }]);
});
