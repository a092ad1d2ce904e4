import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConfigurationError,
  AtlasConnectionError,
  AtlasError,
  type AtlasErrorCode,
  type AtlasErrorOf,
  AtlasInvalidArgumentError,
  AtlasInvalidResponseError,
  type AtlasIssue,
  AtlasSnapshotFailedError,
  AtlasTimeoutError,
  isAtlasApiError,
  isAtlasError,
  type TenantSnapshot,
} from '../../src/index.js';

const cause = new Error('underneath');
const context = { operation: 'getTenantSnapshot', endpoint: 'flex', attempts: 2, cause } as const;
const issues = [
  { path: 'groupId', message: 'must be a string' },
  { path: '', message: 'must have an id' },
];
const apiError = new AtlasApiError('no', { status: 404, errorCode: 'X', headers: {}, body: '' }, context);

const family: [name: string, code: AtlasErrorCode, error: AtlasError][] = [
  ['AtlasConfigurationError', 'CONFIGURATION', new AtlasConfigurationError('no', context)],
  ['AtlasInvalidArgumentError', 'INVALID_ARGUMENT', new AtlasInvalidArgumentError(issues, context)],
  ['AtlasApiError', 'API_ERROR', apiError],
  ['AtlasAuthenticationError', 'AUTHENTICATION', new AtlasAuthenticationError('no', {}, context)],
  ['AtlasConnectionError', 'CONNECTION', new AtlasConnectionError('no', context)],
  ['AtlasTimeoutError', 'TIMEOUT', new AtlasTimeoutError('no', context)],
  ['AtlasClosedError', 'CLOSED', new AtlasClosedError('no', context)],
  ['AtlasInvalidResponseError', 'INVALID_RESPONSE', new AtlasInvalidResponseError(issues, context)],
  ['AtlasSnapshotFailedError', 'SNAPSHOT_FAILED', new AtlasSnapshotFailedError({ id: 'a' }, context)],
];

afterEach(() => vi.resetModules());

describe.each(family)('%s', (name, code, error) => {
  it('has its name, its code and its context', () => {
    expect(error).toMatchObject({ name, code, operation: 'getTenantSnapshot', endpoint: 'flex', attempts: 2 });
    expect(error.cause).toBe(cause);
    expect(String(error)).toBe(`${name}: ${error.message}`);
    expect(error.stack).toContain(name);
  });

  it('is an AtlasError and an Error', () => {
    expect(error).toBeInstanceOf(AtlasError);
    expect(error).toBeInstanceOf(Error);
    expect(Object.keys(error)).not.toContain('name');
  });

  it('has a writable name', () => {
    const renamed = Object.create(error);
    renamed.name = 'MyError';
    expect(renamed.name).toBe('MyError');
  });

  it('is identified by its code', () => {
    expect(isAtlasError(error)).toBe(true);
    for (const [, other] of family) expect(isAtlasError(error, other)).toBe(other === code);
  });

  it('is recognized across realms', () => {
    const alien: unknown = runInNewContext(`Object.assign(new Error('x'), {
      code: 'TIMEOUT',
      [Symbol.for('atlas-tenant-snapshots.AtlasError')]: true,
    })`);
    expect(alien).not.toBeInstanceOf(Error);
    expect(isAtlasError(alien, 'TIMEOUT')).toBe(true);
  });

  it('is recognized across copies of the package', async () => {
    vi.resetModules();
    const copy = await import('../../src/index.js');
    expect(copy.AtlasError).not.toBe(AtlasError);
    expect(error).not.toBeInstanceOf(copy.AtlasError);
    expect(copy.isAtlasError(error)).toBe(true);
    expect(copy.isAtlasError(error, code)).toBe(true);
    expect(copy.isAtlasApiError(error)).toBe(code === 'API_ERROR');
  });
});

describe('an error without a context', () => {
  it.each([
    new AtlasConfigurationError('no'),
    new AtlasInvalidArgumentError([]),
    new AtlasApiError('no', { status: 500, headers: {}, body: '' }),
    new AtlasAuthenticationError('no'),
    new AtlasConnectionError('no'),
    new AtlasTimeoutError('no'),
    new AtlasClosedError('no'),
    new AtlasInvalidResponseError([]),
    new AtlasSnapshotFailedError({}),
  ])('$name leaves its fields off', (error) => {
    for (const key of ['operation', 'endpoint', 'attempts', 'cause']) expect(key in error).toBe(false);
  });
});

describe('AtlasApiError', () => {
  const all = {
    status: 400,
    errorCode: 'E',
    reason: 'Bad Request',
    detail: 'd',
    parameters: [1],
    badRequestDetail: { fields: [{ description: 'a', field: 'b' }] },
    retryAfter: 0,
    headers: { a: 'b' },
    body: '{}',
  };

  it('has all known fields', () => {
    expect({ ...new AtlasApiError('no', all) }).toEqual({ ...all, code: 'API_ERROR' });
  });

  it('leaves unknown fields off', () => {
    const error = new AtlasApiError('no', { status: 502, headers: {}, body: '' });
    expect(Object.keys(error).sort()).toEqual(['body', 'code', 'headers', 'status']);
  });
});

