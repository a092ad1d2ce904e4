import { inspect } from 'node:util';

/** Everything that a log may show of a value, with all of its properties and causes: inspected, as JSON and as a string. */
export function shown(value: unknown): string {
  const everything = { showHidden: true, depth: null, getters: true, maxStringLength: null, maxArrayLength: null };
  const texts = [inspect(value, everything), toJson(value), String(value)];
  const seen = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (Buffer.isBuffer(part)) texts.push(part.toString('latin1'));
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof Error) texts.push(String(part), part.stack ?? '', toJson(part));
    for (const key of Reflect.ownKeys(part)) {
      texts.push(String(key));
      visit(Reflect.get(part, key));
    }
  };
  visit(value);
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
