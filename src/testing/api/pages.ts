import { atlasError } from '../http/errors.js';
import type { Reply } from '../http/reply.js';
import type { ReceivedRequest } from '../http/request.js';

/** Answers with the whole list, as the tenant endpoint does: it has no paging. */
export function answerWholeList(request: ReceivedRequest, results: readonly object[]): Reply {
  const links = [linkTo(request, 'self', { includeCount: true, pageNum: 1, itemsPerPage: 100 })];
  return { status: 200, content: { links, results, totalCount: results.length } };
}

/** Answers with the page that `pageNum`, `itemsPerPage` and `includeCount` ask for. */
export function answerPage<Item>(
  request: ReceivedRequest,
  items: readonly Item[],
  print: (item: Item) => object,
): Reply {
  const itemsPerPage = readNumber(request, 'itemsPerPage', 100, 500);
  if (itemsPerPage === undefined) return refuseParameter(request, 'itemsPerPage');
  const pageNum = readNumber(request, 'pageNum', 1, Number.MAX_SAFE_INTEGER);
  if (pageNum === undefined) return refuseParameter(request, 'pageNum');
  const includeCount = request.query.get('includeCount') !== 'false';
  const page = { includeCount, pageNum, itemsPerPage };
  const end = pageNum * itemsPerPage;
  const links = [linkTo(request, 'self', page)];
  if (pageNum > 1) links.push(linkTo(request, 'previous', { ...page, pageNum: pageNum - 1 }));
  if (end < items.length) links.push(linkTo(request, 'next', { ...page, pageNum: pageNum + 1 }));
  // Prints this page only, so that a long list costs no more per page than a short one.
  const results = items.slice(end - itemsPerPage, end).map(print);
  return { status: 200, content: { links, results, totalCount: includeCount ? items.length : undefined } };
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
