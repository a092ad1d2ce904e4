import { compiled, isObject, listPageSchema } from './schemas.js';
import { invalid, type Parse, type Parsed, type SchemaError } from './standard-schema.js';

/** How many items to ask for per page: the most that Atlas sends. */
export const pageSize = 500;

/** One page of a list. */
export interface Page<T> {
  /** The items that no earlier page had. */
  readonly newItems: readonly T[];
  /** How many items the page has. */
  readonly size: number;
  /** How many items the list has: an estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

/** Returns the parser of the pages of one list. It leaves out the items that an earlier page had. */
export function pageParser<T>(parseItem: Parse<T>): Parse<Page<T>> {
  const knownKeys = new Set<unknown>();
  return (json) => parsePage(json, parseItem, knownKeys);
}

async function parsePage<T>(json: unknown, parseItem: Parse<T>, knownKeys: Set<unknown>): Promise<Parsed<Page<T>>> {
  const body = isObject(json) ? json : {};
  const page = compiled(listPageSchema).safeParse(body);
  if (!page.success) return page;
  // A list with an error may be incomplete.
  if (body['error'] != null || body['errorCode'] != null) return invalid('the body has results, but also an error');
  const { results, totalCount, links = [] } = page.data;
  const newItems: T[] = [];
  const newKeys = new Set<unknown>();
  // One after another, because millions of promises would take all memory, and a page of nonsense fails at its first item.
  for (const [index, result] of results.entries()) {
    const key = keyOf(result);
    if (knownKeys.has(key)) continue;
    newKeys.add(key);
    const pending = parseItem(result);
    const parsed = 'then' in pending ? await pending : pending;
    if (!parsed.success) return { ...parsed, error: { issues: parsed.error.issues.map(atIndex(index)) } };
    newItems.push(parsed.data);
  }
  // Not earlier, because two items of one page may have the same ID: something on the way may have masked it.
  for (const key of newKeys) knownKeys.add(key);
  const hasNextLink = links.some(({ rel }) => rel === 'next');
  const size = results.length;
  // A count of 0 on a page with items is treated as missing.
  const isCounted = totalCount !== 0 || size === 0;
  return { success: true, data: { newItems, size, totalCount: isCounted ? totalCount : undefined, hasNextLink } };
}

function atIndex(index: number) {
  return ({ path, message }: SchemaError['issues'][number]) => ({ path: ['results', index, ...path], message });
}

/** Returns what identifies an item: its ID, or else all of it as JSON. */
function keyOf(item: unknown): unknown {
  const id = isObject(item) ? item['id'] : undefined;
  if (id != null) return id;
  try {
    return JSON.stringify(item);
  } catch {
    // JSON.parse() reads deeper nesting than JSON.stringify() writes. Such an item counts as new.
    return item;
  }
}
