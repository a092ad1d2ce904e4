import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../src/http/headers.js';
import { date, forms, noDates } from '../support/http-dates.js';

describe('parseHttpDate', () => {
  it.each(forms)('parses %s', (value) => {
    expect(parseHttpDate(value)).toBe(date);
  });

  it.each(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])('accepts the weekday %s', (day) => {
    expect(parseHttpDate(`${day}, 06 Nov 1994 08:49:37 GMT`)).toBe(date);
    expect(parseHttpDate(`${day} Nov  6 08:49:37 1994`)).toBe(date);
  });

  it('parses a date with white space around it', () => {
    expect(parseHttpDate(' Sun, 06 Nov 1994 08:49:37 GMT\t')).toBe(date);
  });

  it('parses the asctime format with a two-digit day', () => {
    expect(parseHttpDate('Wed Nov 16 08:49:37 1994')).toBe(date + 10 * 86_400_000);
  });

  it.each(noDates)('rejects %j', (value) => {
    expect(parseHttpDate(value)).toBeUndefined();
  });

  it('parses every date that toUTCString() returns', () => {
    const dates = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (value) => {
        expect(parseHttpDate(value.toUTCString())).toBe(Math.floor(value.getTime() / 1000) * 1000);
      }),
    );
  });
});
