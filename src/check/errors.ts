import type * as z from 'zod';
import { type AnyAtlasError, AtlasInvalidArgumentError, AtlasInvalidResponseError, isAtlasError } from '../index.js';

const operation = 'checkBackups';
const maxIssues = 20;

/** Returns the error if a finding can report it. Throws any other, such as that of a closed client: it ends the check. */
export function reportable(error: unknown): AnyAtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}

/** Checks arguments. Returns undefined if they are valid. */
export function invalidArguments(schema: z.ZodType, value: unknown): AtlasInvalidArgumentError | undefined {
  const { error } = schema.safeParse(value);
  if (error === undefined) return undefined;
  const found = error.issues.slice(0, maxIssues);
  const issues = found.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
  const what = `checkBackups was not sent because of invalid arguments: ${list}.`;
  return new AtlasInvalidArgumentError(what, { operation, issues });
}

/**
 * The error of a cluster that is unknown although no call has failed.
 *
 * @param what - has nothing that differs between clusters, so that the problems of many read the same.
 */
export function unjudgeable(what: string): AtlasInvalidResponseError {
  return new AtlasInvalidResponseError(what, { operation, advice: 'Check it in the Atlas UI.' });
}
