import { listenToAbort } from './abort.js';
import type { CallPromise } from './call-promise.js';
import { waitForTenantSnapshot } from './endpoints.js';
import { AtlasClosedError, AtlasSnapshotFailedError, AtlasTimeoutError } from './errors.js';
import type { Deadline, Deadlines } from './http/deadlines.js';
import { Pause } from './http/pause.js';
import type { TenantSnapshot } from './schemas.js';

/** What a wait does. */
export interface WaitPlan {
  /** Reads the snapshot. */
  readonly poll: (signal: AbortSignal) => CallPromise<TenantSnapshot>;
  /** What it gives is waited for. */
  readonly onPoll: ((snapshot: TenantSnapshot) => unknown) | undefined;
  /** ms from the beginning of one poll to that of the next. */
  readonly pollInterval: number;
  /** ms for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

const operation = waitForTenantSnapshot.name;

/** Polls until the snapshot is complete. What ends it early aborts the poll or the pause that it is in. */
export class SnapshotWait implements Deadline {
  readonly expiresAt: number;
  slot = -1;
  readonly isAwaited = true;
  readonly #deadlines: Deadlines;
  readonly #plan: WaitPlan;
  readonly #end = new AbortController();
  #pause: Pause | undefined;
  /** The poll that is under way. */
  #poll: CallPromise<TenantSnapshot> | undefined;
  #reject: (reason: unknown) => void = () => {};
  #polls = 0;
  #lastStatus: string | undefined;

  constructor(deadlines: Deadlines, plan: WaitPlan) {
    this.#deadlines = deadlines;
    this.#plan = plan;
    this.expiresAt = performance.now() + plan.timeout;
  }

  run(): Promise<TenantSnapshot> {
    const { signal } = this.#plan;
    const done = new Promise<TenantSnapshot>((resolve, reject) => {
      this.#reject = reject;
      if (signal?.aborted) this.handleEvent();
      else this.#pollUntilDone().then(resolve, reject);
    });
    if (signal !== undefined) listenToAbort(signal, this);
    this.#deadlines.add(this);
    return done.finally(() => {
      this.#deadlines.remove(this);
      signal?.removeEventListener('abort', this);
    });
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    this.#abort(this.#plan.signal?.reason);
  }

  expire(): void {
    const seen =
      this.#lastStatus === undefined ? '' : `, it was ${this.#lastStatus} at the last of ${this.#polls} polls`;
    const cause = this.#poll?.lastError;
    const advice =
      cause === undefined ? 'wait again, or with a longer timeout' : 'the cause says why its last poll takes so long';
    const message = `The snapshot was not complete within timeout (${this.#plan.timeout} ms)${seen}: ${advice}`;
    this.#abort(new AtlasTimeoutError(message, { operation, cause }));
  }

  /** The client was closed: a poll that is on the wire is left to end. */
  stopWaiting(): void {
    if (this.#poll === undefined) this.#abort(closedError());
  }

  #abort(reason: unknown): void {
    this.#reject(reason);
    this.#end.abort(reason);
    this.#pause?.cancel();
  }

  async #pollUntilDone(): Promise<TenantSnapshot> {
    for (;;) {
      const nextPoll = performance.now() + this.#plan.pollInterval;
      this.#poll = this.#plan.poll(this.#end.signal);
      const snapshot = await this.#poll;
      this.#poll = undefined;
      this.#polls += 1;
      this.#lastStatus = snapshot.status;
      await this.#tell(snapshot);
      if (snapshot.status === 'COMPLETED') return snapshot;
      if (snapshot.status === 'FAILED') throw new AtlasSnapshotFailedError(snapshot, { operation });
      this.#end.signal.throwIfAborted();
      await this.#pauseUntil(nextPoll);
    }
  }

  async #tell(snapshot: TenantSnapshot): Promise<void> {
    const told = Promise.resolve(this.#plan.onPoll?.(snapshot));
    // close() waits for this wait, and onPoll may be waiting for close(): neither would end.
    if (this.#deadlines.isDraining) told.catch(() => undefined);
    else await told;
  }

  #pauseUntil(endsAt: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const onPauseStopped = () => reject(closedError());
      this.#pause = new Pause(this.#deadlines, endsAt, { onPauseOver: resolve, onPauseStopped });
    });
  }
}

function closedError(): AtlasClosedError {
  const message = `The client was closed while ${operation} waited to poll again: wait with a new client`;
  return new AtlasClosedError(message, { operation });
}
