import type { SnapshotPatch } from './snapshots.js';

/** A copy of a snapshot, or of a patch, that shares nothing with it. */
export function copySnapshot<T extends SnapshotPatch>(snapshot: T): T {
  // Copied field by field, it has its type.
  return copyFields(snapshot) as T;
}

function copyFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, copyValue(value)]));
}

// By hand, as structuredClone gives the Dates of another realm to tests under Jest, where they are no `Date`.
function copyValue(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(copyValue);
  // What prints itself, such as an ObjectId, would not do so any more.
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return copyFields(value);
}
