import type { EndpointName } from '../atlas/endpoints.js';
import type { Route } from '../atlas/route.js';
import type { Authenticator, Login } from '../auth/authenticator.js';
import { Mask } from '../errors/mask.js';
import { type HeaderFields, joinHeaders } from '../http/headers.js';

/** How Atlas responded to a call. */
export interface AtlasResponse {
  /** The HTTP status, or the status in the envelope. */
  status: number;
  /** The response headers, with lowercase names. */
  headers: Record<string, string>;
  /** The endpoint that responded. Absent for `get()`. */
  endpoint?: EndpointName | undefined;
  /** Attempts made, at both endpoints. */
  attempts: number;
  /** The rate limit, if the response names it: the size of the bucket, and the requests left in it. */
  rateLimit?: { limit?: number | undefined; remaining?: number | undefined } | undefined;
}

/** The promise of a call's result. */
export interface AtlasPromise<T> extends Promise<T> {
  /** Resolves to the result and the response. Rejects like the promise itself. */
  withResponse(): Promise<{ data: T; response: AtlasResponse }>;
}

/** The state of a call, for errors, traces and `withResponse()`. */
export class CallProgress {
  readonly operation: string;
  /** The endpoint of the latest request, or of the response that the call ended with. */
  endpoint: EndpointName | undefined;
  /** The request target of the latest request. */
  path = '';
  /** Its path as Atlas knows it: without the prefix of `baseUrl` and without a query. */
  resource = '';
  attempts = 0;
  /** Requests sent again because their connection died. */
  resends = 0;
  /** The login of the latest request. */
  login: Login | undefined;
  /** The error of the latest failed attempt. */
  lastError: Error | undefined;
  /** The status of the snapshot at the latest poll of a wait. */
  snapshotStatus: string | undefined;
  /** The response that the call ended with. */
  response: { readonly status: number; readonly headers: HeaderFields } | undefined;

  readonly #authenticator: Authenticator | undefined;

  constructor(operation: string, route?: Route, authenticator?: Authenticator) {
    this.operation = operation;
    this.#authenticator = authenticator;
    if (route !== undefined) this.follow(route);
  }

  /** Returns a mask for the secrets of the call. */
  createMask(): Mask {
    return new Mask([...(this.#authenticator?.secrets() ?? []), ...(this.login?.secrets() ?? [])]);
  }

  /** Notes which request the call makes, or which response it ended with. */
  follow({ endpoint, path, resource }: Route): void {
    this.endpoint = endpoint;
    this.path = path;
    this.resource = resource;
  }
}

/** Adds `withResponse` to the promise of a call. */
export function toAtlasPromise<T>(promise: Promise<T>, progress: CallProgress): AtlasPromise<T> {
  const withResponse = async () => {
    const data = await promise;
    return { data, response: describeResponse(progress) };
  };
  return Object.assign(promise, { withResponse });
}

function describeResponse({ response, endpoint, attempts }: CallProgress): AtlasResponse {
  const headers = joinHeaders(response?.headers ?? {});
  const described: AtlasResponse = { status: response?.status ?? 0, headers, attempts };
  if (endpoint !== undefined) described.endpoint = endpoint;
  const limit = parseCount(headers['ratelimit-limit']);
  const remaining = parseCount(headers['ratelimit-remaining']);
  if (limit !== undefined) described.rateLimit = { limit };
  if (remaining !== undefined) described.rateLimit = { ...described.rateLimit, remaining };
  return described;
}

function parseCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
