import { setMaxListeners } from 'node:events';
import type { z } from 'zod';
import { type AtlasResponse, AtlasTimeoutError, isAtlasError } from '../index.js';
import type { BackupClient } from './finding.js';

// Captured at import, so that it works under fake timers too.
const { setTimeout: setRealTimeout } = globalThis;
// ms. How long calls may take to time out by themselves.
const grace = 100;
// ms. No call is made in the last moments: it could not end in time.
const shortestCall = 20;
// ms. Atlas may ask for a wait of 0 s, again and again.
const shortestWait = 1_000;
const defaultWait = 10_000;

/** What Atlas sent, and when, in ms since 1970. */
export interface Answer<T> {
  readonly data: T;
  readonly sentAt: number;
}

/**
 * Makes the calls of a check, all within one timeout. A call ends with the check even if the client is a fake that ignores its
 * signal and its timeout.
 */
export class Calls {
  readonly #client: BackupClient;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();
  readonly #outOfTime: AtlasTimeoutError;

  /** @param timeout - ms. */
  constructor(client: BackupClient, timeout: number) {
    this.#client = client;
    this.#deadline = performance.now() + timeout;
    this.#outOfTime = new AtlasTimeoutError(`The check ran out of time after ${timeout} ms (timeout).`, {
      operation: 'checkBackups',
      limit: 'timeout',
      limitMs: timeout,
      advice: 'Raise timeout if the check needs longer.',
    });
    allowListeners(this.#ending.signal);
    // It keeps the process alive, even if the client does not.
    this.#timer = setTimeout(() => setRealTimeout(() => this.end(this.#outOfTime), grace), timeout);
  }

  /** Aborts the calls. */
  end(reason?: unknown): void {
    clearTimeout(this.#timer);
    this.#ending.abort(reason);
  }

  /** Reads every page of a list. */
  getAll<T>(path: string, apiVersion: string, schema: z.ZodType<T>): Promise<Answer<T[]>> {
    return this.#call((limits) => this.#client.getAll(path, { apiVersion, schema, ...limits }));
  }

  get<T>(path: string, apiVersion: string, schema: z.ZodType<T>, itemsPerPage?: number): Promise<Answer<T>> {
    return this.#call((limits) => this.#client.get(path, { apiVersion, schema, query: { itemsPerPage }, ...limits }));
  }

  /** Makes a call within the time that is left. Makes it again after a rate limit, if there is time. */
  async #call<T>(
    start: (limits: { signal: AbortSignal; timeout: number }) => PromiseLike<unknown>,
  ): Promise<Answer<T>> {
    const { signal } = this.#ending;
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const timeout = Math.floor(this.#timeLeft);
      if (timeout < shortestCall) throw this.#outOfTime;
      try {
        // The client has checked the data with the schema.
        return (await this.#untilEnd(readAnswer(start({ signal, timeout })))) as Answer<T>;
      } catch (error) {
        await this.#waitAfter(error);
      }
    }
  }

  get #timeLeft(): number {
    return this.#deadline - performance.now();
  }

  /** Waits after a rate limit, if there is time. Throws any other error. */
  async #waitAfter(error: unknown): Promise<void> {
    // A limit of Atlas, or of its token endpoint.
    if (!isAtlasError(error) || !('status' in error) || error.status !== 429) throw error;
    const delay = Math.max(error.retryAfterMs ?? defaultWait, shortestWait);
    if (delay + shortestCall > this.#timeLeft) throw error;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delay);
    });
    await this.#untilEnd(waited).finally(() => clearTimeout(timer));
  }

  /** Waits for a promise, but no longer than the check lasts. */
  #untilEnd<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#ending;
    return new Promise((resolve, reject) => {
      const onEnd = () => reject(signal.reason);
      signal.addEventListener('abort', onEnd);
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
    });
  }
}

/** A fake of the client may return a plain promise, or leave out parts of the response. */
async function readAnswer(promise: PromiseLike<unknown>): Promise<Answer<unknown>> {
  if (!hasResponse(promise)) return { data: await promise, sentAt: Date.now() };
  const { data, response } = await promise.withResponse();
  const sentAt = Date.parse(response?.headers?.['date'] ?? '');
  return { data, sentAt: Number.isNaN(sentAt) ? Date.now() : sentAt };
}

interface WithResponse {
  withResponse(): Promise<{ data: unknown; response?: Partial<AtlasResponse> }>;
}

function hasResponse(promise: PromiseLike<unknown>): promise is PromiseLike<unknown> & WithResponse {
  return 'withResponse' in promise;
}

/** Keeps Node from warning about listeners, however many checks or calls share a signal. Each removes its own. */
export function allowListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal of another realm, such as that of jsdom, about which Node does not warn.
  }
}
