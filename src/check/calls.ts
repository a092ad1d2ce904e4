import type * as z from 'zod';
import { isTemporary } from '../client/errors/call-errors.js';
import { allowListeners } from '../client/http/scope.js';
import {
  type AnyAtlasError,
  type AtlasResponse,
  AtlasTimeoutError,
  type GetOptions,
  isAtlasError,
} from '../client/index.js';
import type { BackupClient } from './finding.js';
import type { Tasks } from './tasks.js';

// All in ms.
const firstDelay = 1_000;
const longestDelay = 10_000;
// How long a check waits for the end of an outage. Long enough for a gateway of Atlas to restart.
const longestOutage = 120_000;
// After the deadline, calls may still end with their own timeouts for this long, which say more. Then they are aborted.
const grace = 100;
// The longest that Node's timers can wait.
const longestTimer = 0x7fff_ffff;

/** What Atlas sent, and when, in ms since 1970. */
export interface Answer<T> {
  readonly data: T;
  readonly sentAt: number;
}

/** A fake of the client may return a plain promise, or leave out parts of the response. */
type StartedCall<T> = PromiseLike<T> & {
  withResponse?(): Promise<{ data: T; response?: Partial<AtlasResponse> }>;
};

/** Makes the calls of a check, all within one timeout. Only the check repeats them: the client makes one attempt per call. */
export class Calls {
  readonly #client: BackupClient;
  readonly #tasks: Tasks;
  readonly #deadline: number;
  readonly #outOfTime: AtlasTimeoutError;
  readonly #ending = new AbortController();
  /** Aborts the calls when the time is over. */
  readonly deadlineTimer: NodeJS.Timeout;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The rate limits of projects, by their IDs, each with its latest error. The list of projects has the key `undefined`. */
  readonly #limits = new Map<string | undefined, { readonly error: AnyAtlasError; readonly end: Promise<void> }>();
  /** The `performance.now()` until which calls are repeated after an outage. Undefined until the check meets one. */
  #outageEnd: number | undefined;
  /** Whether all states are known. Calls then only bring evidence, and are not repeated. */
  areStatesKnown = false;
  /** The clock of this machine minus that of Atlas, in ms. Undefined until a response has a `Date`. */
  clockOffset: number | undefined;

