import { waitForTenantSnapshot } from './endpoints.js';
import { AtlasClosedError, AtlasSnapshotFailedError, AtlasTimeoutError } from './errors.js';
import type { Deadline, Deadlines } from './http/deadlines.js';
import { Pause } from './http/pause.js';
import type { TenantSnapshot } from './schemas.js';

/** What a wait does. */
export interface WaitPlan {
  /** Reads the snapshot. */
  readonly poll: (signal: AbortSignal) => Promise<TenantSnapshot>;
  readonly onPoll: ((snapshot: TenantSnapshot) => void) | undefined;
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
  readonly #deadlines: Deadlines;
  readonly #plan: WaitPlan;
  readonly #end = new AbortController();
  #interruptPause: (() => void) | undefined;
  #polls = 0;
  #lastStatus: string | undefined;

  constructor(deadlines: Deadlines, plan: WaitPlan) {
    this.#deadlines = deadlines;
    this.#plan = plan;
    this.expiresAt = performance.now() + plan.timeout;
  }

  async run(): Promise<TenantSnapshot> {
    const { signal } = this.#plan;
    if (signal?.aborted) this.handleEvent();
    signal?.addEventListener('abort', this);
    this.#deadlines.add(this);
    try {
      return await this.#pollUntilDone();
    } finally {
      this.#deadlines.remove(this);
      signal?.removeEventListener('abort', this);
    }
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    this.#abort(this.#plan.signal?.reason);
  }

  expire(): void {
    const seen =
      this.#lastStatus === undefined ? '' : `, it was ${this.#lastStatus} at the last of ${this.#polls} polls`;
    const message = `The snapshot was not complete within timeout (${this.#plan.timeout} ms)${seen}: wait again, or with a longer timeout`;
    this.#abort(new AtlasTimeoutError(message, { operation }));
  }

  #abort(reason: unknown): void {
    this.#end.abort(reason);
    this.#interruptPause?.();
  }

  async #pollUntilDone(): Promise<TenantSnapshot> {
    for (;;) {
      const nextPoll = performance.now() + this.#plan.pollInterval;
      const snapshot = await this.#plan.poll(this.#end.signal);
      this.#polls += 1;
      this.#lastStatus = snapshot.status;
      this.#plan.onPoll?.(snapshot);
      if (snapshot.status === 'COMPLETED') return snapshot;
      if (snapshot.status === 'FAILED') throw new AtlasSnapshotFailedError(snapshot, { operation });
      await this.#pause(nextPoll);
    }
  }

  #pause(endsAt: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const onPauseStopped = () => {
        reject(new AtlasClosedError(`The client was closed while ${operation} waited to poll again`, { operation }));
      };
      const pause = new Pause(this.#deadlines, endsAt, { onPauseOver: resolve, onPauseStopped });
      this.#interruptPause = () => {
        pause.cancel();
        reject(this.#end.signal.reason);
      };
      // By a callback of the caller's.
      if (this.#end.signal.aborted) this.#interruptPause();
    });
  }
}
