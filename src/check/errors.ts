import type { z } from 'zod';
import { type AnyAtlasError, AtlasInvalidArgumentError, AtlasInvalidResponseError, isAtlasError } from '../index.js';

const maxIssues = 20;

/** Returns the error if a finding can report it. Throws any other, such as that of a closed client: it ends the check. */
export function reportable(error: unknown): AnyAtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}

/** Checks arguments. Returns undefined if they are valid. */
export function invalidArguments(schema: z.ZodType, value: unknown): AtlasInvalidArgumentError | undefined {
  const { issues, list } = issuesOf(schema.safeParse(value));
  if (issues.length === 0) return undefined;
  const what = `checkBackups was not sent because of invalid arguments: ${list}.`;
  return new AtlasInvalidArgumentError(what, { operation: 'checkBackups', issues });
}

/** @throws AtlasInvalidResponseError if a response does not have what the schema asks for. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, path: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { issues, list } = issuesOf(result);
  const what = `checkBackups got an unusable response: ${list}.`;
  const advice = 'Check baseUrl and any proxy on the way to Atlas.';
  throw new AtlasInvalidResponseError(what, { operation: 'checkBackups', path, issues, advice });
}

function issuesOf({ error }: z.ZodSafeParseResult<unknown>) {
  const found = error?.issues.slice(0, maxIssues) ?? [];
  const issues = found.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join(', ');
  return { issues, list };
}

// Why a cluster is unknown although no call has failed. The messages have nothing that differs between clusters, so that the
// problems of many read the same.

export function futureBackup(): AtlasInvalidResponseError {
  return unjudgeable('The newest backup is more than an hour ahead of the time at which Atlas sent it.');
}

export function onlySingleShards(): AtlasInvalidResponseError {
  return unjudgeable('The cluster is sharded, but only snapshots of single shards are listed.');
}

export function otherEdition(edition: string): AtlasInvalidResponseError {
  return unjudgeable(`The edition of the cluster is ${edition}: not all its backups are listed.`);
}

function unjudgeable(what: string): AtlasInvalidResponseError {
  const advice = 'Check it in the Atlas UI.';
  return new AtlasInvalidResponseError(what, { operation: 'checkBackups', advice });
}