describe('AtlasAuthenticationError', () => {
  it('has all known fields, and leaves unknown ones off', () => {
    const details = { status: 403, error: 'access_denied', errorDescription: 'limit reached' };
    expect({ ...new AtlasAuthenticationError('no', details) }).toEqual({ ...details, code: 'AUTHENTICATION' });
    expect(Object.keys(new AtlasAuthenticationError('no'))).toEqual(['code']);
  });
});

describe('error messages', () => {
  it('list the issues of the arguments', () => {
    const list = 'was not sent because of invalid arguments: groupId: must be a string, must have an id.';
    expect(new AtlasInvalidArgumentError(issues).message).toBe(`The call ${list}`);
    expect(new AtlasInvalidArgumentError(issues, context).message).toBe(`getTenantSnapshot ${list}`);
  });

  it.each([
    [undefined, 'The call', 'Check whether a proxy modifies responses.'],
    ['getTenantSnapshot', 'getTenantSnapshot', 'Check whether a proxy modifies responses.'],
    ['get', 'get', 'Check the path and the schema.'],
  ])('list the issues of a response, and say what to check (operation: %s)', (operation, subject, advice) => {
    const error = new AtlasInvalidResponseError(issues, { operation });
    expect(error.issues).toEqual(issues);
    expect(error.message).toBe(
      `${subject} got an unusable response: groupId: must be a string, must have an id. ${advice} If that is not the reason, report a bug.`,
    );
  });

  it('name the snapshot that failed', () => {
    const snapshot = { id: '5cc310ace5dc7ce369814bc8', status: 'FAILED' };
    const error = new AtlasSnapshotFailedError(snapshot);
    expect(error.message).toContain('5cc310ace5dc7ce369814bc8');
    expect(error.snapshot).toBe(snapshot);
    expect(new AtlasSnapshotFailedError({}).message).toMatch(/^Snapshot \(no ID\) failed/);
  });
});

describe('isAtlasError', () => {
  const forged = Object.assign(new Error('no'), { name: 'AtlasError', code: 'API_ERROR' });

  it.each([undefined, null, 'text', 5, {}, new Error('no'), new TypeError('no'), forged, { ...apiError }])(
    'is false for %s',
    (value) => {
      expect(isAtlasError(value)).toBe(false);
      expect(isAtlasApiError(value)).toBe(false);
    },
  );

  it('narrows to the class of the code', () => {
    const error: unknown = apiError;
    if (isAtlasError(error)) expectTypeOf(error.code).toEqualTypeOf<AtlasErrorCode>();
    if (isAtlasError(error, 'API_ERROR')) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
    if (isAtlasError(error, 'INVALID_ARGUMENT')) expectTypeOf(error.issues).toEqualTypeOf<AtlasIssue[]>();
    if (isAtlasError(error, 'SNAPSHOT_FAILED')) expectTypeOf(error.snapshot).toEqualTypeOf<TenantSnapshot>();
    if (isAtlasApiError(error)) expectTypeOf(error.status).toBeNumber();
    expectTypeOf<AtlasErrorOf<'TIMEOUT'>>().toEqualTypeOf<AtlasTimeoutError>();
  });

  it('narrows in a switch over the code', () => {
    const error: unknown = apiError;
    if (!isAtlasError(error)) throw error;
    switch (error.code) {
      case 'API_ERROR':
        expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
        break;
      case 'AUTHENTICATION':
        expectTypeOf(error.errorDescription).toEqualTypeOf<string | undefined>();
        break;
      default:
        expectTypeOf(error).not.toExtend<AtlasApiError>();
    }
    expect(error.code).toBe('API_ERROR');
  });

  it('accepts the codes of the contract and no other', () => {
    expectTypeOf<AtlasErrorCode>().toEqualTypeOf<
      | 'CONFIGURATION'
      | 'INVALID_ARGUMENT'
      | 'API_ERROR'
      | 'AUTHENTICATION'
      | 'CONNECTION'
      | 'TIMEOUT'
      | 'CLOSED'
      | 'INVALID_RESPONSE'
      | 'SNAPSHOT_FAILED'
    >();
    // @ts-expect-error no such code
    expect(isAtlasError(apiError, 'API')).toBe(false);
  });
});

describe('isAtlasApiError', () => {
  it.each([
    [{}, true],
    [{ status: 404 }, true],
    [{ status: 410 }, false],
    [{ errorCode: 'X' }, true],
    [{ errorCode: 'Y' }, false],
    [{ status: 404, errorCode: 'X' }, true],
    [{ status: 404, errorCode: 'Y' }, false],
    [{ status: 410, errorCode: 'X' }, false],
    [{ status: undefined, errorCode: undefined }, true],
  ])('with %j is %s', (match, expected) => {
    expect(isAtlasApiError(apiError, match)).toBe(expected);
  });
});
