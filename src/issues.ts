import type { z } from 'zod';
import type { AtlasIssue } from './errors.js';

const mostIssues = 20;
const longestPath = 100;
const longestMessage = 200;

/** What is wrong with a value; nothing where it is as the schema says. */
export function issuesOf(schema: z.ZodType, value: unknown): AtlasIssue[] {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : toIssues(error);
}

/** The issues of a zod error, short however large the input was. */
export function toIssues(error: z.ZodError): AtlasIssue[] {
  return error.issues.slice(0, mostIssues).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, longestPath),
    message: message.slice(0, longestMessage),
  }));
}

/** Issues as a message tells them. */
export function listIssues(issues: readonly AtlasIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
