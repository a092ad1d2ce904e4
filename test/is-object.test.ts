import { expect, it } from 'vitest';
import { isObject } from '../src/is-object.js';

it.each<[unknown, boolean]>([
  [{}, true],
  [[], false],
  [null, false],
  [undefined, false],
  ['text', false],
  [() => undefined, false],
])('whether %j is an object', (value, is) => {
  expect(isObject(value)).toBe(is);
});
