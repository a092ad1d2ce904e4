import { describe, expect, it } from 'vitest';
import { headerValue, joinHeaders } from '../../src/http/headers.js';

describe('header fields', () => {
  const headers = { one: 'a', many: ['a', 'b'], none: undefined };

  it('are joined to one value per name', () => {
    expect(['one', 'many', 'none', 'other'].map((name) => headerValue(headers, name))).toEqual([
      'a',
      'a, b',
      undefined,
      undefined,
    ]);
    expect(joinHeaders(headers)).toEqual({ one: 'a', many: 'a, b' });
    expect(Object.keys(joinHeaders(headers))).toEqual(['one', 'many']);
  });
});
