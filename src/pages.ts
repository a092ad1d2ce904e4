import { AtlasResponseError } from './errors.js';
import type { SnapshotPage, TenantSnapshot } from './schemas.js';

/** Pages walked at most: at 500 a page far more than any cluster has. */
const mostPages = 200;
/** Atlas's own page size, where it does not take the one that is asked for. */
const smallestPage = 100;

/**
 * Walks the pages of a list, and gives each snapshot once. It ends at `totalCount`, at a page that is not full, and at
 * one that tells nothing new, as an endpoint that takes no paging gives the same page again.
 *
 * @param readPage - reads a page, from 1.
 */
export async function walkPages(readPage: (pageNum: number) => Promise<SnapshotPage>): Promise<TenantSnapshot[]> {
  const found = new Map<unknown, TenantSnapshot>();
  let fullPage = smallestPage;
  for (let pageNum = 1; pageNum <= mostPages; pageNum += 1) {
    const page = await readPage(pageNum);
    const known = found.size;
    // One without an id is taken as one of its own.
    for (const snapshot of page.results) if (!found.has(snapshot.id)) found.set(snapshot.id ?? snapshot, snapshot);
    if (found.size === known || isLast(page, found.size, fullPage)) return [...found.values()];
    fullPage = page.results.length;
  }
  const message = `the list does not end: more than ${mostPages} pages`;
  throw new AtlasResponseError([{ path: 'results', message }], { operation: 'listTenantSnapshots' });
}

function isLast(page: SnapshotPage, found: number, fullPage: number): boolean {
  if (page.totalCount !== undefined) return found >= page.totalCount;
  if (page.links?.some(({ rel }) => rel === 'next')) return false;
  return page.results.length < fullPage;
}
