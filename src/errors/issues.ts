import type { z } from 'zod';

/** One thing that is wrong with an argument, an option or a body. */
export interface AtlasIssue {
  /** Where it is, such as `groupId` or `results.0.id`. Empty for the whole value. */
  path: string;
  /** What is wrong there. */
  message: string;
}

const mostIssues = 20;
const longestPath = 100;
const longestMessage = 200;

/** Checks a value against a schema. Returns no issues if it is valid. */
export function issuesOf(schema: z.ZodType, value: unknown): AtlasIssue[] {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : toIssues(error);
}

/** The issues of a zod error, cut to a readable length whatever the input was. */
export function toIssues(error: z.ZodError): AtlasIssue[] {
  return error.issues.slice(0, mostIssues).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, longestPath),
    message: message.slice(0, longestMessage),
  }));
}

/** Lists issues in one line, for an error message. */
export function listIssues(issues: readonly AtlasIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
}
