import type { ApiResponse } from '../atlas/response.js';
import { isObject } from '../atlas/schemas.js';
import type { Call } from './call.js';
import { Failure, failureOfBody, type Outcome } from './failure.js';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The items as Atlas sent them. */
  readonly sent: readonly unknown[];
  /** An estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

// At 500 items a page, 100 000 items.
const maxPages = 200;
// The default page size of the tenant endpoint. Elsewhere a server may return fewer items than it was asked for, so any first
// page with an item may be followed by another.
const tenantPageSize = 100;

/**
 * Reads all pages of a list. Ends with the first page that fails.
 *
 * @param firstPage - the plan of the first page. `P` is the plan of one request.
 */
export async function readAllPages<P, T>(
  firstPage: P,
  planPage: (pageNum: number) => P,
  readPage: (plan: P) => Promise<Outcome<Page<T>>>,
  call: Call,
): Promise<Outcome<T[]>> {
  let page = await readPage(firstPage);
  if (page instanceof Failure) return page;
  const { endpoint } = page.route;
  const collected = new CollectedPages<T>(endpoint === 'tenant' ? tenantPageSize : 1);
  for (let pageNum = 2; collected.add(page.data); pageNum += 1) {
    if (pageNum > maxPages) return tooManyPages(call, page.response);
    page = await readPage(planPage(pageNum));
    if (page instanceof Failure) return page;
    // The tenant endpoint was retired meanwhile. Pages of Flex have another size, so the list starts again.
    if (page.route.endpoint !== endpoint) return readAllPages(planPage(1), planPage, readPage, call);
  }
  return { ...page, data: collected.items };
}

/** The items of a list, collected page by page. */
export class CollectedPages<T> {
  /** Every item once, in the order of the pages. */
  readonly items: T[] = [];
  readonly #ids = new Set<unknown>();
  /** Without a next link and a count, a page with fewer items than the one before is the last. */
  #fullSize: number;
  #lastSent: string | undefined;

  /** @param fullSize - how many items the first page must have to be followed by another. */
  constructor(fullSize: number) {
    this.#fullSize = fullSize;
  }

  /** Adds the new items of a page. Returns whether another page follows. */
  add({ items, sent, totalCount, hasNextLink }: Page<T>): boolean {
    const before = this.items.length;
    const ids = sent.map(idOf);
    // Without IDs, only the whole page shows that a server sends the same page again and again.
    const isRepeated = ids.includes(undefined) && this.#repeats(sent);
    items.forEach((item, index) => {
      const id = ids[index];
      if (id === undefined ? isRepeated : this.#ids.has(id)) return;
      this.#ids.add(id);
      this.items.push(item);
    });
    const isFull = sent.length >= this.#fullSize;
    this.#fullSize = sent.length;
    // A count that is below the size of this page is a wrong estimate.
    const isCounted = totalCount !== undefined && totalCount >= sent.length;
    const hasNext = hasNextLink || (isCounted ? this.items.length < totalCount : isFull);
    return hasNext && this.items.length > before;
  }

  #repeats(sent: readonly unknown[]): boolean {
    const text = toText(sent);
    const isSame = text !== undefined && text === this.#lastSent;
    this.#lastSent = text;
    return isSame;
  }
}

function toText(items: readonly unknown[]): string | undefined {
  try {
    return JSON.stringify(items);
  } catch {
    // JSON.parse accepts any depth, but JSON.stringify overflows the stack.
    return undefined;
  }
}

function idOf(item: unknown): unknown {
  // Null counts as missing.
  return isObject(item) ? (item['id'] ?? undefined) : undefined;
}

function tooManyPages(call: Call, response: ApiResponse): Failure {
  const message = `the list has more than ${maxPages} pages, the maximum that this client reads`;
  return failureOfBody(call, response, [{ path: 'results', message }]);
}
