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
import type { Gate } from './gate.js';

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

/** What a call waits for outside the gate, and how long it may. */
interface Wait {
  readonly end: Promise<void>;
  /** The `performance.now()` from which on the call makes no other attempt. */
  readonly until: number;
  /** The error of the call then. */
  readonly error: AnyAtlasError;
}

/** A fake of the client may return a plain promise, or leave out parts of the response. */
type StartedCall<T> = PromiseLike<T> & {
  withResponse?(): Promise<{ data: T; response?: Partial<AtlasResponse> }>;
};

/** Makes the calls of a check, all within one timeout. Only the check repeats them: the client makes one attempt per call. */
export class Calls {
  readonly #client: BackupClient;
  readonly #gate: Gate;
  readonly #deadline: number;
  /** A call begins without a wait outside the gate. If the time is over before its turn, that is its error. */
  readonly #firstTurn: Wait;
  readonly #ending = new AbortController();
  /** Aborts the calls when the time is over. */
  readonly deadlineTimer: NodeJS.Timeout;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The rate limits of projects, by their IDs, each with its latest error. The list of projects has the key `undefined`. */
  readonly #limits = new Map<string | undefined, Wait>();
  /** The `performance.now()` until which calls are repeated after an outage. Undefined until the check meets one. */
  #outageEnd: number | undefined;
  /** Whether all states are known. Calls then only bring evidence, and are not repeated. */
  areStatesKnown = false;
  /** The clock of this machine minus that of Atlas, in ms. Undefined until a response has a `Date`. */
  clockOffset: number | undefined;

  /** @param timeout - ms. */
  constructor(client: BackupClient, gate: Gate, timeout: number) {
    this.#client = client;
    this.#gate = gate;
    const outOfTime = new AtlasTimeoutError(`The check ran out of time after ${timeout} ms (timeout).`, {
      operation: 'checkBackups',
      limit: 'timeout',
      limitMs: timeout,
      advice: 'Raise timeout if the check needs longer. What its caller does between two findings counts too.',
    });
    this.#deadline = performance.now() + timeout;
    this.#firstTurn = { end: Promise.resolve(), until: this.#deadline, error: outOfTime };
    allowListeners(this.#ending.signal);
    const abort = () => this.end(outOfTime);
    this.deadlineTimer = setTimeout(abort, Math.min(timeout + grace, longestTimer)).unref();
  }

  /** Aborts the calls, and those that wait are not made. */
  end(reason?: unknown): void {
    clearTimeout(this.deadlineTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#ending.abort(reason);
    this.#gate.wake();
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
    let wait = this.#firstTurn;
    for (let outages = 0; ; ) {
      wait = await this.#enter(project, wait);
      try {
        return await this.#attempt(start, wait);
      } catch (error) {
        if (this.areStatesKnown || !isAtlasError(error)) throw error;
        if (isRateLimit(error)) {
          wait = this.#limit(project, error);
        } else {
          wait = this.#waitOut(error, outages);
          outages += 1;
        }
      } finally {
        this.#gate.leave();
      }
    }
  }

  /**
   * Waits outside the gate, then for a place. A call that has waited outside goes last, even if it made no attempt: no number of
   * limited projects hides another one.
   *
   * @returns what the call has waited for last.
   */
  async #enter(project: string | undefined, first: Wait): Promise<Wait> {
    let wait = first;
    for (;;) {
      await wait.end;
      await this.#gate.enter({ isRepeated: wait !== this.#firstTurn });
      const limit = this.#limits.get(project);
      if (limit === undefined) return wait;
      // Another call of the project has met a limit meanwhile.
      this.#gate.leave();
      wait = limit;
    }
  }

  /** @throws the error of what the call has waited for if the time is over. */
  async #attempt<T>(start: (limits: GetOptions) => StartedCall<T>, { until, error }: Wait): Promise<Answer<T>> {
    const { signal } = this.#ending;
    const now = performance.now();
    if (until - now < 1 || signal.aborted) throw error;
    return this.#read(start({ signal, timeout: Math.floor(this.#deadline - now), maxRetries: 0 }));
  }

  async #read<T>(call: StartedCall<T>): Promise<Answer<T>> {
    const { data, response = undefined } = (await call.withResponse?.()) ?? { data: await call };
    const now = Date.now();
    const sentAt = timeSent(response?.headers);
    if (sentAt === undefined) return { data, sentAt: now };
    this.clockOffset ??= now - sentAt;
    return { data, sentAt };
  }

  /** Makes all calls of a project wait for as long as Atlas says. */
  #limit(project: string | undefined, error: AnyAtlasError): Wait {
    const limit = this.#waitAfter(error, longestDelay, this.#deadline);
    this.#limits.set(project, limit);
    limit.end.then(() => {
      // Another call may have met the limit later, and wait for longer.
      if (this.#limits.get(project) === limit) this.#limits.delete(project);
    });
    return limit;
  }

  /**
   * Makes a call wait for the end of an outage.
   *
   * @param before - how many outages the call has met before.
   * @throws the error if it is none.
   */
  #waitOut(error: AnyAtlasError, before: number): Wait {
    if (!isOutage(error)) throw error;
    // Counts from the first outage of the check: if each call waited anew, a part of Atlas that is down would take all the time.
    this.#outageEnd ??= Math.min(performance.now() + longestOutage, this.#deadline);
    return this.#waitAfter(error, Math.min(firstDelay * 2 ** before, longestDelay), this.#outageEnd);
  }

  /** @throws the error if there is not enough time. */
  #waitAfter(error: AnyAtlasError, usualDelay: number, until: number): Wait {
    const delay = delayOf(error, usualDelay);
    if (performance.now() + delay >= until) throw error;
    return { end: this.#wait(delay), until, error };
  }

  /** Waits for a time in ms, without keeping the process alive. Waits forever if the check ends. */
  #wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ending.signal.aborted) return;
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
