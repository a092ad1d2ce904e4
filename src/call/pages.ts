import { keyOf, type Page } from '../atlas/page.js';
import { invalid } from '../atlas/standard-schema.js';
import type { Target } from '../atlas/target.js';
import { adviseOnPages, adviseOnRepeatedPage, rereadAdvice } from '../errors/advice.js';
import { unusable } from '../errors/failed.js';
import type { Call, Success } from './call.js';
import { request } from './request.js';

// At 500 items a page, 100,000 items.
const maxPages = 200;
const tooManyPages = `the list has more than ${maxPages} pages, the most that this client reads`;
const noNewItem = 'the page has no new item, as if something on the way had dropped the query';
// The tenant endpoint is asked for no number of items. This is its default.
const defaultPageSize = 100;

/**
 * Requests all pages of a list. Only the first page may come from the fallback. Each page has its own retries.
 *
 * Each item is returned once: one that an earlier page had is left out. Whether another page follows, see {@link hasNextPage}.
 *
 * A short list must never go unnoticed, but a count is only an estimate: recorded lists end one short of it. So a list fails
 *
 * - if a page has items, but no new one, because something on the way drops the query.
 * - if it ends with fewer items than it counted at first, and has changed meanwhile: a page had an item of an earlier one,
 *   counted less than the first, or was empty although it was the first or linked to.
 */
export async function requestPages<T>(target: Target<Page<T>>, call: Call): Promise<Success<T[]>> {
  let items: T[] = [];
  const knownKeys = new Set<unknown>();
  let firstCount: number | undefined;
  let hasChanged = false;
  let isExpected = true;
  let page = await request(target, call);
  for (let pageNum = 1; ; pageNum += 1) {
    const { results, totalCount, hasNextLink } = page.data;
    const newItems = takeNewItems(page.data, knownKeys);
    items = items.concat(newItems);
    firstCount ??= totalCount;
    const isEmpty = results.length === 0;
    hasChanged ||= newItems.length < results.length || isLess(totalCount, firstCount) || (isEmpty && isExpected);

    const fail = (what: string, advice: string) => unusable(page.response, invalid(what), advice);
    if (!isEmpty && newItems.length === 0) throw fail(noNewItem, adviseOnRepeatedPage(totalCount));
    if (!hasNextPage(page, items.length, firstCount)) {
      const isShort = hasChanged && isLess(items.length, firstCount);
      if (isShort) throw fail(`the list ended after ${items.length} of ${firstCount} items`, rereadAdvice);
      return { ...page, data: items };
    }
    if (pageNum === maxPages) throw fail(tooManyPages, adviseOnPages(page.target));

    isExpected = hasNextLink;
    const query = { ...page.target.query, pageNum: pageNum + 1 };
    // From the endpoint that had the first page.
    page = await request({ ...page.target, query, parse: target.parse, fallback: undefined }, call);
  }
}

/** Returns the items that no earlier page had. */
function takeNewItems<T>({ items, results }: Page<T>, knownKeys: Set<unknown>): T[] {
  const newItems = items.filter((_, index) => !knownKeys.has(keyOf(results[index])));
  // After the filter, because two items of one page may have the same ID: something on the way may have masked it.
  for (const result of results) knownKeys.add(keyOf(result));
  return newItems;
}

/**
 * Another page follows if this one links to it. Without a link, it follows if the list counts more items than were sent; and
 * without a count, if the page is full.
 *
 * @param seen - how many items were sent so far.
 * @param firstCount - what the list counted at first. Used if this page has no count.
 */
function hasNextPage({ data, target }: Success<Page<unknown>>, seen: number, firstCount: number | undefined): boolean {
  const { results, totalCount = firstCount, hasNextLink } = data;
  if (hasNextLink || results.length === 0) return hasNextLink;
  if (totalCount !== undefined) return seen < totalCount;
  return results.length >= Number(target.query['itemsPerPage'] ?? defaultPageSize);
}

/** Whether a number is less than another one. False if one of them is not known. */
function isLess(number: number | undefined, other: number | undefined): boolean {
  return number !== undefined && other !== undefined && number < other;
}
