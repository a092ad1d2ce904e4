// How errors word what is wrong with a value.

import { Mask } from '../atlas/mask.js';
import type { SchemaError } from '../atlas/standard-schema.js';
import type { AtlasIssue } from './errors.js';

const maxIssues = 20;
const maxPathLength = 100;
const maxMessageLength = 200;

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
