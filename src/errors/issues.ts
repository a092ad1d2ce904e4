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

// Parts of one or two letters are in too many names.
const isPartOf = (part: string, name: string) => part.length > 2 && name.toLowerCase().includes(part.toLowerCase());

/** The error of a schema of options: names unknown ones, each with the known one that it may stand for, as `retries` for `maxRetries`. */
export const suggestOptions: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined;
  const known = Object.keys(issue.inst.shape);
  const options = issue.keys.map((key) => {
    const isSimilar = (name: string) => isPartOf(key, name) || isPartOf(name, key);
    const distance = (name: string) => Math.abs(name.length - key.length);
    const [nearest] = known.filter(isSimilar).sort((one, other) => distance(one) - distance(other));
    return nearest === undefined ? `"${key}"` : `"${key}" (did you mean ${nearest}?)`;
  });
  return `there is no option ${options.join(' or ')}`;
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
