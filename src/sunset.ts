import type { EndpointName } from './endpoints.js';
import type { Body } from './http/decode.js';
import { type HeaderFields, headerValue } from './http/headers.js';
import { parseHttpDate } from './http/http-date.js';
import { isObject } from './is-object.js';

/** What all clients of a process know, also those of another copy of this package. */
interface Memory {
  /** Base URLs at which the tenant endpoint is gone. */
  readonly gone: Set<string>;
  warned: boolean;
}

const waysOut = {
  tenant:
    'Leave endpoint at "auto", and calls go on at the Flex endpoint; or set endpoint to "flex" to go there at once.',
  flex: 'Look for a newer version of atlas-tenant-snapshots.',
};

const key = Symbol.for('atlas-tenant-snapshots.sunset');

function memory(): Memory {
  // A registered symbol is the only way for two copies of this package to share.
  const shared = globalThis as { [key]?: Memory };
  shared[key] ??= { gone: new Set(), warned: false };
  return shared[key];
}

/** What is known of the end of the tenant endpoint at one base URL. */
export class Sunset {
  readonly #baseUrl: string;
  readonly #memory = memory();

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Whether the tenant endpoint was found to be gone. */
  get isKnown(): boolean {
    return this.#memory.gone.has(this.#baseUrl);
  }

  /**
   * Whether an answer of the tenant endpoint shows that it is gone, or that this cluster is a Flex one. What Atlas
   * answers at the end of an endpoint has not been seen: this takes all that it could look like. It remembers.
   *
   * @param resource - the path that was asked for, as Atlas knows it.
   */
  isShownBy(status: number, body: Body, resource: string): boolean {
    const error = readApiError(body.json);
    if (status === 400) return error?.errorCode === 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API';
    const isGone =
      status === 410 ||
      // A body that could not be read may have been Atlas's.
      ((status === 404 || status === 405) && error === undefined && !body.isPartial) ||
      (status === 404 &&
        error?.errorCode === 'RESOURCE_NOT_FOUND' &&
        error.told.some((part) => typeof part === 'string' && part.includes(resource)));
    if (!isGone) return false;
    this.#memory.gone.add(this.#baseUrl);
    this.#warn(
      'Atlas has retired the tenant (M2/M5) snapshot endpoint, as announced for January 2026: calls go on at the Flex endpoint. Set endpoint to "flex" to go there at once.',
    );
    return true;
  }

  /** Looks for the headers that announce the end of an endpoint. @see RFC 8594, RFC 9745 */
  notice(headers: HeaderFields, endpoint: EndpointName): void {
    if (headers['sunset'] === undefined && headers['deprecation'] === undefined) return;
    const sunset = parseHttpDate(headerValue(headers, 'sunset') ?? '');
    const deprecated = /^@(-?\d{1,12})$/.exec(headerValue(headers, 'deprecation') ?? '');
    const since = deprecated === null ? '' : ` since ${day(Number(deprecated[1]) * 1000)}`;
    const until = sunset === undefined ? '' : ` and ends on ${day(sunset)}`;
    this.#warn(`Atlas says that the ${endpoint} snapshot endpoint is deprecated${since}${until}. ${waysOut[endpoint]}`);
  }

  // A type of its own: --throw-deprecation makes a crash of a DeprecationWarning.
  #warn(message: string): void {
    if (this.#memory.warned) return;
    this.#memory.warned = true;
    process.emitWarning(message, 'AtlasSunsetWarning');
  }
}

/**
 * An error of Atlas's, by the two members that are required: one that is odd in another is still the caller's answer.
 * What it tells names the path where Atlas has no such route, and the id where it has no such snapshot.
 */
function readApiError(json: unknown): { errorCode: string; told: unknown[] } | undefined {
  if (!isObject(json) || typeof json['errorCode'] !== 'string' || !Number.isInteger(json['error'])) return undefined;
  const { errorCode, detail, parameters } = json;
  const values = [detail, parameters].flat();
  return { errorCode, told: values.flatMap((value) => (isObject(value) ? Object.values(value) : value)) };
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
