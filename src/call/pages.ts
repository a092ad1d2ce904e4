import { compiled, isObject, listPageSchema } from '../atlas/schemas.js';
import { invalid, type Parsed, type SchemaError } from '../atlas/standard-schema.js';
import type { Parse, Target } from '../atlas/target.js';
import { connectionFreed } from '../http/exchange.js';
import { adviceFor, adviseOnSize, proxyAdvice, rereadAdvice } from './advice.js';
import type { Call, Success } from './call.js';
import { unusable } from './errors.js';
import { request } from './request.js';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The items as Atlas sent them. */
  readonly sent: readonly unknown[];
  /** An estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

// Atlas sends at most 500. Millions of them would take seconds and a gigabyte to parse.
const maxItems = 10_000;
// At 500 items a page, 100,000 items.
const maxPages = 200;
// All pages together may have this many times maxResponseSize.
const maxSizes = 8;
const tooManyPages = `the list has more than ${maxPages} pages, the most that this client reads`;
// The default page size of the tenant endpoint. Elsewhere a server may return fewer items than it was asked for, so any first
// page with an item may be followed by another.
const tenantPageSize = 100;

/**
 * Requests all pages of a list. Fails with the first page that fails, or that shows that the list is incomplete. Only the first
 * page may come from the fallback. Each page has its own retries.
 */
export async function requestPages<T>(target: Target<T>, call: Call): Promise<Success<T[]>> {
  const parse = (json: unknown) => parsePage(json, target.parse);
  const isEmpty = ({ items }: Page<T>) => items.length === 0;
  const toPage = (list: Target): Target<Page<T>> => ({ ...list, parse, fallback: undefined });
  const fallback = target.fallback && { ...target.fallback, target: toPage(target.fallback.target), isEmpty };
  let page = await request({ ...toPage(target), fallback }, call);
  const collected = new CollectedPages<T>(page.target.endpoint === 'tenant' ? tenantPageSize : 1);
  const maxSize = maxSizes * call.settings.maxResponseSize;
  let size = 0;
  for (let pageNum = 1; ; pageNum += 1) {
    const gap = collected.add(page.data);
    if (gap !== undefined) throw unusable(page.response, invalid(gap.what), gap.advice, call);
    size += page.response.body.size;
    if (size > maxSize) {
      const tooLarge = `the pages have more than ${maxSize} bytes together (${maxSizes} times maxResponseSize)`;
      throw unusable(page.response, invalid(tooLarge), adviseOnSize(page.target, true), call);
    }
    if (!collected.isFollowed) return { ...page, data: collected.items };
    if (pageNum === maxPages) {
      throw unusable(page.response, invalid(tooManyPages), adviceFor(page.target).tooManyPages, call);
    }
    call.scope.phase = 'requesting the next page';
    // The next request should use the same connection.
    await connectionFreed();
    const query = { ...page.target.query, pageNum: pageNum + 1 };
    page = await request({ ...toPage(page.target), query }, call);
  }
}

/** Parses one page of a list, and its items. */
async function parsePage<T>(json: unknown, parseItem: Parse<T>): Promise<Parsed<Page<T>>> {
  const body = isObject(json) ? json : {};
  const page = compiled(listPageSchema).safeParse(body);
  if (!page.success) return page;
  // A list with an error may be incomplete.
  if (body['error'] != null || body['errorCode'] != null) return invalid('the body has results, but also an error');
  const { results: sent, totalCount } = page.data;
  if (sent.length > maxItems) return invalid(`the page has ${sent.length} items, more than ${maxItems}`);
  const items: T[] = [];
  for (const parsed of await Promise.all(sent.map((item) => parseItem(item)))) {
    if (!parsed.success) return { ...parsed, error: { issues: parsed.error.issues.map(atIndex(items.length)) } };
    items.push(parsed.data);
  }
  const links = Array.isArray(body['links']) ? body['links'] : [];
  const hasNextLink = links.some((link) => isObject(link) && link['rel'] === 'next');
  return { success: true, data: { items, sent, totalCount, hasNextLink } };
}

function atIndex(index: number) {
  return ({ path, message }: SchemaError['issues'][number]) => ({ path: ['results', index, ...path], message });
}

