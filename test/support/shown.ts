import { inspect } from 'node:util';

/** Everything that a log may show of a value and its causes: inspected, as JSON and as a string. */
export function shown(value: unknown): string {
  const texts = [
    inspect(value, { showHidden: true, depth: 10, getters: true, maxStringLength: null, maxArrayLength: null }),
    toJson(value),
    String(value),
  ];
  if (typeof value === 'object' && value !== null) texts.push(Object.getOwnPropertyNames(value).join());
  if (value instanceof Error) texts.push(value.stack ?? '', value.cause === undefined ? '' : shown(value.cause));
  return texts.join('\n');
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // JSON.stringify() throws for circular values.
    return '';
  }
}
