import { describe, expectTypeOf, it } from 'vitest';
import {
  type AtlasApiError,
  type AtlasAuthenticationError,
  type AtlasClosedError,
  type AtlasConfigurationError,
  type AtlasConnectionError,
  type AtlasError,
  type AtlasErrorCode,
  type AtlasErrorOf,
  type AtlasInvalidArgumentError,
  type AtlasInvalidResponseError,
  type AtlasIssue,
  type AtlasSnapshotFailedError,
  type AtlasTimeoutError,
  isAtlasApiError,
  isAtlasError,
  type TenantSnapshot,
} from '../../src/index.js';

const error: unknown = undefined;

describe('an error code', () => {
  it('is one of nine', () => {
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
  });

  it('maps to a class', () => {
    expectTypeOf<AtlasErrorOf<'CONFIGURATION'>>().toEqualTypeOf<AtlasConfigurationError>();
    expectTypeOf<AtlasErrorOf<'INVALID_ARGUMENT'>>().toEqualTypeOf<AtlasInvalidArgumentError>();
    expectTypeOf<AtlasErrorOf<'API_ERROR'>>().toEqualTypeOf<AtlasApiError>();
    expectTypeOf<AtlasErrorOf<'AUTHENTICATION'>>().toEqualTypeOf<AtlasAuthenticationError>();
    expectTypeOf<AtlasErrorOf<'CONNECTION'>>().toEqualTypeOf<AtlasConnectionError>();
    expectTypeOf<AtlasErrorOf<'TIMEOUT'>>().toEqualTypeOf<AtlasTimeoutError>();
    expectTypeOf<AtlasErrorOf<'CLOSED'>>().toEqualTypeOf<AtlasClosedError>();
    expectTypeOf<AtlasErrorOf<'INVALID_RESPONSE'>>().toEqualTypeOf<AtlasInvalidResponseError>();
    expectTypeOf<AtlasErrorOf<'SNAPSHOT_FAILED'>>().toEqualTypeOf<AtlasSnapshotFailedError>();
  });

  it('does not compile if it does not exist', () => {
    // @ts-expect-error no such code
    isAtlasError(error, 'API');
  });
});

describe('isAtlasError', () => {
  it('narrows to AtlasError', () => {
    if (isAtlasError(error)) {
      expectTypeOf(error).toExtend<AtlasError>();
      expectTypeOf(error.code).toEqualTypeOf<AtlasErrorCode>();
    }
  });

  it('narrows to the class of a code', () => {
    if (isAtlasError(error, 'API_ERROR')) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
    if (isAtlasError(error, 'SNAPSHOT_FAILED')) expectTypeOf(error.snapshot).toEqualTypeOf<TenantSnapshot>();
    if (isAtlasError(error, 'INVALID_ARGUMENT')) expectTypeOf(error.issues).toEqualTypeOf<AtlasIssue[]>();
  });

  it('leaves a union that its code narrows', () => {
    if (isAtlasError(error) && error.code === 'API_ERROR') expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
  });
});

describe('isAtlasApiError', () => {
  it('narrows, and accepts undefined in its match', () => {
    const status: number | undefined = undefined;
    if (isAtlasApiError(error, { status, errorCode: undefined })) {
      expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
      expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
    }
  });
});
