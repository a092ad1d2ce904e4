import type { EndpointName } from './endpoints.js';
import type { AtlasError } from './errors.js';
import { type HeaderFields, plainHeaders } from './http/headers.js';

/** How Atlas answered a call. */
export interface AtlasResponse {
  /** The HTTP status; inside an envelope, the envelope's. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The endpoint that answered. */
  endpoint: EndpointName;
  /** Attempts that the call took, at both endpoints. */
  attempts: number;
  /** What the answer told of the rate limit: the size of the bucket, and what is left in it. */
  rateLimit?: { limit?: number | undefined; remaining?: number | undefined } | undefined;
}

/** The promise of a call's result. */
export interface AtlasPromise<T> extends Promise<T> {
  /** The result, and how Atlas answered. Rejects as the promise itself does. */
  withResponse(): Promise<{ data: T; response: AtlasResponse }>;
}

/** Where a promise finds how its call went. */
export interface ResponseSource {
  readonly status: number | undefined;
  readonly headers: HeaderFields;
  readonly endpoint: EndpointName;
  readonly attempts: number;
  /** The request target. */
  readonly path: string;
  /** Why it tried again. */
  readonly lastError: AtlasError | undefined;
}

/** A call under way. */
export interface RunningCall {
  /** How it went so far; absent while nothing was asked for. */
  readonly source: ResponseSource | undefined;
}

/** Begins a call that settles the promise. */
export type CallStart<T> = (resolve: (data: T) => void, reject: (reason: unknown) => void) => RunningCall;

/** An {@link AtlasPromise}: what it knows of the answer is put together only when it is asked for. */
export class CallPromise<T> extends Promise<T> implements AtlasPromise<T> {
  readonly #call: RunningCall | undefined;

  constructor(start: CallStart<T>) {
    let call: RunningCall | undefined;
    super((resolve, reject) => {
      call = start(resolve, reject);
    });
    this.#call = call;
  }

  /** Why the call tried again, while it goes on. */
  get lastError(): AtlasError | undefined {
    return this.#call?.source?.lastError;
  }

  async withResponse(): Promise<{ data: T; response: AtlasResponse }> {
    const data = await this;
    // What was fulfilled has been answered.
    return { data, response: toResponse(this.#call?.source as ResponseSource) };
  }

  static {
    // An await looks at `constructor`: for another than Promise it would wrap this promise in one more. It is also what
    // makes then() give a plain promise.
    Object.defineProperty(CallPromise.prototype, 'constructor', { value: Promise });
  }
}

function toResponse({ status, headers, endpoint, attempts }: ResponseSource): AtlasResponse {
  const response: AtlasResponse = { status: status ?? 0, headers: plainHeaders(headers), endpoint, attempts };
  const limit = count(response.headers['ratelimit-limit']);
  const remaining = count(response.headers['ratelimit-remaining']);
  if (limit !== undefined) response.rateLimit = { limit };
  if (remaining !== undefined) response.rateLimit = { ...response.rateLimit, remaining };
  return response;
}

function count(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
