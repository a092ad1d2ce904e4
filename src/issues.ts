import type { z } from 'zod';
import type { AtlasIssue } from './errors.js';

const mostIssues = 20;
const longestPath = 100;

/** The issues of a zod error, short however large the input was. */
export function toIssues(error: z.ZodError): AtlasIssue[] {
  return error.issues.slice(0, mostIssues).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, longestPath),
    message: message.slice(0, 2 * longestPath),
  }));
}
