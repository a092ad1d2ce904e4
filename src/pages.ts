import { AtlasResponseError } from './errors.js';
import type { SnapshotPage, TenantSnapshot } from './schemas.js';

/** Pages walked at most: at 500 a page far more than any cluster has. */
const mostPages = 200;

/**
 * Walks the pages of a list, and gives each snapshot once. It ends at `totalCount`, at a page that is not full, and at
 * one that tells nothing new, as an endpoint that takes no paging gives the same page again.
 *
 * @param readPage - reads a page, from 1; gives `undefined` where the list has to be read from its beginning.
 * @param smallestFullPage - the fewest results of a first page that a second may follow.
 */
export async function walkPages(
  readPage: (pageNum: number) => Promise<SnapshotPage | undefined>,
  smallestFullPage: () => number,
): Promise<TenantSnapshot[]> {
  const found = new Map<unknown, TenantSnapshot>();
  let fullPage: number | undefined;
  for (let pageNum = 1; pageNum <= mostPages; pageNum += 1) {
    const page = await readPage(pageNum);
    if (page === undefined) return walkPages(readPage, smallestFullPage);
    const known = found.size;
    // One without an id is taken as one of its own.
    for (const snapshot of page.results) if (!found.has(snapshot.id)) found.set(snapshot.id ?? snapshot, snapshot);
    if (found.size === known || isLast(page, found.size, fullPage ?? smallestFullPage())) return [...found.values()];
    fullPage = page.results.length;
  }
  const message = `the list does not end: more than ${mostPages} pages`;
  throw new AtlasResponseError([{ path: 'results', message }], { operation: 'listTenantSnapshots' });
}

function isLast({ totalCount, links, results }: SnapshotPage, found: number, fullPage: number): boolean {
  // A count that is less than what is there says nothing.
  if (totalCount !== undefined && totalCount >= results.length) return found >= totalCount;
  if (links?.some(({ rel }) => rel === 'next')) return false;
  return results.length < fullPage;
}
