import type { EndpointName } from '../atlas/endpoints.js';
import { saysGone } from '../atlas/error-body.js';
import type { ApiResponse } from '../http/body.js';
import { type HeaderFields, headerValue, parseHttpDate } from '../http/headers.js';
import type { Failure, Outcome } from './failure.js';

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

  /**
   * Picks the outcome of a call that asked both endpoints, and remembers what they revealed.
   *
   * @param resource - the path that the tenant endpoint was asked for.
   */
  settle<T>(tenant: Outcome<T>, flex: Outcome<T>, resource: string, cluster: string | undefined): Outcome<T> {
    const isGone = tenant.error !== undefined && isGoneBy(tenant, resource);
    if (isGone && isUsable(flex)) this.#rememberGone();
    else if (flex.error === undefined) this.#flexClusters.add(cluster);
    return choose(tenant, flex, isGone);
  }

  /** Looks at a response for the headers that announce the end of an endpoint, and for a cluster that left Flex. */
  notice({ headers, status, error }: ApiResponse, endpoint: EndpointName, cluster: string | undefined): void {
    if (headers['sunset'] !== undefined || headers['deprecation'] !== undefined)
      this.#warnOfDeprecation(headers, endpoint);
    const hasLeftFlex = endpoint === 'flex' && status === 400 && error?.errorCode === notFlex;
    if (hasLeftFlex) this.#flexClusters.delete(cluster);
  }

  #rememberGone(): void {
    this.#isTenantGone = true;
    this.#warn(
      'gone',
      "Atlas has retired the tenant (M2/M5) snapshot endpoint. Calls with the endpoint option 'auto' now go straight to the Flex endpoint. Set the option to 'flex' so that new processes do not try the tenant endpoint first.",
    );
  }

  /** @see https://www.rfc-editor.org/rfc/rfc8594 and https://www.rfc-editor.org/rfc/rfc9745 */
  #warnOfDeprecation(headers: HeaderFields, endpoint: EndpointName): void {
    const deprecation = parseDeprecation(headerValue(headers, 'deprecation') ?? '');
    const sunset = parseHttpDate(headerValue(headers, 'sunset') ?? '');
    const since = deprecation === undefined ? '' : ` since ${toDay(deprecation)}`;
    const until = sunset === undefined ? '' : `, with a sunset date of ${toDay(sunset)}`;
    const advice =
      endpoint === 'tenant'
        ? "Set the endpoint option to 'auto' to switch to the Flex endpoint automatically, or to 'flex' to call only that one."
        : 'Look for a newer version of atlas-tenant-snapshots.';
    this.#warn('deprecated', `Atlas marks the ${endpoint} snapshot endpoint as deprecated${since}${until}. ${advice}`);
  }

  // Not a DeprecationWarning: --throw-deprecation would turn that into a crash.
  #warn(kind: string, message: string): void {
    if (warned.has(kind)) return;
    warned.add(kind);
    process.emitWarning(message, 'AtlasSunsetWarning');
  }
}

/**
 * Whether to ask Flex too. Nobody has recorded what the tenant endpoint returns since its sunset, so this covers every
 * response seen from other retired Atlas endpoints.
 *
 * @param mayBeFlex - whether the tenant endpoint may return this result for a Flex cluster.
 */
export function suggestsFlex<T>(outcome: Outcome<T>, mayBeFlex: (data: T) => boolean): boolean {
  if (outcome.error === undefined) return mayBeFlex(outcome.data);
  const status = outcome.response?.status;
  const errorCode = outcome.response?.error?.errorCode;
  if (status === 404) return errorCode !== 'GROUP_NOT_FOUND';
  return status === 410 || status === 405 || (status === 400 && errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API');
}

/** Chooses between the outcomes of both endpoints. The other one becomes the cause of the error. */
function choose<T>(tenant: Outcome<T>, flex: Outcome<T>, isGone: boolean): Outcome<T> {
  if (flex.error === undefined) return flex;
  if (tenant.error === undefined) return isUnknownToFlex(flex) ? tenant : flex;
  if (isGone) return withCause(flex, tenant);
  return isUnknownToFlex(flex) ? withCause(tenant, flex) : withCause(flex, tenant);
}

/** Makes the error of the other endpoint the cause of a failure's error, which then counts the attempts of both. */
function withCause(failure: Failure, cause: Failure): Failure {
  const attempts = Math.max(failure.error.attempts ?? 0, cause.error.attempts ?? 0);
  // Not enumerable, like a cause that is passed to the constructor.
  Object.defineProperty(failure.error, 'cause', { value: cause.error });
  Object.assign(failure.error, { attempts });
  return failure;
}

const notFlex = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

function isGoneBy({ response }: Failure, resource: string): boolean {
  return response?.error !== undefined && saysGone(response.status, response.error, resource);
}

/** Whether Flex gave an answer, rather than none or a success with an unusable body. */
function isUsable({ error, response }: Outcome<unknown>): boolean {
  return error === undefined || response?.error !== undefined;
}

function isUnknownToFlex({ response }: Failure): boolean {
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
