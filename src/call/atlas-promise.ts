import type { EndpointName } from '../atlas/target.js';
import { joinHeaders } from '../http/headers.js';
import { errorOf, type Outcome, type Success } from './outcome.js';

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
export function toAtlasPromise<T>(outcome: Promise<Outcome<T>>): AtlasPromise<T> {
  // Not a closure: the stack of an error would keep it, and with it the whole response.
  const promise = outcome.then(dataOf<T>);
  const withResponse = async () => {
    // Awaited first, so that a rejection of either promise is handled.
    const data = await promise;
    // A failure would have thrown.
    return { data, response: describeResponse((await outcome) as Success<T>) };
  };
  return Object.assign(promise, { withResponse });
}

/** @throws the error of a failure. */
function dataOf<T>(outcome: Outcome<T>): T {
  if (outcome.problem !== undefined) throw errorOf(outcome);
  return outcome.data;
}

function describeResponse({ response, target, attempts }: Success<unknown>): AtlasResponse {
  const headers = joinHeaders(response.headers);
  const described: AtlasResponse = { status: response.status, headers, attempts };
  if (target.endpoint !== undefined) described.endpoint = target.endpoint;
  const limit = parseCount(headers['ratelimit-limit']);
  const remaining = parseCount(headers['ratelimit-remaining']);
  if (limit !== undefined) described.rateLimit = { limit };
  if (remaining !== undefined) described.rateLimit = { ...described.rateLimit, remaining };
  return described;
}

function parseCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
