import { setMaxListeners } from 'node:events';
import { isOutageStatus, isRateLimitStatus } from '../client/http/retry.js';
import {
  type AnyAtlasError,
  type AtlasResponse,
  AtlasTimeoutError,
  type GetOptions,
  isAtlasError,
} from '../client/index.js';
import type { BackupClient } from './finding.js';
import type { Jobs } from './jobs.js';

// Captured at import, so that it works under fake timers too.
const { setTimeout: setRealTimeout } = globalThis;
// ms. After the deadline, calls may still end with their own timeouts for this long. Then they are aborted.
const grace = 100;
// ms. No call is made in the last moments: it could not end in time.
const shortestCall = 20;
// ms. Atlas may ask for a wait of 0 s, again and again.
const shortestWait = 1_000;
const defaultWait = 10_000;
// ms. How long a check waits for the end of an outage. Long enough for a gateway of Atlas to restart.
const longestOutage = 120_000;

/** What Atlas sent, and when, in ms since 1970. */
export interface Answer<T> {
  readonly data: T;
  readonly sentAt: number;
}

/** A fake of the client may return a plain promise, or leave out parts of the response. */
type StartedCall<T> = PromiseLike<T> & {
  withResponse?(): Promise<{ data: T; response?: Partial<AtlasResponse> }>;
};

/**
 * Makes the calls of a check, all within one timeout. A call ends with the check even if the client is a fake that ignores its
 * signal and its timeout.
 */
export class Calls {
  readonly #client: BackupClient;
  readonly #jobs: Jobs;
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #ending = new AbortController();
  readonly #outOfTime: AtlasTimeoutError;
  /** The `performance.now()` until which outages are waited out. Infinity until the first outage or timeout. */
  #repeatUntil = Number.POSITIVE_INFINITY;
  /** The waits for the rate limits of projects, by project ID. The key `undefined` is the list of projects. */
  readonly #rateLimits = new Map<string | undefined, Promise<void>>();
  /** Whether all states are known. Calls then only bring evidence, and the check does not repeat them. */
  areStatesKnown = false;
  /** The clock of this machine minus that of Atlas, in ms. Undefined until a response has a `Date`. */
  clockOffset: number | undefined;

  /** @param timeout - ms. */
  constructor(client: BackupClient, jobs: Jobs, timeout: number) {
    this.#client = client;
    this.#jobs = jobs;
    this.#deadline = performance.now() + timeout;
    this.#outOfTime = new AtlasTimeoutError(`The check ran out of time after ${timeout} ms (timeout).`, {
      operation: 'checkBackups',
      limit: 'timeout',
      limitMs: timeout,
      advice: 'Raise timeout if the check needs longer. What its caller does between two findings counts too.',
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
  getAll(path: string, options: GetOptions): Promise<Answer<readonly unknown[]>> {
    return this.#callAgain(path, (limits) => this.#client.getAll(path, { ...options, ...limits }));
  }

  /** Reads anything else. */
  get(path: string, options: GetOptions): Promise<Answer<unknown>> {
    return this.#callAgain(path, (limits) => this.#client.get(path, { ...options, ...limits }));
  }

  /** Makes a call, and makes it again while its error is temporary and there is time. */
  async #callAgain<T>(path: string, start: (limits: GetOptions) => StartedCall<T>): Promise<Answer<T>> {
    const project = /groups\/(\w+)/.exec(path)?.[1];
    let failure: unknown = this.#outOfTime;
    for (;;) {
      const rateLimit = this.#rateLimits.get(project);
      if (rateLimit !== undefined) {
        await this.#jobs.pause(rateLimit);
        // Another call of the project may have met the limit again by now.
        continue;
      }
      try {
        return await this.#call(start, failure);
      } catch (error) {
        failure = error;
        await this.#jobs.pause(this.#waitAfter(error, project));
      }
    }
  }

