import { atlasError, methodNotAllowed } from '../http/atlas-error.js';
import type { ReceivedRequest } from '../http/received-request.js';
import type { Reply } from '../http/reply.js';
import { answerWholeList } from './pages.js';

/**
 * What the retired tenant endpoint answers:
 *
 * - `gone`: 410 `VERSION_GONE`
 * - `not-found-html`: a gateway's 404 page
 * - `method-not-allowed`: 405 without a body
 * - `no-route`: 404 `RESOURCE_NOT_FOUND` for the path
 * - `flex-cluster`: 400 `CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API`
 * - `empty`: 200 without results for a list, 404 `TENANT_SNAPSHOT_NOT_FOUND` for a snapshot
 */
export type SunsetForm = 'gone' | 'not-found-html' | 'method-not-allowed' | 'no-route' | 'flex-cluster' | 'empty';

const NOT_FOUND_PAGE = '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>';

const ANSWERS: Readonly<Record<SunsetForm, (request: ReceivedRequest) => Reply>> = {
  gone: (request) => atlasError(request, 410),
  'not-found-html': () => ({ status: 404, content: NOT_FOUND_PAGE }),
  'method-not-allowed': () => methodNotAllowed('OPTIONS'),
  'no-route': (request) => atlasError(request, 404, { errorCode: 'RESOURCE_NOT_FOUND' }),
  'flex-cluster': (request) => atlasError(request, 400, { errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' }),
  empty: (request) =>
    request.route.snapshotId === undefined
      ? answerWholeList(request, [])
      : atlasError(request, 404, { errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' }),
};

/** The name of every form. */
export const SUNSET_FORMS: readonly string[] = Object.keys(ANSWERS);

export function answerSunset(form: SunsetForm, request: ReceivedRequest): Reply {
  return ANSWERS[form](request);
}

/** The dates that announce the end of the tenant endpoint. */
export interface DeprecationDates {
  /** Sent as `Deprecation`. */
  deprecation?: Date | undefined;
  /** Sent as `Sunset`. */
  sunset?: Date | undefined;
}

export function deprecationHeaders({ deprecation, sunset }: DeprecationDates): Record<string, string> {
  return {
    ...(deprecation === undefined ? {} : { deprecation: printHttpDate(deprecation) }),
    ...(sunset === undefined ? {} : { sunset: printHttpDate(sunset) }),
  };
}

/** Prints an HTTP date as Atlas does in these headers, with a one-digit day: `Mon, 5 Aug 2024 00:00:00 GMT`. */
function printHttpDate(date: Date): string {
  return date.toUTCString().replace(', 0', ', ');
}
