import type { EndpointName } from '../atlas/endpoints.js';
import { type ApiResponse, saysGone } from '../atlas/response.js';
import type { Route } from '../atlas/route.js';
import { type HeaderFields, headerValue, parseHttpDate } from '../http/headers.js';
import { Failure, type Outcome } from './failure.js';

// The kinds of warnings that this copy of the package has emitted.
const warned = new Set<string>();

/** Finds out whether the tenant endpoint is gone, and remembers it for one client. */
export class Sunset {
  #isTenantGone = false;
  /** The clusters that only Flex has. */
  readonly #flexClusters = new Set<string | undefined>();

  /** The endpoint to ask first for a cluster. */
  firstEndpoint(cluster: string): EndpointName {
    return this.#isTenantGone || this.#flexClusters.has(cluster) ? 'flex' : 'tenant';
  }

  /** Chooses the outcome of a request that asked both endpoints, and remembers what they revealed. */
  choose<T>(tenant: Outcome<T>, flex: Outcome<T>, cluster: string | undefined): Outcome<T> {
    const isGone = tenant instanceof Failure && isGoneBy(tenant);
    if (isGone && hasAnswered(flex)) this.#rememberGone();
    else if (!(flex instanceof Failure)) this.#flexClusters.add(cluster);

    if (!(flex instanceof Failure)) return flex;
    if (!(tenant instanceof Failure)) return isUnknownToFlex(flex) ? tenant : flex;
    return isUnknownToFlex(flex) && !isGone ? tenant.causedBy(flex) : flex.causedBy(tenant);
  }

  /** Looks at a response for the headers that announce the end of an endpoint, and for a cluster that left Flex. */
  notice({ headers, status, error }: ApiResponse, { endpoint, noun }: Route, cluster: string | undefined): void {
    if (endpoint === undefined) return;
    if (headers['sunset'] !== undefined || headers['deprecation'] !== undefined)
      warnOfDeprecation(headers, endpoint, noun);
    const hasLeftFlex = endpoint === 'flex' && status === 400 && error?.errorCode === notFlex;
    if (hasLeftFlex) this.#flexClusters.delete(cluster);
  }

  #rememberGone(): void {
    this.#isTenantGone = true;
    warnOnce(
      'gone',
      "Atlas has retired the tenant (M2/M5) snapshot endpoint. Calls with the endpoint option 'auto' now go straight to the Flex endpoint. Set the option to 'flex' so that new processes do not try the tenant endpoint first.",
    );
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc8594 and https://www.rfc-editor.org/rfc/rfc9745 */
function warnOfDeprecation(headers: HeaderFields, endpoint: EndpointName, noun: string | undefined): void {
  const deprecation = parseDeprecation(headerValue(headers, 'deprecation') ?? '');
  const sunset = parseHttpDate(headerValue(headers, 'sunset') ?? '');
  const since = deprecation === undefined ? '' : ` since ${toDay(deprecation)}`;
  const until = sunset === undefined ? '' : `, with a sunset date of ${toDay(sunset)}`;
  const advice =
    endpoint === 'tenant'
      ? "Set the endpoint option to 'auto' to switch to the Flex endpoint automatically, or to 'flex' to call only that one."
      : 'Look for a newer version of atlas-tenant-snapshots.';
  warnOnce('deprecated', `Atlas marks the ${endpoint} ${noun} endpoint as deprecated${since}${until}. ${advice}`);
}

// Not a DeprecationWarning: --throw-deprecation would turn that into a crash.
function warnOnce(kind: string, message: string): void {
  if (warned.has(kind)) return;
  warned.add(kind);
  process.emitWarning(message, 'AtlasSunsetWarning');
}

/**
 * Whether to ask Flex too. Nobody has recorded what the tenant endpoint returns since its sunset, so this covers every
 * response seen from other retired Atlas endpoints.
 *
 * @param mayBeFlex - whether the tenant endpoint may return this result for a Flex cluster.
 */
export function suggestsFlex<T>(outcome: Outcome<T>, mayBeFlex: (data: T) => boolean): boolean {
  if (!(outcome instanceof Failure)) return mayBeFlex(outcome.data);
  const { response } = outcome.details;
  const errorCode = response?.error?.errorCode;
  if (response?.status === 404) return errorCode !== 'GROUP_NOT_FOUND';
  return (
    response?.status === 410 ||
    response?.status === 405 ||
    (response?.status === 400 && errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API')
  );
}

const notFlex = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

function isGoneBy({ details: { response, route } }: Failure): boolean {
  return response?.error !== undefined && saysGone(response.status, response.error, route.apiPath);
}

/** Whether Flex answered, rather than nothing at all or a success with an unusable body. */
function hasAnswered(flex: Outcome<unknown>): boolean {
  return !(flex instanceof Failure) || flex.details.response?.error !== undefined;
}

function isUnknownToFlex({ details: { response } }: Failure): boolean {
  return response?.status === 404 || (response?.status === 400 && response.error?.errorCode === notFlex);
}

/** Atlas sends an HTTP-date; RFC 9745 has `@` and seconds since 1970. */
function parseDeprecation(value: string): number | undefined {
  const seconds = /^@(-?\d{1,11})$/.exec(value.trim())?.[1];
  return seconds === undefined ? parseHttpDate(value) : Number(seconds) * 1000;
}

function toDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
