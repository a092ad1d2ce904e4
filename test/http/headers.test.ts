import { describe, expect, it } from 'vitest';
import { headerValue, joinHeaders, parseHttpDate } from '../../src/http/headers.js';

it('repeated header fields are joined', () => {
  const headers = { one: 'a', many: ['a', 'b'] };
  const values = ['one', 'many', 'other'].map((name) => headerValue(headers, name));
  expect(values).toEqual(['a', 'a, b', undefined]);
  expect(joinHeaders(headers)).toEqual({ one: 'a', many: 'a, b' });
});

describe('parseHttpDate', () => {
  const date = Date.UTC(1994, 10, 6, 8, 49, 37);

  it.each([
    // The example of RFC 9110 section 5.6.7, in its three forms.
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    // The weekday adds nothing.
    ...['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].map((day) => `${day}, 06 Nov 1994 08:49:37 GMT`),
    ' Sun, 06 Nov 1994 08:49:37 GMT\t',
    // As Atlas writes it.
    'Sun, 6 Nov 1994 08:49:37 GMT',
  ])('reads %j', (value) => {
    expect(parseHttpDate(value)).toBe(date);
  });

  it('reads the asctime form with a day of two digits', () => {
    expect(parseHttpDate('Wed Nov 16 08:49:37 1994')).toBe(date + 10 * 86_400_000);
  });

  it.each([
    ...['', 'soon', '5', '2.5', '-5', '1994', '1994-11-06T08:49:37Z', 'Sunshine', 'Mon', 'Mon x', 'Mon 5', 'Mon, 5'],
    '06 Nov 1994 08:49:37 GMT',
    'x Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, or later',
    'Sun Nov  6 08:49:37 1994 or later',
    'On Sun Nov  6 08:49:37 1994',
    'Retry after 12 10:10:10 GMT',
    'Retry in 10 Nov 2030 10:10:10 GMT',
    'Monkey, 06 Nov 1994 08:49:37 GMT and 10:10:10',
  ])('reads no date in %j', (value) => {
    expect(parseHttpDate(value)).toBeUndefined();
  });
});
