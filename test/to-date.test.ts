import { expect, it } from 'vitest';
import { tenantSnapshotSchema } from '../src/schemas.js';
import { toDate } from '../src/to-date.js';

const day = 86_400_000;
const second = 1000;

/** A time as Atlas writes it: without a fraction. */
function written(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

it('reads every day of 804 years, at times of day that change, as Date does', () => {
  const wrong: string[] = [];
  let days = 0;
  for (let midnight = Date.UTC(1599, 0, 1); midnight < Date.UTC(2403, 0, 1); midnight += day) {
    const time = midnight + ((days * 61 * second) % day);
    const text = written(time);
    days += 1;
    if (toDate(text).getTime() !== time) wrong.push(text);
  }
  expect(wrong).toEqual([]);
  expect(days).toBe(293_655);
});

it.each([
  '0000-01-01T00:00:00Z',
  '0000-02-29T23:59:59Z',
  '0000-03-01T00:00:00Z',
  '0099-12-31T23:59:59Z',
  '0100-03-01T12:34:56Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2000-02-29T10:20:30Z',
  '2100-02-28T09:08:07Z',
  '9999-12-31T23:59:59Z',
])('reads %s as Date does', (text) => {
  expect(toDate(text)).toEqual(new Date(text));
});

it.each([
  ['2019-04-26T14:07:53.5Z', '2019-04-26T14:07:53.500Z'],
  ['2019-04-26T14:07:53.123456Z', '2019-04-26T14:07:53.123Z'],
  ['2019-04-26T14:07Z', '2019-04-26T14:07:00.000Z'],
  ['2019-04-26T14:07:53+02:00', '2019-04-26T12:07:53.000Z'],
  ['2019-04-26T14:07-05:30', '2019-04-26T19:37:00.000Z'],
])('leaves %s to Date', (text, expected) => {
  expect(toDate(text).toISOString()).toBe(expected);
});

it.each([
  '2019-04-26 14:07:53Z',
  '2019-04-26T14:07:53z',
  '2019-04-26T14:07:5Z0',
  '2019-02-29T14:07:53Z',
  '20190426T140753.000Z',
  '2019-W17-5T14:07:53Z',
  '+002019-04-26T14:07Z',
])('never meets %s: the schema refuses it', (text) => {
  expect(text).toHaveLength(20);
  expect(tenantSnapshotSchema.safeParse({ startTime: text }).success).toBe(false);
});
