import { atlasError } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';

/** How the lists of version 2 are paged. */
export interface PagingOptions {
  /** Items per page if the request has no `itemsPerPage`. Default 100. */
  itemsPerPage?: number | undefined;
  /** The largest `itemsPerPage` that a request may ask for. Default 500. */
  maxItemsPerPage?: number | undefined;
  /** Whether lists have a `totalCount`, unless the request has `includeCount=false`. Default true. */
  totalCount?: boolean | undefined;
}

/** Answers with the whole list, as the tenant endpoint does: it has no paging. */
export function answerWholeList(request: ReceivedRequest, results: readonly object[]): Reply {
  const links = [linkTo(request, 'self', { includeCount: true, pageNum: 1, itemsPerPage: 100 })];
  return { status: 200, content: { links, results, totalCount: results.length } };
}

/** How one list is paged. */
interface PageOptions extends PagingOptions {
  /** Whether a page without its count has no `next` link either, and a count of 0. */
  readonly isCountNeeded?: boolean;
}

/** Answers with the page that `pageNum`, `itemsPerPage` and `includeCount` ask for. */
export function answerPage<Item>(
  request: ReceivedRequest,
  items: readonly Item[],
  print: (item: Item) => object,
  options: PageOptions = {},
): Reply {
  const { itemsPerPage: defaultSize = 100, maxItemsPerPage = 500, totalCount = true, isCountNeeded = false } = options;
  const itemsPerPage = readNumber(request, 'itemsPerPage', defaultSize, maxItemsPerPage);
  if (itemsPerPage === undefined) return refuseParameter(request, 'itemsPerPage');
  const pageNum = readNumber(request, 'pageNum', 1, Number.MAX_SAFE_INTEGER);
  if (pageNum === undefined) return refuseParameter(request, 'pageNum');
  const includeCount = request.query.get('includeCount') !== 'false';
  const page = { includeCount, pageNum, itemsPerPage };
  const end = pageNum * itemsPerPage;
  const links = [linkTo(request, 'self', page)];
  if (pageNum > 1) links.push(linkTo(request, 'previous', { ...page, pageNum: pageNum - 1 }));
  const hidesNext = isCountNeeded && !includeCount;
  if (end < items.length && !hidesNext) links.push(linkTo(request, 'next', { ...page, pageNum: pageNum + 1 }));
  const count = includeCount && totalCount ? items.length : undefined;
  // Prints this page only, so that a long list costs no more per page than a short one.
  const results = items.slice(end - itemsPerPage, end).map(print);
  return { status: 200, content: { links, results, totalCount: hidesNext ? 0 : count } };
}

/** Reads a whole number from the query. Returns undefined if it is out of bounds. */
function readNumber({ query }: ReceivedRequest, name: string, fallback: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max ? value : undefined;
}

function refuseParameter(request: ReceivedRequest, name: string): Reply {
  const detail = `Invalid query parameter ${name}: ${request.query.get(name)}.`;
  return atlasError(request, 400, { errorCode: 'INVALID_QUERY_PARAMETER', detail, parameters: [name] });
}

/** Links to a page. Keeps the other parameters of the query. */
function linkTo({ origin, path, query }: ReceivedRequest, rel: string, page: Readonly<Record<string, unknown>>) {
  const paging = Object.entries(page).map(([name, value]): [string, string] => [name, String(value)]);
  const others = [...query].filter(([name]) => !(name in page));
  return { href: `${origin}${path}?${new URLSearchParams([...paging, ...others])}`, rel };
}
