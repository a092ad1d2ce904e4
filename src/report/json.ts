// Reads JSON in which any field may be missing or odd.

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}; // An object of JSON.parse() has only such fields.

/** The items of a list, each as an object. */
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** A time in ms since 1970. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A value as a text for people. Undefined if there is none. */
export function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const listed = (texts: readonly unknown[]): string => texts.map(shown).join(', ') || 'none';

export function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** A cluster as a report names it, or a list of clusters, which has no `clusterName`. */
export interface Named {
  readonly groupId: string;
  readonly groupName: string | undefined;
  readonly clusterName: string | undefined;
  readonly clusterType: string;
}

/** A finding of a report. Times are in ms since 1970. */
export interface Finding extends Named {
  readonly state: string;
  /** The reason of the state, or the code of the error. */
  readonly reason: string | undefined;
  readonly newest: number | undefined;
  readonly age: number | undefined;
  readonly maxAge: number | undefined;
  readonly minHistory: number | undefined;
  readonly oldest: number | undefined;
  readonly backups: number | undefined;
  readonly pitEnabled: unknown;
  readonly lastFailed: number | undefined;
  /** What the error says. */
  readonly message: string | undefined;
}

/** Undefined if it names neither a cluster nor a list. */
export function readNamed({ groupId, groupName, clusterName, clusterType }: Fields): Named | undefined {
  if (typeof groupId !== 'string' || typeof clusterType !== 'string') return undefined;
  if (clusterName !== undefined && typeof clusterName !== 'string') return undefined;
  return { groupId, groupName: textOf(groupName), clusterName, clusterType };
}

/** Undefined if it is no finding. */
export function readFinding(fields: Fields): Finding | undefined {
  const named = readNamed(fields);
  const { state, reason, error, pitEnabled, oldest, lastFailed } = fields;
  if (named === undefined || typeof state !== 'string') return undefined;
  const { groupId, groupName, clusterName, clusterType } = named;
  // Without a spread, which makes objects that are ten times as slow.
  return {
    groupId,
    groupName,
    clusterName,
    clusterType,
    state,
    reason: textOf(reason) ?? (error === undefined ? undefined : codeOf(error)),
    newest: timeOf(fields['time']),
    age: numberOf(fields['age']),
    maxAge: numberOf(fields['maxAge']),
    minHistory: numberOf(fields['minHistory']),
    oldest: timeOf(fieldsOf(oldest)['time']),
    backups: numberOf(fields['backups']),
    pitEnabled,
    lastFailed: timeOf(fieldsOf(lastFailed)['time']),
    message: textOf(fieldsOf(error)['message']),
  };
}

/** What names an error in a few characters. */
export function codeOf(error: unknown): string {
  const { errorCode, status, code } = fieldsOf(error);
  return shown(errorCode ?? status ?? code) ?? 'an error without a code';
}
