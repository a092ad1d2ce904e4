import { fieldsOf, isOfAllShards, isSharded, itemsOf, type JsonObject } from '../client/atlas/json.js';
import type { LeftOut } from './history.js';
import type { Evidence, Finding } from './lenient.js';

// Reads JSON in which any field may be missing or odd.

/** The items of a list, each as an object. */
export const listOf = (value: unknown): JsonObject[] => itemsOf(value).map(fieldsOf);

/** The snapshots of the whole cluster, and not those of single shards. */
export function snapshotsOf({ cluster, snapshots }: Evidence): JsonObject[] {
  const hasShards = isSharded(fieldsOf(cluster));
  return listOf(snapshots).filter((snapshot) => !hasShards || isOfAllShards(snapshot));
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A time of Atlas in ms since 1970. One without a zone is none: it would be read in the zone of this machine. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' && isoTime.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A value as a text for people. Undefined if there is none. */
export function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const joined = (texts: readonly unknown[]): string => texts.map(shown).join(', ') || 'none';

/** The reason of a state, or the code of the error. */
export const reasonOf = ({ reason, error }: Pick<Finding, 'reason' | 'error'>): string | undefined =>
  reason ?? (error && codeOf(error));

/** Why a cluster is not checked, such as `excluded by Web Shop/test-*`. */
export const printReason = ({ reason = '', pattern }: Partial<LeftOut> = {}): string =>
  pattern === undefined ? reason : `${reason} by ${pattern}`;

/** What names an error in a few characters. */
export function codeOf(error: unknown): string {
  const { errorCode, status, code } = fieldsOf(error);
  return shown(errorCode ?? status ?? code) ?? 'an error without a code';
}
