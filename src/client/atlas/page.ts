import { setImmediate } from '../http/exchange.js';
import { fieldsOf, hasNextLink } from './json.js';
import { compiled, listPageSchema } from './schemas.js';
import { type Invalid, invalid, type Parse, type Parsed } from './standard-schema.js';

/** How many items to ask for per page: the most that Atlas sends. */
export const pageSize = 500;

/** How many items are parsed before the event loop gets a turn. */
const itemsPerTurn = 4_096;

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The items as Atlas sent them. */
  readonly results: readonly unknown[];
  /** How many items the list has: an estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

/** Parses a page, and its items with the given function. */
export async function parsePage<T>(json: unknown, parseItem: Parse<T>): Promise<Parsed<Page<T>>> {
  const body = fieldsOf(json);
  // Even beside results, since they may be incomplete.
  const error = errorIn(body);
  if (error !== undefined) return error;
  const page = compiled(listPageSchema).safeParse(body);
  if (!page.success) return page;
  const { results, totalCount } = page.data;
  const items: T[] = [];
  // One after another: millions of promises would take all memory, and a page of nonsense fails at its first item.
  for (const result of results) {
    // Lets a deadline or an abort end the call in a list of millions.
    if (items.length % itemsPerTurn === itemsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
    const pending = parseItem(result);
    const parsed = 'then' in pending ? await pending : pending;
    if (!parsed.success) {
      const { issues } = parsed.error;
      const inList = issues.map(({ path, message }) => ({ path: ['results', items.length, ...path], message }));
      return { ...parsed, error: { issues: inList } };
    }
    items.push(parsed.data);
  }
  // Atlas sends a count of 0 beside items if it has not counted them.
  const count = totalCount === 0 && items.length > 0 ? undefined : totalCount;
  return { success: true, data: { items, results, totalCount: count, hasNextLink: hasNextLink(body['links']) } };
}

/** Finds the error in a body whose status is a success. */
export function errorIn(json: unknown): Invalid | undefined {
  const { error, errorCode } = fieldsOf(json);
  if (error == null && errorCode == null) return undefined;
  return invalid(typeof errorCode === 'string' && errorCode ? `it has an error (${errorCode})` : 'it has an error');
}

/** Returns what identifies an item: its ID, or else all of it as JSON. */
export function keyOf(item: unknown): unknown {
  const { id } = fieldsOf(item);
  if (id != null) return id;
  try {
    return JSON.stringify(item);
  } catch {
    // JSON.parse() reads deeper nesting than JSON.stringify() writes. Such an item counts as new.
    return item;
  }
}
