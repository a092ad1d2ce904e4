import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../src/http/headers.js';
import { date, forms, noDates } from '../support/http-dates.js';

describe('parseHttpDate', () => {
  it.each(forms)('reads %s', (value) => {
    expect(parseHttpDate(value)).toBe(date);
  });

  it.each(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])('reads a %s', (day) => {
    expect(parseHttpDate(`${day}, 06 Nov 1994 08:49:37 GMT`)).toBe(date);
    expect(parseHttpDate(`${day} Nov  6 08:49:37 1994`)).toBe(date);
  });

  it('reads a date with white space around it', () => {
    expect(parseHttpDate(' Sun, 06 Nov 1994 08:49:37 GMT\t')).toBe(date);
  });

  it('reads asctime with a day of two digits', () => {
    expect(parseHttpDate('Wed Nov 16 08:49:37 1994')).toBe(date + 10 * 86_400_000);
  });

  it.each(noDates)('reads no date in %j', (value) => {
    expect(parseHttpDate(value)).toBeUndefined();
  });

  it('reads every date that toUTCString prints', () => {
    const dates = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (value) => {
        expect(parseHttpDate(value.toUTCString())).toBe(Math.floor(value.getTime() / 1000) * 1000);
      }),
    );
  });
});
