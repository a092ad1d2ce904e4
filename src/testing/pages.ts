import { atlasError } from './atlas-error.js';
import type { PagingOptions } from './options.js';
import type { ReceivedRequest } from './received-request.js';
import type { Reply } from './reply.js';

interface Link {
  readonly href: string;
  readonly rel: string;
}

function refuseParameter(name: string, value: string): Reply {
  const detail = `Invalid query parameter ${name}: ${value}.`;
  return atlasError(400, { errorCode: 'INVALID_QUERY_PARAMETER', detail, parameters: [name] });
}

/** The whole number that the query gives, or a default; undefined where it is out of bounds. */
function readNumber(text: string | null, otherwise: number, max: number): number | undefined {
  if (text === null) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max ? value : undefined;
}

function pageLink({ origin, path, query }: ReceivedRequest, rel: string, pageNum: number, size: number): Link {
  const parameters = new URLSearchParams(query);
  parameters.set('pageNum', String(pageNum));
  parameters.set('itemsPerPage', String(size));
  return { href: `${origin}${path}?${parameters}`, rel };
}

/** One page of a list, as the request's `pageNum`, `itemsPerPage` and `includeCount` want it. */
export function answerPage(items: readonly object[], request: ReceivedRequest, options: PagingOptions = {}): Reply {
  const { itemsPerPage = 100, maxItemsPerPage = 500, totalCount = true } = options;
  const [sizeText, numText] = [request.query.get('itemsPerPage'), request.query.get('pageNum')];
  const size = readNumber(sizeText, itemsPerPage, maxItemsPerPage);
  if (size === undefined) return refuseParameter('itemsPerPage', sizeText ?? '');
  const num = readNumber(numText, 1, Number.MAX_SAFE_INTEGER);
  if (num === undefined) return refuseParameter('pageNum', numText ?? '');
  const links = [pageLink(request, 'self', num, size)];
  if (num > 1) links.push(pageLink(request, 'previous', num - 1, size));
  if (num * size < items.length) links.push(pageLink(request, 'next', num + 1, size));
  const counted = totalCount && request.query.get('includeCount') !== 'false';
  const count = counted ? { totalCount: items.length } : {};
  return { status: 200, content: { links, results: items.slice((num - 1) * size, num * size), ...count } };
}
