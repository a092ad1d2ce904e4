import { type Page, pageSize } from '../atlas/page.js';
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
// What the tenant endpoint sends, as its requests name no number of items.
const defaultPageSize = 100;

/**
 * Requests all pages of a list. Only the first page may come from the fallback. Each page has its own retries.
 *
 * @throws what {@link request} throws, or {@link Failed} if the list is unusable or incomplete.
 */
export async function requestPages<T>(firstPage: Target<Page<T>>, call: Call): Promise<Success<T[]>> {
  const list = new ItemList<T>();
  let target = firstPage;
  for (let pageNum = 1; ; pageNum += 1) {
    const { last, endpoint } = await requestPage(target, call, list, pageNum);
    if (last !== undefined) return { ...last, data: list.items };
    // From the endpoint that had the first page.
    const query = { ...endpoint.query, pageNum: pageNum + 1 };
    target = { ...endpoint, query, parse: firstPage.parse, fallback: undefined };
  }
}

/** In a function of its own, which does not keep the page: its memory is free when the next one arrives. */
async function requestPage<T>(target: Target<Page<T>>, call: Call, list: ItemList<T>, pageNum: number) {
  return list.add(await request(target, call), pageNum);
}

/**
 * The items of a list so far.
 *
 * A short list must never go unnoticed, but a count is only an estimate: recorded lists end one short of it. So a list fails
 *
 * - if a page has items, but no new one, because something on the way drops the query.
 * - if it ends with fewer items than its first page counted, and has changed while it was read. Each of these shows a change:
 *   a page repeats an item of an earlier page, counts less than the first page, or is empty although it is the first or linked to.
 */
class ItemList<T> {
  items: T[] = [];
  #firstCount: number | undefined;
  #hasChanged = false;
  /** Whether the next page is the first, or linked to. */
  #isExpected = true;

  /**
   * Adds the new items of a page.
   *
   * @returns the page as `last` if it is the last one.
   * @throws {@link Failed} if the list is unusable or incomplete.
   */
  add(page: Success<Page<T>>, pageNum: number): { last?: Success<unknown>; endpoint: Target } {
    const { data, response, target } = page;
    const { newItems, size, totalCount, hasNextLink } = data;
    const fail = (what: string, advice: string) => unusable(response, invalid(what), advice);

    if (size > 0 && newItems.length === 0) throw fail(noNewItem, adviseOnRepeatedPage(totalCount));
    this.items = this.items.concat(newItems);
    this.#firstCount ??= totalCount;
    this.#hasChanged ||= newItems.length < size;
    this.#hasChanged ||= isLess(totalCount, this.#firstCount);
    this.#hasChanged ||= size === 0 && this.#isExpected;
    this.#isExpected = hasNextLink;

    if (this.#isFollowed(data, target)) {
      if (pageNum === maxPages) throw fail(tooManyPages, adviseOnPages(target));
      return { endpoint: target };
    }
    const isShort = this.#hasChanged && isLess(this.items.length, this.#firstCount);
    if (!isShort) return { last: page, endpoint: target };
    throw fail(`the list ended after ${this.items.length} of ${this.#firstCount} items`, rereadAdvice);
  }

  /**
   * Whether to request another page: if this one links to it; without a link, if the list counts more items than have arrived;
   * without a count, if this page is full.
   */
  #isFollowed({ size, totalCount = this.#firstCount, hasNextLink }: Page<T>, { query }: Target): boolean {
    if (hasNextLink || size === 0) return hasNextLink;
    if (totalCount !== undefined) return this.items.length < totalCount;
    // Atlas may send fewer items a page than were asked for, but not fewer than it sends at most.
    return size >= Math.min(Number(query['itemsPerPage'] ?? defaultPageSize), pageSize);
  }
}

/** Whether a number is less than another one. False if one of them is not known. */
function isLess(number: number | undefined, other: number | undefined): boolean {
  return number !== undefined && other !== undefined && number < other;
}
