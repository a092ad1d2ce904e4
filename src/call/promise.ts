import type { EndpointName } from '../atlas/endpoints.js';
import { joinHeaders } from '../http/headers.js';
import { Failure, type Outcome, type Success } from './failure.js';

/** How Atlas responded to a call. */
export interface AtlasResponse {
  /** The HTTP status, or the status in the envelope. */
  status: number;
  /** The response headers, with lowercase names. */
  headers: Record<string, string>;
  /** The endpoint that responded. Absent for `get()` and `getAll()`. */
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

/** The promise of a call, from its outcome. */
export function toAtlasPromise<T>(outcome: Promise<Outcome<T>>, call: { readonly attempts: number }): AtlasPromise<T> {
  const promise = outcome.then((ended) => successOf(ended).data);
  const withResponse = async () => {
    // Awaited first, so that a rejection of either promise is handled.
    const data = await promise;
    return { data, response: describeResponse(successOf(await outcome), call.attempts) };
  };
  return Object.assign(promise, { withResponse });
}

/** @throws the error of a failure. */
function successOf<T>(outcome: Outcome<T>): Success<T> {
  if (outcome instanceof Failure) throw outcome.error;
  return outcome;
}

function describeResponse({ response, route }: Success<unknown>, attempts: number): AtlasResponse {
  const headers = joinHeaders(response.headers);
  const described: AtlasResponse = { status: response.status, headers, attempts };
  if (route.endpoint !== undefined) described.endpoint = route.endpoint;
  const limit = parseCount(headers['ratelimit-limit']);
  const remaining = parseCount(headers['ratelimit-remaining']);
  if (limit !== undefined) described.rateLimit = { limit };
  if (remaining !== undefined) described.rateLimit = { ...described.rateLimit, remaining };
  return described;
}

function parseCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
