/** What `close()` needs to know about the calls of a client. */
export class Lifetime {
  #isClosed = false;
  #inFlight = 0;
  readonly #closeListeners = new Set<() => void>();
  #onIdle = () => {};

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Notes that a call is in flight. */
  enter(): void {
    this.#inFlight += 1;
  }

  /** Notes that a call is no longer in flight. */
  leave(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#onIdle();
  }

  /** Calls a listener when the client is closed. Returns a function that removes it. */
  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  /** Resolves when no call is in flight. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const listener of [...this.#closeListeners]) listener();
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }
}
