import { compiled, isObject, listPageSchema } from '../atlas/schemas.js';
import { invalid, type Parsed, type SchemaError } from '../atlas/standard-schema.js';
import type { Parse, Target } from '../atlas/target.js';
import { connectionFreed } from '../http/exchange.js';
import { adviceFor, adviseOnSize, proxyAdvice } from './advice.js';
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

/** Requests all pages of a list. Fails with the first page that fails, or that shows that the list is cut short. */
export async function requestPages<T>(target: Target<T>, call: Call): Promise<Success<T[]>> {
  const { fallback } = target;
  const parse = (json: unknown) => parsePage(json, target.parse);
  const isEmpty = ({ items }: Page<T>) => items.length === 0;
  const toPage = (list: Target<T>) => ({ ...list, parse, isEmpty, fallback: undefined });
  let page = await request({ ...toPage(target), fallback: fallback && (() => toPage(fallback())) }, call);
  const collected = new CollectedPages<T>(page.target.endpoint === 'tenant' ? tenantPageSize : 1);
  const maxSize = maxSizes * call.settings.maxResponseSize;
  let size = 0;
  for (let pageNum = 1; ; pageNum += 1) {
    const gap = collected.add(page.data);
    if (gap !== undefined) throw unusable(page.response, invalid(gap), proxyAdvice, call);
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
    // It should use the same connection.
    await connectionFreed();
    const query = { ...page.target.query, pageNum: pageNum + 1 };
    page = await request<Page<T>>({ ...page.target, parse, query, fallback: undefined }, call);
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

/** The items of a list, collected page by page. */
export class CollectedPages<T> {
  /** The items in the order of the pages, without those that an earlier page had. */
  readonly items: T[] = [];
  /** Whether another page follows those added. */
  isFollowed = true;
  readonly #ids = new Set<unknown>();
  /** The smallest size at which the first page counts as full, if it has neither a next link nor a count. */
  readonly #firstFullSize: number;
  #previous: Page<T> | undefined;
  #largestCount = 0;
  /** Whether a page had a lower count than one before. */
  #hasShrunk = false;

  constructor(firstFullSize: number) {
    this.#firstFullSize = firstFullSize;
  }

  /** Adds the new items of a page. If the page shows that the list is cut short, returns what is wrong. */
  add(page: Page<T>): string | undefined {
    const { sent, totalCount = this.#largestCount, hasNextLink } = page;
    const added = this.#addNew(page);
    this.#hasShrunk ||= totalCount < this.#largestCount;
    this.#largestCount = Math.max(this.#largestCount, totalCount);
    this.isFollowed = hasNextLink || this.#seemsFollowed(page);
    const gap = this.#gapAfter(sent.length, added);
    this.#previous = page;
    return gap;
  }

  #addNew({ items, sent }: Page<T>): number {
    const before = this.items.length;
    const ids = sent.map(idOf);
    // Without IDs, only the whole page shows that a server sends the same page again and again.
    const isRepeated = ids.includes(undefined) && isSame(sent, this.#previous?.sent);
    for (const [index, item] of items.entries()) {
      const id = ids[index];
      const isKnown = id === undefined ? isRepeated : this.#ids.has(id);
      if (!isKnown) this.items.push(item);
    }
    // Only now, because two items of one page may have the same ID: something on the way may have masked it.
    for (const id of ids) this.#ids.add(id);
    return this.items.length - before;
  }

  #seemsFollowed({ sent, totalCount }: Page<T>): boolean {
    if (sent.length === 0) return false;
    // A count that is below the size of this page is a wrong estimate.
    const isCounted = totalCount !== undefined && totalCount >= sent.length;
    const fullSize = this.#previous?.sent.length ?? this.#firstFullSize;
    return isCounted ? this.items.length < totalCount : sent.length >= fullSize;
  }

  /**
   * Returns how a page of this size shows that items are missing, or `undefined`. An empty page without a link to it ends the list,
   * whatever the count, because the count is an estimate.
   */
  #gapAfter(size: number, added: number): string | undefined {
    if (size > 0 && added === 0) return 'the page has no new item, as if something on the way had dropped the query';
    const seen = this.items.length;
    if (seen >= this.#largestCount) return undefined;
    const isExpected = this.#previous?.hasNextLink ?? true;
    if (size === 0 && isExpected) {
      return `the page is empty, but the list has ${this.#largestCount} items, and only ${seen} were sent`;
    }
    if (this.isFollowed || !this.#hasShrunk) return undefined;
    return `the list shrank while it was read, and only ${seen} of ${this.#largestCount} items were sent`;
  }
}

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
