// Reads JSON in which any field may be missing or odd.

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}; // An object of JSON.parse() has only such fields.

/** The items of a list, each as an object. */
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The texts of a list. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

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

export type Named = NonNullable<ReturnType<typeof readNamed>>;

/** Reads a cluster as a report names it, or a list of clusters, which has no `clusterName`. Undefined if it is neither. */
export function readNamed({ groupId, groupName, clusterName, clusterType }: Fields) {
  if (typeof groupId !== 'string' || typeof clusterType !== 'string') return undefined;
  if (clusterName !== undefined && typeof clusterName !== 'string') return undefined;
  return { groupId, groupName: textOf(groupName), clusterName, clusterType };
}

export type Finding = NonNullable<ReturnType<typeof readFinding>>;

/** Reads a finding. Times are in ms since 1970. Undefined if it is none. */
export function readFinding(fields: Fields) {
  const named = readNamed(fields);
  const { state, error, reason } = fields;
  if (named === undefined || typeof state !== 'string') return undefined;
  return {
    // A spread here would make objects that are ten times as slow.
    groupId: named.groupId,
    groupName: named.groupName,
    clusterName: named.clusterName,
    clusterType: named.clusterType,
    state,
    /** Of the state, or the code of the error. */
    reason: textOf(reason) ?? (error === undefined ? undefined : codeOf(error)),
    newest: timeOf(fields['time']),
    age: numberOf(fields['age']),
    maxAge: numberOf(fields['maxAge']),
    minHistory: numberOf(fields['minHistory']),
    oldest: timeOf(fieldsOf(fields['oldest'])['time']),
    backups: numberOf(fields['backups']),
    pitEnabled: fields['pitEnabled'],
    lastFailed: timeOf(fieldsOf(fields['lastFailed'])['time']),
    /** Of the error. */
    message: textOf(fieldsOf(error)['message']),
  };
}

/** What names an error in a few characters. */
export function codeOf(error: unknown): string {
  const { errorCode, status, code } = fieldsOf(error);
  return shown(errorCode ?? status ?? code) ?? 'an error without a code';
}