  /** @param timeout - ms. */
  constructor(client: BackupClient, tasks: Tasks, timeout: number) {
    this.#client = client;
    this.#tasks = tasks;
    this.#deadline = performance.now() + timeout;
    this.#outOfTime = new AtlasTimeoutError(`The check ran out of time after ${timeout} ms (timeout).`, {
      operation: 'checkBackups',
      limit: 'timeout',
      limitMs: timeout,
      advice: 'Raise timeout if the check needs longer. What its caller does between two findings counts too.',
    });
    allowListeners(this.#ending.signal);
    const abort = () => this.end(this.#outOfTime);
    this.deadlineTimer = setTimeout(abort, Math.min(timeout + grace, longestTimer)).unref();
  }

  /** Aborts the calls, and those that wait are not made. */
  end(reason?: unknown): void {
    clearTimeout(this.deadlineTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#ending.abort(reason);
    this.#tasks.wake();
  }

  /** Reads every page of a list. `schema` checks one item. */
  getAll(path: string, apiVersion: string, schema: z.ZodType): Promise<Answer<readonly unknown[]>> {
    return this.#call(path, (limits) => this.#client.getAll(path, { apiVersion, schema, ...limits }));
  }

  /** Reads anything else. */
  get(path: string, apiVersion: string, schema: z.ZodType, query?: GetOptions['query']): Promise<Answer<unknown>> {
    return this.#call(path, (limits) => this.#client.get(path, { apiVersion, schema, query, ...limits }));
  }

  /** Makes a call, and repeats it after rate limits and outages. */
  async #call<T>(path: string, start: (limits: GetOptions) => StartedCall<T>): Promise<Answer<T>> {
    const project = /groups\/(\w+)/.exec(path)?.[1];
    // What the call waits for, which is its error if the time is over: first of all, its turn.
    let failure: AnyAtlasError = this.#outOfTime;
    for (let outages = 0; ; ) {
      const limit = this.#limits.get(project);
      if (limit !== undefined) {
        failure = limit.error;
        await this.#tasks.pause(limit.end);
        // Another call of the project may have met the limit again by now.
        continue;
      }
      const { signal } = this.#ending;
      const timeout = Math.floor(this.#deadline - performance.now());
      if (timeout < 1 || signal.aborted) throw failure;
      try {
        return await this.#read(start({ signal, timeout, maxRetries: 0 }));
      } catch (error) {
        if (this.areStatesKnown || !isAtlasError(error)) throw error;
        failure = error;
      }
      if (isRateLimit(failure)) this.#limit(project, failure);
      else {
        await this.#waitOut(failure, outages);
        outages += 1;
      }
    }
  }

  async #read<T>(call: StartedCall<T>): Promise<Answer<T>> {
    const { data, response = undefined } = (await call.withResponse?.()) ?? { data: await call };
    const now = Date.now();
    const sentAt = timeSent(response?.headers);
    if (sentAt === undefined) return { data, sentAt: now };
    this.clockOffset ??= now - sentAt;
    return { data, sentAt };
  }

  /**
   * Makes the calls of a project wait for as long as Atlas says.
   *
   * @throws the error if there is not enough time.
   */
  #limit(project: string | undefined, error: AnyAtlasError): void {
    const delay = delayOf(error, longestDelay);
    if (performance.now() + delay >= this.#deadline) throw error;
    const limit = { error, end: this.#wait(delay) };
    this.#limits.set(project, limit);
    limit.end.then(() => {
      // Another call may have met the limit later, and wait for longer.
      if (this.#limits.get(project) === limit) this.#limits.delete(project);
    });
  }

  /**
   * Waits for the end of an outage.
   *
   * @param before - how many outages the call has met before.
   * @throws the error if it is none, or if the call is not repeated.
   */
  async #waitOut(error: AnyAtlasError, before: number): Promise<void> {
    if (!isOutage(error)) throw error;
    const now = performance.now();
    // Counts from the first outage of the check: if each call waited anew, a part of Atlas that is down would take all the time.
    this.#outageEnd ??= now + longestOutage;
    const end = Math.min(this.#outageEnd, this.#deadline);
    const delay = delayOf(error, Math.min(firstDelay * 2 ** before, longestDelay));
    if (now + delay >= end) throw error;
    await this.#tasks.pause(this.#wait(delay));
    // Others may have gone first for longer.
    if (performance.now() >= end) throw error;
  }

  /** Waits for a time in ms, without keeping the process alive. Waits forever if the check ends. */
  #wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, delay);
      this.#timers.add(timer.unref());
    });
  }
}

/** When Atlas sent a response, by its own clock, in ms since 1970. The response may have been in a cache since. */
function timeSent({ date = '', age = '' }: AtlasResponse['headers'] = {}): number | undefined {
  // Without GMT, it would be read in the time zone of this machine.
  const sentAt = date.endsWith('GMT') ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(sentAt)) return undefined;
  return sentAt + Number(/^\d+/.exec(age)?.[0] ?? 0) * 1000;
}

/** How long to wait, in ms: as Atlas says, or else `usual`. Atlas may ask for a wait of 0 s, again and again. */
function delayOf(error: AnyAtlasError, usual: number): number {
  const { retryAfterMs = usual } = 'retryAfterMs' in error ? error : {};
  return Math.max(retryAfterMs, firstDelay);
}

/** Whether Atlas limits the rate of calls. A token request may meet a limit too. */
function isRateLimit(error: AnyAtlasError): boolean {
  return 'status' in error && error.status === 429;
}

/** Whether Atlas fails or is out of reach, and may be back soon. A host that does not exist is more likely misspelled. */
function isOutage(error: AnyAtlasError): boolean {
  return isTemporary(error) && Object(error.cause).code !== 'ENOTFOUND';
}

/** Returns the error if a finding can report it. Throws any other, such as that of a closed client: it ends the check. */
export function reportable(error: unknown): AnyAtlasError {
  if (isAtlasError(error) && error.code !== 'CLOSED') return error;
  throw error;
}
