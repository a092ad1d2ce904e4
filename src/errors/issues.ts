// How errors word what is wrong with a value. No error class, because every entry of the package uses this file.

import * as z from 'zod';
import { Mask } from '../atlas/mask.js';
import type { SchemaError } from '../atlas/standard-schema.js';
import type { AtlasIssue } from './errors.js';

const maxIssues = 20;
const maxPathLength = 100;
const maxMessageLength = 200;

/** Accepts only `undefined`: for an option that a method does not have. */
export const noOption = z.undefined('is not an option of this method').optional();

/** The messages for a set of options. For unknown ones, it names them, and lists the options that exist. */
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
