import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { exchangeError } from '../src/exchange-errors.js';
import { Mask } from '../src/http/mask.js';
import { AtlasConnectionError, AtlasTimeoutError } from '../src/index.js';

const limits = { attemptTimeout: 15_000, maxResponseSize: 1 };
const context = { operation: 'getTenantSnapshot', endpoint: 'flex', attempts: 2 } as const;
const errorOf = (cause: Error | undefined) =>
  exchangeError({ cause, onDeadConnection: false }, 'a request', limits, new Mask(['s3cret']), context);

describe('the error of an exchange without an answer', () => {
  it('is a timeout where nothing broke', () => {
    const error = errorOf(undefined);
    expect(error).toBeInstanceOf(AtlasTimeoutError);
    expect(error).toMatchObject(context);
    expect(error.message).toBe(
      'a request got no whole answer within attemptTimeout (15000 ms): raise attemptTimeout if Atlas is slow to you',
    );
  });

  it.each([
    ['with a code', { code: 'ECONNRESET' }, 'a request got no usable answer (ECONNRESET): check'],
    ['without a code', {}, 'a request got no usable answer: check'],
    ['with a code that is undefined', { code: undefined }, 'a request got no usable answer: check'],
  ])('%s says what to look at', (_name, properties, message) => {
    const cause = Object.assign(new Error('broken'), properties);
    const error = errorOf(cause);
    expect(error).toBeInstanceOf(AtlasConnectionError);
    expect(error).toMatchObject({ ...context, cause });
    expect(error.message).toContain(message);
  });
});

describe('its cause', () => {
  it('has no secret in its message and its stack, nor has the cause behind it', () => {
    const inner = new Error('of s3cret');
    const cause = new Error('with s3cret', { cause: inner });
    errorOf(cause);
    expect([cause.message, inner.message]).toEqual(['with [masked]', 'of [masked]']);
    expect(`${cause.stack}${inner.stack}`).not.toContain('s3cret');
    expect(cause.stack).toContain('exchange-errors.test');
  });

  it.each(['data', 'body', 'headers'])('has no %s', (name) => {
    const cause = Object.assign(new Error('broken'), { [name]: 's3cret', code: 'X' });
    errorOf(cause);
    expect(Object.keys(cause)).toEqual(['code']);
  });

  it('has no secret in its code, in a cause that is text, or in what it sums up', () => {
    const first = new Error('to s3cret');
    const cause = Object.assign(new AggregateError([first, 's3cret'], 'all', { cause: 'of s3cret' }), {
      code: 's3cret',
    });
    const error = errorOf(cause);
    expect([cause.cause, cause.code, first.message]).toEqual(['of [masked]', '[masked]', 'to [masked]']);
    expect(error.message).toContain('no usable answer ([masked]):');
  });

  it('is of another realm', () => {
    const cause: Error = runInNewContext("new Error('with s3cret')");
    errorOf(cause);
    expect(cause.message).toBe('with [masked]');
  });

  it('may be its own cause, or what is no error', () => {
    const cause = new Error('with s3cret');
    cause.cause = cause;
    expect(errorOf(cause).cause).toBe(cause);
    expect(errorOf(new Error('broken', { cause: 's3cret' }))).toBeInstanceOf(AtlasConnectionError);
    expect(errorOf(Object.freeze(new Error('broken')))).toBeInstanceOf(AtlasConnectionError);
  });
});
