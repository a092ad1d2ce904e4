/** Something that must have ended by a point in time. */
export interface Deadline {
  /** When, on the clock of `performance.now()`, in ms. A change to an earlier time is seen when it is added again. */
  readonly expiresAt: number;
  /** Its index in the array of {@link Deadlines}, which alone writes it; -1 while it is not in there. */
  slot: number;
  /** Whether somebody waits for it: it keeps the process alive, and a close waits for it. */
  readonly isAwaited: boolean;
  /** Called once, after that time, unless it was removed before. */
  expire(): void;
  /** Called when the client is closed: what only waits ends. */
  stopWaiting?(): void;
}

/**
 * All that is under way: many deadlines, one timer. A call adds and removes two, so that must cost next to nothing:
 * the timer is armed for the earliest, and the others are looked at only when it fires. An array, as the tables that a
 * busy Set leaves behind keep dead calls alive over many scavenges: that was 15 % of a call.
 */
export class Deadlines {
  readonly #pending: Deadline[] = [];
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;
  #onIdle: (() => void) | undefined;
  #draining = false;
  #awaited = 0;

  add(deadline: Deadline): void {
    // A dispatcher that retries begins an exchange again.
    if (deadline.slot < 0) {
      deadline.slot = this.#pending.push(deadline) - 1;
      if (deadline.isAwaited) this.#awaited += 1;
    }
    if (deadline.expiresAt < this.#firesAt) this.#arm(deadline.expiresAt);
    else if (this.#awaited === 1) this.#timer?.ref();
  }

  remove(deadline: Deadline): void {
    const { slot } = deadline;
    const last = this.#pending[this.#pending.length - 1];
    if (slot < 0 || last === undefined) return;
    // The last one takes the place that is free.
    this.#pending[slot] = last;
    last.slot = slot;
    this.#pending.pop();
    deadline.slot = -1;
    if (deadline.isAwaited) this.#awaited -= 1;
    if (this.#awaited > 0) return;
    // An idle client keeps no process alive.
    this.#timer?.unref();
    this.#onIdle?.();
  }

  /** Whether the client was closed. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Ends what only waits, and is fulfilled when nobody waits for anything any more. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const deadline of [...this.#pending]) deadline.stopWaiting?.();
    if (this.#awaited > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    // What nobody waits for still ends in time, over a dispatcher that stays open.
    if (this.#pending.length === 0) clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    // One more, as a timer may fire up to 1 ms early. setTimeout takes 31 bits: a longer wait is looked at again then.
    this.#timer = setTimeout(this.#fire, Math.min(Math.max(at - performance.now(), 0) + 1, 0x7fff_ffff));
    if (this.#awaited === 0) this.#timer.unref();
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    // A copy: what ends may remove others, and begin new ones.
    for (const deadline of this.#pending.filter(({ expiresAt }) => expiresAt <= now)) {
      if (deadline.slot < 0) continue;
      this.remove(deadline);
      deadline.expire();
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#pending) earliest = Math.min(earliest, expiresAt);
    if (earliest < this.#firesAt) this.#arm(earliest);
  };
}
