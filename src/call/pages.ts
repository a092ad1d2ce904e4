import { compiled, isObject, listPageSchema } from '../atlas/schemas.js';
import { invalid, type Parsed, type SchemaError } from '../atlas/standard-schema.js';
import type { Parse, Target } from '../atlas/target.js';
import { adviseOnPages, adviseOnRepeatedPage, rereadAdvice } from './advice.js';
import type { Call, Success } from './call.js';
import { unusable } from './failed.js';
import { request } from './request.js';

/** One page of a list. */
interface Page<T> {
  readonly items: readonly T[];
  /** What identifies each item: its ID, or else all of it as JSON. */
  readonly keys: readonly unknown[];
  /** An estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

// At 500 items a page, 100,000 items.
const maxPages = 200;
const tooManyPages = `the list has more than ${maxPages} pages, the most that this client reads`;
const noNewItem = 'the page has no new item, as if something on the way had dropped the query';
// The tenant endpoint is asked for no number of items. This is its default.
const defaultPageSize = 100;

/**
 * Requests all pages of a list. Only the first page may come from the fallback. Each page has its own retries.
 *
 * An item that an earlier page had is left out. Another page follows if a page links to it. Without a link, it follows if the
 * list counts more items than were sent. Without a count, it follows if the page is full.
 *
 * A short list must never go unnoticed, but a count is only an estimate: recorded lists end one short of it. So a list fails
 *
 * - if a page has items, but no new one, because something on the way drops the query.
 * - if it ends with fewer items than it counted at first, and has changed meanwhile: a page had an item of an earlier one,
 *   counted less than the first, or was empty although it was the first or linked to.
 */
export async function requestPages<T>(target: Target<T>, call: Call): Promise<Success<T[]>> {
  let items: T[] = [];
  const knownKeys = new Set<unknown>();
  let firstCount: number | undefined;
  let hasChanged = false;
  let isLinkedTo = true;
  const { parse, fallback } = target;
  const parseList = (json: unknown) => parsePage(json, parse);
  const toPage = (list: Target): Target<Page<T>> => ({ ...list, parse: parseList, fallback: undefined });
  const hasNoItem = ({ keys }: Page<T>) => keys.length === 0;
  const fallbackToPage = fallback && { ...fallback, target: toPage(fallback.target), isEmpty: hasNoItem };
  let page = await request({ ...toPage(target), fallback: fallbackToPage }, call);
  for (let pageNum = 1; ; pageNum += 1) {
    const { keys, totalCount, hasNextLink } = page.data;
    const isEmpty = hasNoItem(page.data);
    const fail = (what: string, advice: string) => unusable(page.response, invalid(what), advice, call.attempt);
    const newItems = takeNewItems(page.data, knownKeys);
    items = items.concat(newItems);
    if (!isEmpty && newItems.length === 0) throw fail(noNewItem, adviseOnRepeatedPage(totalCount));

    firstCount ??= totalCount;
    hasChanged ||= newItems.length < keys.length || isLess(totalCount, firstCount) || (isEmpty && isLinkedTo);
    if (!isFollowed(page, items.length, firstCount)) {
      if (!hasChanged || !isLess(items.length, firstCount)) return { ...page, data: items };
      throw fail(`the list ended after ${items.length} of ${firstCount} items`, rereadAdvice);
    }
    if (pageNum === maxPages) throw fail(tooManyPages, adviseOnPages(page.target));
    isLinkedTo = hasNextLink;
    const query = { ...page.target.query, pageNum: pageNum + 1 };
    page = await request({ ...toPage(page.target), query }, call);
  }
}

/** Returns the items that no earlier page had. */
function takeNewItems<T>({ items, keys }: Page<T>, knownKeys: Set<unknown>): T[] {
  const newItems = items.filter((_, index) => !knownKeys.has(keys[index]));
  // Only now, because two items of one page may have the same ID: something on the way may have masked it.
  for (const key of keys) knownKeys.add(key);
  return newItems;
}

/**
 * @param seen - how many items were sent so far.
 * @param firstCount - what the list counted at first. Used if this page has no count.
 */
function isFollowed({ data, target }: Success<Page<unknown>>, seen: number, firstCount: number | undefined): boolean {
  const { keys, totalCount = firstCount, hasNextLink } = data;
  if (hasNextLink || keys.length === 0) return hasNextLink;
  if (totalCount !== undefined) return seen < totalCount;
  return keys.length >= Number(target.query['itemsPerPage'] ?? defaultPageSize);
}

/** Whether a number is less than another one. False if one of them is not known. */
function isLess(number: number | undefined, other: number | undefined): boolean {
  return number !== undefined && other !== undefined && number < other;
}

/** Parses one page of a list, and its items. */
async function parsePage<T>(json: unknown, parseItem: Parse<T>): Promise<Parsed<Page<T>>> {
  const body = isObject(json) ? json : {};
  const page = compiled(listPageSchema).safeParse(body);
  if (!page.success) return page;
  // A list with an error may be incomplete.
  if (body['error'] != null || body['errorCode'] != null) return invalid('the body has results, but also an error');
  const { results, totalCount, links = [] } = page.data;
  const items: T[] = [];
  for (const parsed of await Promise.all(results.map((item) => parseItem(item)))) {
    if (!parsed.success) return { ...parsed, error: { issues: parsed.error.issues.map(atIndex(items.length)) } };
    items.push(parsed.data);
  }
  const hasNextLink = links.some(({ rel }) => rel === 'next');
  // A count of 0 on a page with items is treated as missing.
  const isCounted = totalCount !== 0 || items.length === 0;
  return {
    success: true,
    data: { items, keys: results.map(keyOf), totalCount: isCounted ? totalCount : undefined, hasNextLink },
  };
}

function keyOf(item: unknown): unknown {
  const id = isObject(item) ? item['id'] : undefined;
  if (id != null) return id;
  try {
    return JSON.stringify(item);
  } catch {
    // Nested too deep, although JSON.parse() could read it. It counts as new.
    return item;
  }
}

function atIndex(index: number) {
  return ({ path, message }: SchemaError['issues'][number]) => ({ path: ['results', index, ...path], message });
}
