import { expect, it } from 'vitest';
import { headerValue, joinHeaders } from '../../src/http/headers.js';

it('repeated header fields are joined', () => {
  const headers = { one: 'a', many: ['a', 'b'] };
  const values = ['one', 'many', 'other'].map((name) => headerValue(headers, name));
  expect(values).toEqual(['a', 'a, b', undefined]);
  expect(joinHeaders(headers)).toEqual({ one: 'a', many: 'a, b' });
});