  /** Makes a call within the time that is left. Throws `failure` if that is too little. */
  #call<T>(start: (limits: GetOptions) => StartedCall<T>, failure: unknown): Promise<Answer<T>> {
    const { signal } = this.#ending;
    if (signal.aborted) throw signal.reason;
    const now = performance.now();
    const timeout = Math.floor(this.#deadline - now);
    if (timeout < shortestCall) throw failure;
    const call = start({
      signal,
      timeout,
      // Leaves a wait that Atlas names to `Jobs.pause()`, which frees the place meanwhile.
      ...(!this.areStatesKnown && { maxRetryAfter: 0 }),
      // Then one attempt per call: a part of Atlas that hangs must not take all the time.
      ...(now > this.#repeatUntil && { maxRetries: 0 }),
    });
    return this.#untilEnd(this.#read(call));
  }

  async #read<T>(call: StartedCall<T>): Promise<Answer<T>> {
    const { data, response = undefined } = (await call.withResponse?.()) ?? { data: await call };
    const now = Date.now();
    const sentAt = timeOf(response?.headers);
    if (sentAt === undefined) return { data, sentAt: now };
    this.clockOffset ??= now - sentAt;
    return { data, sentAt };
  }

  /**
   * Starts the wait before a call is made again.
   *
   * @throws the error of the call if it is not made again.
   */
  #waitAfter(error: unknown, project: string | undefined): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) throw signal.reason;
    if (!isAtlasError(error)) throw error;
    const isLimited = isRateLimitStatus(statusOf(error));
    const isDown = isOutage(error);
    const now = performance.now();
    // Counts from the first outage of the check: if each call waited anew, a part of Atlas that is down would take all the time.
    if (isDown || error.code === 'TIMEOUT') this.#repeatUntil = Math.min(this.#repeatUntil, now + longestOutage);
    if (this.areStatesKnown || !(isLimited || isDown)) throw error;
    const { retryAfterMs = defaultWait } = 'retryAfterMs' in error ? error : {};
    const delay = Math.max(retryAfterMs, shortestWait);
    const lastCall = this.#deadline - shortestCall;
    if (now + delay > (isDown ? Math.min(lastCall, this.#repeatUntil) : lastCall)) throw error;
    const wait: Promise<void> = this.#wait(delay).finally(() => {
      // Another call may have started a later wait.
      if (this.#rateLimits.get(project) === wait) this.#rateLimits.delete(project);
    });
    if (isLimited) this.#rateLimits.set(project, wait);
    return wait;
  }

  /** Waits for a time in ms. */
  #wait(delay: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delay);
    });
    return this.#untilEnd(waited).finally(() => clearTimeout(timer));
  }

  /** Waits for a promise, but no longer than the check lasts. */
  #untilEnd<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#ending;
    return new Promise((resolve, reject) => {
      const onEnd = () => reject(signal.reason);
      signal.addEventListener('abort', onEnd);
      const removeListener = () => signal.removeEventListener('abort', onEnd);
      promise.then(removeListener, removeListener);
      promise.then(resolve, reject);
    });
  }
}

/** When Atlas sent a response, by its own clock, in ms since 1970. The response may have been in a cache since. */
function timeOf({ date = '', age = '' }: AtlasResponse['headers'] = {}): number | undefined {
  // Without GMT, it would be read in the time zone of this machine.
  const sentAt = date.endsWith('GMT') ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(sentAt)) return undefined;
  return sentAt + Number(/^\d+/.exec(age)?.[0] ?? 0) * 1000;
}

function statusOf(error: AnyAtlasError): number {
  return ('status' in error && error.status) || 0;
}

/** Whether Atlas fails or is out of reach, and may be back soon. A host that does not exist is more likely misspelled. */
function isOutage(error: AnyAtlasError): boolean {
  if (error.code !== 'CONNECTION') return isOutageStatus(statusOf(error));
  const { kind = 'other', cause } = error;
  return kind === 'other' && Object(cause).code !== 'ENOTFOUND';
}

/** Returns the error if a finding can report it. Throws any other, such as that of a closed client: it ends the check. */
export function reportable(error: unknown): AnyAtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}

/** Keeps Node from warning about listeners, however many checks or calls share a signal. Each removes its own. */
export function allowListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal of another realm, such as that of jsdom, about which Node does not warn.
  }
}
