import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasError,
  type AtlasErrorCode,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
  isAtlasApiError,
  isAtlasError,
} from '../../../src/client/index.js';

const cause = new Error('the cause');
const call = { operation: 'getTenantSnapshot', endpoint: 'flex', path: '/api/atlas/v2/x', attempts: 2 } as const;
const context = { ...call, cause, advice: 'Try again.' };
const issues = [
  { path: 'groupId', message: 'must be a string' },
  { path: '', message: 'must have an id' },
];
const details = {
  status: 404,
  errorCode: 'X',
  reason: 'Not Found',
  detail: 'd',
  parameters: [1],
  badRequestDetail: { fields: [{ description: 'a', field: 'b' }] },
  retryAfterMs: 0,
};
const response = { headers: { 'x-header': 'of the response' }, body: 'the body' };
const apiError = new AtlasApiError('no', { ...details, ...response, ...context });

/** Each class, and the fields of its JSON besides name, code, message and those of its call. */
const family: [code: AtlasErrorCode, type: abstract new (...parameters: never[]) => AtlasError, own: object][] = [
  ['CONFIGURATION', AtlasConfigurationError, {}],
  ['INVALID_ARGUMENT', AtlasInvalidArgumentError, { issues }],
  ['API_ERROR', AtlasApiError, details],
  ['AUTHENTICATION', AtlasAuthenticationError, { status: 403, error: 'access_denied', errorDescription: 'limit' }],
  ['CONNECTION', AtlasConnectionError, { kind: 'mock' }],
  ['TIMEOUT', AtlasTimeoutError, { limit: 'timeout', limitMs: 5 }],
  ['CLOSED', AtlasClosedError, {}],
  ['INVALID_RESPONSE', AtlasInvalidResponseError, { issues }],
];

describe.each(family)('the error with the code %s', (code, type, own) => {
  // Every class has these parameters.
  const error: AtlasError = Reflect.construct(type, ['no', { ...context, ...own }]);

  it('is an AtlasError with its code, its context and a name that can be changed', () => {
    expect(error).toBeInstanceOf(AtlasError);
    expect(error).toBeInstanceOf(Error);
    for (const name of ['name', 'advice']) expect(Object.keys(error)).not.toContain(name);
    expect(error).toMatchObject({ name: type.name, code, ...call, ...own });
    expect(type.name).toMatch(/^Atlas\w+Error$/);
    expect(error.cause).toBe(cause);
    expect(String(error)).toBe(`${type.name}: no Try again.`);
    expect(error.advice).toBe('Try again.');
    expect(error.stack).toContain(type.name);
    expect(Object.assign(Object.create(error), { name: 'MyError' }).name).toBe('MyError');
  });

  it('is identified by its code, also by another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('../../../src/client/index.js');
    expect(error).not.toBeInstanceOf(copy.AtlasError);
    for (const is of [isAtlasError, copy.isAtlasError]) {
      expect(is(error)).toBe(true);
      for (const [other] of family) expect(is(error, other)).toBe(other === code);
    }
    expect(copy.isAtlasApiError(error)).toBe(code === 'API_ERROR');
  });

  it('has JSON with its fields and those of its call, without stack, cause, headers and body', () => {
    expect(error.toJSON()).toEqual({ name: type.name, code, message: error.message, ...call, ...own });
    expect(JSON.parse(JSON.stringify({ err: error }))).toMatchObject({ err: { code } });
  });

  it('leaves off what it does not know, but not what its type says is there', () => {
    const unknown = { operation: undefined, errorCode: undefined, cause: undefined, advice: undefined };
    const bare: AtlasError = Reflect.construct(type, ['no', unknown]);
    const there = { code, ...('issues' in own && { issues: [] }) };
    expect(Object.fromEntries(Object.entries(bare))).toEqual(there);
    for (const name of Object.keys(unknown)) expect(name in bare).toBe(false);
    expect(bare.message).toBe('no');
  });
});

it('the headers and the body of a response are not enumerable, so that no log prints them', () => {
  expect(apiError).toMatchObject(response);
  for (const shown of [inspect(apiError), Object.keys(apiError).join(), JSON.stringify({ ...apiError })]) {
    expect(shown).toContain('errorCode');
    expect(shown).not.toMatch(/header|body/);
  }
  expect(new AtlasApiError('no', { status: 404 })).toMatchObject({ status: 404, headers: {}, body: '' });
});

it('the message has no line breaks', () => {
  const { message } = new AtlasClosedError('a\n  b\r\n\u2028c', { advice: 'd\ne' });
  expect(message).toBe('a b c d e');
});

it('the message keeps other spaces, which take linear time', () => {
  // In quadratic time this takes a minute, more than the timeout.
  const spaces = ' '.repeat(400_000);
  expect(new AtlasClosedError(`a${spaces}b${spaces}\nc`).message).toBe(`a${spaces}b c`);
});

const forged = Object.assign(new Error('no'), { name: 'AtlasError', code: 'API_ERROR' });

it.each([undefined, null, 'text', {}, new Error('no'), forged, { ...apiError }])('%s is no AtlasError', (value) => {
  expect([isAtlasError(value), isAtlasApiError(value)]).toEqual([false, false]);
});

it('isAtlasError recognizes an error of another realm', () => {
  const alien: unknown = runInNewContext(`Object.assign(new Error('x'), {
    code: 'TIMEOUT',
    [Symbol.for('atlas-tenant-snapshots.AtlasError')]: true,
  })`);
  expect(alien).not.toBeInstanceOf(Error);
  expect(isAtlasError(alien, 'TIMEOUT')).toBe(true);
});

it.each([
  [{}, true],
  [{ status: 410 }, false],
  [{ errorCode: 'Y' }, false],
  [{ status: 404, errorCode: 'X' }, true],
  [{ status: 410, errorCode: 'X' }, false],
  [{ status: undefined, errorCode: undefined }, true],
])('isAtlasApiError with %j is %s', (match, expected) => {
  expect(isAtlasApiError(apiError, match)).toBe(expected);
});
