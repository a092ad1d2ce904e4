import type { EndpointName } from '../atlas/endpoints.js';
import type { SnapshotPage, TenantSnapshot } from '../atlas/schemas.js';
import { AtlasInvalidResponseError } from '../errors/errors.js';
import { connectionFreed } from '../http/timer.js';
import type { CallScope } from './scope.js';

// At 500 snapshots a page this is far more than any cluster has.
const maxPages = 200;

/**
 * Reads all pages of a list. Returns each snapshot once, in the order in which Atlas lists them.
 *
 * @param readPage - reads a page, from 1.
 */
export async function readAllPages(
  readPage: (pageNum: number) => Promise<SnapshotPage>,
  scope: CallScope,
): Promise<TenantSnapshot[]> {
  const found = new Map<unknown, TenantSnapshot>();
  const { progress } = scope;
  let endpoint: EndpointName | undefined;
  let fullPage: number | undefined;
  for (let pageNum = 1; pageNum <= maxPages; pageNum += 1) {
    if (pageNum > 1) await scope.waitFor(connectionFreed());
    const page = await readPage(pageNum);
    // The tenant endpoint was retired meanwhile. Pages of Flex have another size, so the list starts again.
    if (pageNum > 1 && progress.endpoint !== endpoint) return readAllPages(readPage, scope);
    endpoint = progress.endpoint;
    const hasNew = addTo(found, page.results);
    const hasNext = hasNextPage(page, found.size, fullPage ?? minFullPage(endpoint));
    if (!hasNew || !hasNext) return [...found.values()];
    fullPage = page.results.length;
  }
  const issues = [
    { path: 'results', message: `the list has more than ${maxPages} pages, the maximum that this client reads` },
  ];
  throw new AtlasInvalidResponseError(issues, progress);
}

/** Adds the snapshots that are not there yet. Returns whether there are any. */
function addTo(found: Map<unknown, TenantSnapshot>, snapshots: readonly TenantSnapshot[]): boolean {
  const before = found.size;
  // A snapshot without an ID counts as different from all others.
  for (const snapshot of snapshots) if (!found.has(snapshot.id)) found.set(snapshot.id ?? snapshot, snapshot);
  return found.size > before;
}

function hasNextPage({ totalCount, links, results }: SnapshotPage, found: number, fullPage: number): boolean {
  if (links?.some(({ rel }) => rel === 'next')) return true;
  // The count is an estimate. Ignore it if it is below the size of this page.
  if (totalCount !== undefined && totalCount >= results.length) return found < totalCount;
  return results.length >= fullPage;
}

// Flex may return fewer than requested, so any first page may be a full one. Elsewhere the default page size is 100.
function minFullPage(endpoint: EndpointName | undefined): number {
  return endpoint === 'flex' ? 1 : 100;
}