/** How a page shows that items of the list are missing, and what to do. */
interface Gap {
  readonly what: string;
  readonly advice: string;
}

/** The items of a list, collected page by page. */
export class CollectedPages<T> {
  /** The items in the order of the pages, without those that an earlier page had. */
  readonly items: T[] = [];
  /** Whether another page follows those added. */
  isFollowed = true;
  readonly #ids = new Set<unknown>();
  /** The smallest size at which the first page counts as full, if it has neither a next link nor a count. */
  readonly #firstFullSize: number;
  /** The counts of the pages that have one. */
  readonly #counts: number[] = [];
  /** Whether a page had items of an earlier one beside new ones: something moved between the pages meanwhile. */
  #hasMoved = false;
  #previous: Page<T> | undefined;

  constructor(firstFullSize: number) {
    this.#firstFullSize = firstFullSize;
  }

  /** Adds the new items of a page. If the page shows that items are missing, says so. */
  add(page: Page<T>): Gap | undefined {
    const { items, sent, totalCount, hasNextLink } = page;
    const previous = this.#previous;
    this.#previous = page;

    // Which items are new? Without IDs, only the whole page shows that a server sends the same page again and again.
    const ids = sent.map(idOf);
    const isRepeated = ids.includes(undefined) && isSame(sent, previous?.sent);
    const added = items.filter((_item, index) => {
      const id = ids[index];
      return id === undefined ? !isRepeated : !this.#ids.has(id);
    });
    this.items.push(...added);
    // Only now, because two items of one page may have the same ID: something on the way may have masked it.
    for (const id of ids) this.#ids.add(id);
    const seen = this.items.length;

    // Does another page follow? A count that is below the size of this page is a wrong estimate.
    const isFull = sent.length >= (previous?.sent.length ?? this.#firstFullSize);
    const isCounted = totalCount !== undefined && totalCount >= sent.length;
    const seemsFollowed = sent.length > 0 && (isCounted ? seen < totalCount : isFull);
    this.isFollowed = hasNextLink || seemsFollowed;

    // Is anything missing?
    if (totalCount !== undefined) this.#counts.push(totalCount);
    this.#hasMoved ||= added.length > 0 && added.length < sent.length;
    if (sent.length > 0 && added.length === 0) return noNewItem;
    const isExpected = previous === undefined || previous.hasNextLink;
    const isUnexpectedlyEmpty = isExpected && sent.length === 0;
    return isUnexpectedlyEmpty || !this.isFollowed ? this.#gapAtEnd(isUnexpectedlyEmpty) : undefined;
  }

  /** Compares the items with the counts. They are estimates, so they count only if something else is wrong too. */
  #gapAtEnd(isUnexpectedlyEmpty: boolean): Gap | undefined {
    const seen = this.items.length;
    const largest = Math.max(0, ...this.#counts);
    const smallest = Math.min(largest, ...this.#counts);
    const hasShrunk = this.#counts.some((count, index) => count < (this.#counts[index - 1] ?? 0));
    if (isUnexpectedlyEmpty && seen < largest) {
      const what = `the page is empty, but the list has ${largest} items, and only ${seen} were sent`;
      return { what, advice: proxyAdvice };
    }
    if (hasShrunk && seen < largest) {
      const what = `the list shrank while it was read, and only ${seen} of ${largest} items were sent`;
      return { what, advice: rereadAdvice };
    }
    if (this.#hasMoved && seen < smallest) {
      const what = `items moved between the pages while the list was read, and only ${seen} of ${smallest} were sent`;
      return { what, advice: rereadAdvice };
    }
    return undefined;
  }
}

const noNewItem: Gap = {
  what: 'the page has no new item, as if something on the way had dropped the query',
  advice: proxyAdvice,
};

function idOf(item: unknown): unknown {
  // Null counts as missing.
  return isObject(item) ? (item['id'] ?? undefined) : undefined;
}

function isSame(sent: readonly unknown[], earlier: readonly unknown[] | undefined): boolean {
  try {
    return JSON.stringify(sent) === JSON.stringify(earlier);
  } catch {
    // JSON.parse accepts any depth, but JSON.stringify overflows the stack.
    return false;
  }
}
