import type { PathValues } from './endpoints.js';
import type { AtlasIssue } from './errors.js';
import { clusterNameSchema, groupIdSchema, snapshotIdSchema } from './schemas.js';

const schemas = { groupId: groupIdSchema, clusterName: clusterNameSchema, snapshotId: snapshotIdSchema };

/** What is wrong with the values of a path; the messages never repeat the value. */
export function checkPathValues(values: Partial<PathValues>): AtlasIssue[] {
  const issues: AtlasIssue[] = [];
  for (const [path, value] of Object.entries(values)) {
    const parsed = schemas[path as keyof PathValues].safeParse(value);
    if (!parsed.success) issues.push({ path, message: parsed.error.issues[0]?.message ?? 'is not valid' });
  }
  return issues;
}
