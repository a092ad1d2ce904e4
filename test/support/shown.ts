import { inspect } from 'node:util';

/** All that a log could show of a value: by inspect, as JSON, as text, and so of each cause. */
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
    // What refers to itself has no JSON.
    return '';
  }
}
