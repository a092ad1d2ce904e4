import { keyOf, type Page, pageSize } from '../atlas/page.js';
import type { Target } from '../atlas/target.js';
import { adviseOnPages, adviseOnRepeatedPage, rereadAdvice } from '../errors/advice.js';
import { type Failure, unusableFailure } from '../errors/failure.js';
import type { Call, Outcome, Success } from './call.js';
import { request } from './request.js';

// At 500 items a page, 100,000 items.
const maxPages = 200;
const tooManyPages = `the list has more than ${maxPages} pages, the most that this client reads`;
const noNewItem = 'the page has no new item, as if something on the way had dropped the query';
// What the tenant endpoint sends, as its requests name no number of items.
const defaultPageSize = 100;

/**
 * Requests all pages of a list. Only the first page may come from the fallback: the endpoint that has it has the others. Each
 * page has its own retries.
 *
 * @throws what ended the call early.
 */
export async function requestPages<T>(firstPage: Target<Page<T>>, call: Call): Promise<Outcome<T[]>> {
  const list = new ItemList<T>();
  let target = firstPage;
  for (let pageNum = 1; ; pageNum += 1) {
    const next = await addPage(target, pageNum, list, call);
    if ('ok' in next) return next;
    target = next;
  }
}

/**
 * Requests a page and adds it to the list. Returns the target of the next page, or how the list ended. A function of its own, so
 * that no variable keeps the memory of a page while the next one is requested.
 */
async function addPage<T>(page: Target<Page<T>>, pageNum: number, list: ItemList<T>, call: Call) {
  const outcome: Outcome<Page<T>> = await request(page, call);
  if (!outcome.ok) return outcome;
  const { target, attempts } = outcome;
  const failure = list.add(outcome, pageNum);
  if (failure !== undefined) return { ok: false, failure, target, attempts } as const;
  if (!list.isFollowed) return { ...outcome, data: list.items };
  return { ...target, query: { ...target.query, pageNum: pageNum + 1 }, parse: page.parse, fallback: undefined };
}

/**
 * The items of a list so far, each once.
 *
 * A short list must never go unnoticed, but a count is only an estimate: recorded lists end one short of it. So a list fails
 *
 * - if a page has items, but no new one: something on the way drops the query.
 * - if it ends with fewer items than its first count, and it has changed meanwhile. It has changed if a page
 *   - has an item of an earlier page,
 *   - counts less than the first count, or
 *   - is empty, although it is the first or an earlier page links to it.
 */
class ItemList<T> {
  items: T[] = [];
  /** Whether another page follows the last one. */
  isFollowed = true;
  readonly #keys = new Set<unknown>();
  #firstCount: number | undefined;
  #hasChanged = false;
  #isLinkedTo = true;

  /**
   * Adds the new items of a page.
   *
   * @returns why the list is unusable or incomplete, if it is.
   */
  add({ data, response, target }: Success<Page<T>>, pageNum: number): Failure | undefined {
    const { items, totalCount, hasNextLink } = data;
    const fail = (what: string, advice: string) => unusableFailure(response, what, advice);

    const newItems = this.#takeNewItems(data);
    const isEmpty = items.length === 0;
    if (!isEmpty && newItems.length === 0) return fail(noNewItem, adviseOnRepeatedPage(totalCount));
    this.items = this.items.concat(newItems);
    this.#firstCount ??= totalCount;
    this.#hasChanged ||= newItems.length < items.length;
    this.#hasChanged ||= isLess(totalCount, this.#firstCount);
    this.#hasChanged ||= isEmpty && this.#isLinkedTo;
    this.#isLinkedTo = hasNextLink;

    this.isFollowed = this.#hasNext(data, target);
    if (this.isFollowed) return pageNum === maxPages ? fail(tooManyPages, adviseOnPages(target)) : undefined;
    const isShort = this.#hasChanged && isLess(this.items.length, this.#firstCount);
    if (!isShort) return undefined;
    return fail(`the list ended after ${this.items.length} of ${this.#firstCount} items`, rereadAdvice);
  }

  /** Returns the items that no earlier page had. */
  #takeNewItems({ items, results }: Page<T>): readonly T[] {
    const isFirst = this.#keys.size === 0;
    const newItems = isFirst ? items : items.filter((_, index) => !this.#keys.has(keyOf(results[index])));
    // Only now: two items of one page may have the same ID, if something on the way has masked it, and both count.
    for (const result of results) this.#keys.add(keyOf(result));
    return newItems;
  }

  /**
   * Whether another page follows this one: if this one links to it; without a link, if the list counts more items than it has so far;
   * without a count, if this page is full.
   */
  #hasNext({ items, totalCount = this.#firstCount, hasNextLink }: Page<T>, { query }: Target): boolean {
    if (hasNextLink || items.length === 0) return hasNextLink;
    if (totalCount !== undefined) return this.items.length < totalCount;
    // Atlas sends at most 500 items a page, however many the query asks for.
    return items.length >= Math.min(Number(query['itemsPerPage'] ?? defaultPageSize), pageSize);
  }
}

/** Whether a number is less than another one. False if one of them is not known. */
function isLess(number: number | undefined, other: number | undefined): boolean {
  return number !== undefined && other !== undefined && number < other;
}
