import { inspect } from 'node:util';

/** Everything that an error may show in a log, including its causes and all properties. */
export function everythingOf(error: unknown): string {
  const seen = new Set<unknown>();
  const texts = [inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })];
  const visit = (value: unknown): void => {
    if (Buffer.isBuffer(value)) texts.push(value.toString('latin1'));
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Error) texts.push(String(value), value.stack ?? '', JSON.stringify(value));
    for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
  };
  visit(error);
  return texts.join('\n');
}
