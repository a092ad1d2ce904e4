import { z } from 'zod';
import type { SchemaError } from '../atlas/standard-schema.js';
import { Mask } from './mask.js';

/** One thing that is wrong with an argument, an option or a body. */
export interface AtlasIssue {
  /** Where it is, such as `groupId` or `results.0.id`. Empty for the whole value. */
  path: string;
  /** What is wrong there. */
  message: string;
}

const maxIssues = 20;
const maxPathLength = 100;
const maxMessageLength = 200;

/** Checks a value against a schema. Returns its issues, uncut; none if it is valid. */
export function issuesOf(schema: z.ZodType, value: unknown): SchemaError['issues'] {
  return schema.safeParse(value).error?.issues ?? [];
}

/** Returns the message for an unknown option: names it, and lists the options that exist. */
export const unknownOption: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined;
  return `there is no option ${issue.keys.join(' or ')} (options: ${Object.keys(issue.inst.shape).join(', ')})`;
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

/** Lists issues in one line, for an error message. */
export function listIssues(issues: readonly AtlasIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
}
