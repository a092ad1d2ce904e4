import type { EndpointName } from '../atlas/endpoints.js';
import type { SnapshotPage, TenantSnapshot } from '../atlas/schemas.js';
import { AtlasInvalidResponseError } from '../errors/errors.js';
import type { CallProgress } from './promise.js';

// At 500 snapshots a page this is far more than any cluster has.
const maxPages = 200;

/**
 * Reads all pages of a list. Returns each snapshot once, in the order of Atlas.
 *
 * @param readPage - reads a page, from 1.
 */
export async function readAllPages(
  readPage: (pageNum: number) => Promise<SnapshotPage>,
  progress: CallProgress,
): Promise<TenantSnapshot[]> {
  const found = new Map<unknown, TenantSnapshot>();
  let { endpoint } = progress;
  let fullPage: number | undefined;
  for (let pageNum = 1; pageNum <= maxPages; pageNum += 1) {
    const page = await readPage(pageNum);
    // The tenant endpoint was retired meanwhile. Pages of Flex have another size, so the list starts again.
    if (pageNum > 1 && progress.endpoint !== endpoint) return readAllPages(readPage, progress);
    endpoint = progress.endpoint;
    const known = found.size;
    // A snapshot without an ID counts as different from all others.
    for (const snapshot of page.results) if (!found.has(snapshot.id)) found.set(snapshot.id ?? snapshot, snapshot);
    const isNew = found.size > known;
    if (!isNew || !hasNextPage(page, found.size, fullPage ?? smallestFullPage(progress.endpoint)))
      return [...found.values()];
    fullPage = page.results.length;
  }
  const { operation, attempts } = progress;
  const issues = [{ path: 'results', message: `more than ${maxPages} pages, which is the most that a list may have` }];
  throw new AtlasInvalidResponseError(issues, { operation, endpoint, attempts });
}

function hasNextPage({ totalCount, links, results }: SnapshotPage, found: number, fullPage: number): boolean {
  if (links?.some(({ rel }) => rel === 'next')) return true;
  // The count is an estimate. One below the page's own size says nothing.
  if (totalCount !== undefined && totalCount >= results.length) return found < totalCount;
  return results.length >= fullPage;
}

// Flex may return fewer than requested, so any page may be full. Elsewhere 100 is the default of Atlas.
function smallestFullPage(endpoint: EndpointName | undefined): number {
  return endpoint === 'flex' ? 1 : 100;
}
