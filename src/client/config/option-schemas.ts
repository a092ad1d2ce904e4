// Checks that several sets of options share. Imports nothing of the project: each entry of the package has its own copy of this
// file.

import * as z from 'zod';

// The longest delay that setTimeout accepts, almost 25 days.
const longestDelay = 0x7fff_ffff;

/** Checks a time limit. */
export const milliseconds = z
  .custom<number>((value) => typeof value === 'number' && value > 0, 'must be a number of ms above 0')
  .refine((ms) => ms <= longestDelay, `must be at most ${longestDelay} ms`);

/** Checks an option that is on or off. */
export const flag = z.boolean('must be true or false');

/** Checks an object for its methods: instanceof fails between realms and between copies of a package. */
export function withMethods<T>(names: string[], what: string): z.ZodType<T> {
  return z.custom<T>((value) => names.every((name) => typeof Object(value)[name] === 'function'), `must be ${what}`);
}

/** Checks the signal that ends a call. */
export const abortSignal = withMethods<AbortSignal>(['addEventListener', 'removeEventListener'], 'an AbortSignal');

/** Accepts only `undefined`: for an option that a method does not have. */
export const noOption = z.undefined('is not an option of this method').optional();

/** Words the errors of a set of options: names the unknown options, and lists those that exist. */
export const optionsError: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject))
    return 'the options must be an object';
  const { shape } = issue.inst;
  const names = Object.keys(shape).filter((name) => shape[name] !== noOption);
  return `there is no option ${issue.keys.join(' or ')} (options: ${names.join(', ')})`;
};
