// Checks that several sets of options share, and how errors word what is wrong. Imports no error class: each entry of the package
// has its own copy of this file, and there must be only one of each class.

import * as z from 'zod';
import { Mask } from '../atlas/mask.js';
import type { SchemaError } from '../atlas/standard-schema.js';
import type { AtlasIssue } from './errors.js';

const maxIssues = 20;
const maxPathLength = 100;
const maxMessageLength = 200;

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

/**
 * Returns the issues of a schema's error, cut to a readable length whatever the input was.
 *
 * @param mask - masks the secrets that an issue quotes from the input.
 */
export function toIssues(error: SchemaError, mask = new Mask([])): AtlasIssue[] {
  return error.issues.slice(0, maxIssues).map(({ path, message }) => ({
    path: mask.text(path.map(String).join('.'), maxPathLength),
    message: mask.text(message, maxMessageLength),
  }));
}

/** Returns the first issue of each argument and option: another one at the same place would only repeat it. */
export function inputIssues(error: SchemaError): AtlasIssue[] {
  const issues = toIssues(error);
  return issues.filter(({ path }, index) => index === issues.findIndex((other) => other.path === path));
}

/** Lists issues in one line, for an error message. */
export function listIssues(issues: readonly AtlasIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
}
