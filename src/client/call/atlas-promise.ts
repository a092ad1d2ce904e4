import { isAtlasError } from '../errors/errors.js';
import type { Answer } from './call.js';

/** How Atlas responded to a call. */
export interface AtlasResponse {
  /** The HTTP status, or the status in the envelope. */
  status: number;
  /** The response headers, with lowercase names. */
  headers: Record<string, string>;
  /** The endpoint that responded. Absent for `get()` and `getAll()`. */
  endpoint?: 'tenant' | 'flex' | undefined;
  /** Attempts made, at both endpoints. */
  attempts: number;
}

/** The promise of a call's result. */
export interface AtlasPromise<T> extends Promise<T> {
  /**
   * Resolves to the result and the response. Rejects like the promise itself.
   *
   * @example
   * ```ts
   * const { data, response } = await client.listTenantSnapshots(groupId, 'Cluster0').withResponse();
   * console.log(data.length, response.attempts);
   * ```
   */
  withResponse(): Promise<{ data: T; response: AtlasResponse }>;
}

/** The promise of a call's data and response. */
export function toAtlasPromise<T>(result: Promise<Answer<T>>): AtlasPromise<T> {
  // Not closures: an error keeps the functions on its stack alive, and a closure would keep the response alive with them.
  const promise = result.then(dataOf<T>, throwError);
  const withResponse = async () => {
    // Awaited first, so that a rejection of either promise is handled.
    const data = await promise;
    return { data, response: responseOf(await result) };
  };
  return Object.assign(promise, { withResponse });
}

function dataOf<T>({ data }: Answer<T>): T {
  return data;
}

/** Throws the reason. Gives an AtlasError a new stack, which shows who awaits the call. */
function throwError(reason: unknown): never {
  // The stack of an invalid argument starts at the caller already.
  if (isAtlasError(reason) && reason.code !== 'INVALID_ARGUMENT') Error.captureStackTrace(reason);
  throw reason;
}

function responseOf({ status, headers, target, attempts }: Answer<unknown>): AtlasResponse {
  const response = { status, headers: { ...headers }, attempts };
  return target.endpoint === undefined ? response : { ...response, endpoint: target.endpoint };
}
