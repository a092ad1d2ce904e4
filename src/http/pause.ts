import type { Deadline, Deadlines } from './deadlines.js';

/** Is told how a pause ended: exactly one of the two, once. Never after {@link Pause.cancel}. */
export interface PauseListener {
  onPauseOver(): void;
  /** The client was closed. */
  onPauseStopped(): void;
}

/** A wait before the next attempt or poll; none once the client is closed. */
export class Pause implements Deadline {
  readonly expiresAt: number;
  slot = -1;
  readonly isAwaited = true;
  readonly #deadlines: Deadlines;
  readonly #listener: PauseListener;

  /** @param endsAt - on the clock of `performance.now()`, in ms. */
  constructor(deadlines: Deadlines, endsAt: number, listener: PauseListener) {
    this.expiresAt = endsAt;
    this.#deadlines = deadlines;
    this.#listener = listener;
    if (deadlines.isDraining) listener.onPauseStopped();
    else deadlines.add(this);
  }

  expire(): void {
    this.#listener.onPauseOver();
  }

  stopWaiting(): void {
    this.cancel();
    this.#listener.onPauseStopped();
  }

  cancel(): void {
    this.#deadlines.remove(this);
  }
}
