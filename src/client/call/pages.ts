import { keyOf, type Page, pageSize } from '../atlas/page.js';
import type { Question, Target } from '../atlas/target.js';
import { advice } from '../errors/advice.js';
import { invalidResponseError } from '../errors/call-errors.js';
import type { Answer, Call } from './call.js';
import { request, requestWithFallback } from './request.js';

// At 500 items a page, 100,000 items.
const maxPages = 200;
// What the tenant endpoint sends, as its requests name no number of items.
const defaultPageSize = 100;

/**
 * Requests all pages of a list, each with its own retries. Only the first page may come from the fallback.
 *
 * A short list must never go unnoticed, but a count is only an estimate: recorded lists end one short of it. So a list fails
 *
 * - if a page has items, but no new one: something on the way drops the query.
 * - if it ends with fewer items than its first count, and it has changed meanwhile. It has changed if a page
 *   - has an item of an earlier page,
 *   - counts less than the first count, or
 *   - is empty, although it is the first or an earlier page links to it.
 *
 * @throws the error of a page, or what ended the call early.
 */
export async function requestPages<T>(question: Question<Page<T>>, call: Call): Promise<Answer<T[]>> {
  const all: T[] = [];
  const keys = new Set<unknown>();
  let answer = await requestWithFallback(question, call);
  let firstCount: number | undefined;
  let areItemsExpected = true;
  let hasChanged = false;
  for (let pageNum = 1; ; pageNum += 1) {
    const { target, data: page } = answer;
    const { items, totalCount } = page;
    firstCount ??= totalCount;
    const newItems = addNewItems(page, all, keys);
    if (items.length > 0 && newItems === 0) {
      const what = 'the page has no new item, as if something on the way had dropped the query';
      throw invalidResponseError(call, target, what, advice.repeatedPage);
    }
    const hasOldItem = newItems < items.length;
    const lacksItems = areItemsExpected && items.length === 0;
    const countsLess = isLess(totalCount, firstCount);
    hasChanged ||= hasOldItem || lacksItems || countsLess;

    if (!isFollowed(page, all.length, firstCount, target)) {
      if (!hasChanged || !isLess(all.length, firstCount)) return { ...answer, data: all };
      const what = `the list ended after ${all.length} of ${firstCount} items`;
      throw invalidResponseError(call, target, what, advice.shortList);
    }
    if (pageNum === maxPages) {
      const what = `the list has more than ${maxPages} pages, the most that this client reads`;
      throw invalidResponseError(call, target, what, advice.tooManyPages);
    }
    areItemsExpected = page.hasNextLink;
    const query = { ...target.query, pageNum: pageNum + 1 };
    // Both targets of a question parse a page alike. The answer does not say of which type its items are.
    const nextPage = { ...target, query, parse: question.target.parse };
    call.target = nextPage;
    // Without the fallback: the endpoint that has the first page has the others.
    answer = await request(nextPage, call);
  }
}

/** Adds the items that no earlier page had, and their keys. Returns how many there are. */
function addNewItems<T>({ items, results }: Page<T>, all: T[], keys: Set<unknown>): number {
  const before = all.length;
  const keysOfPage = results.map(keyOf);
  items.forEach((item, index) => {
    if (!keys.has(keysOfPage[index])) all.push(item);
  });
  // Only now: two items of one page may have the same ID, if something on the way has masked it, and both count.
  for (const key of keysOfPage) keys.add(key);
  return all.length - before;
}

/**
 * Whether another page follows this one: if this one links to it; without a link, if the list counts more items than it has so far;
 * without a count, if this page is full.
 */
function isFollowed<T>(page: Page<T>, itemsSoFar: number, firstCount: number | undefined, { query }: Target): boolean {
  const { items, totalCount = firstCount, hasNextLink } = page;
  if (hasNextLink || items.length === 0) return hasNextLink;
  if (totalCount !== undefined) return itemsSoFar < totalCount;
  // Atlas sends at most 500 items a page, however many the query asks for.
  return items.length >= Math.min(Number(query['itemsPerPage'] ?? defaultPageSize), pageSize);
}

/** Whether a number is less than another one. False if one of them is not known. */
function isLess(number: number | undefined, other: number | undefined): boolean {
  return number !== undefined && other !== undefined && number < other;
}
