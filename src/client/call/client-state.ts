import type { Authenticator } from '../auth/authenticator.js';
import type { ClientSettings } from '../config/client-options.js';
import { startTimer } from '../http/timer.js';
import { Transport } from '../http/transport.js';
import { createAuthenticator } from './create-authenticator.js';

/** A call that has not ended. */
interface RunningCall {
  /**
   * Ends the call because of `close()`.
   *
   * @param isTimeUp - whether to end it even during an attempt.
   */
  readonly close: (isTimeUp: boolean) => void;
  /** Its index in the list of running calls. */
  index: number;
}

/** What the calls of a client share, and which of them are running. */
export class ClientState {
  readonly settings: ClientSettings;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whether `close()` has been called. */
  isClosed = false;
  // Not a set: at 16 calls at a time, what it leaves to the garbage collector costs half as much as a call.
  readonly #running: RunningCall[] = [];
  #closing: Promise<void> | undefined;
  #onIdle = () => {};

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.transport = new Transport(settings);
    this.authenticator = createAuthenticator(settings, this.transport);
  }

  /** Adds a call that has started. Returns what {@link remove} takes. */
  add(close: RunningCall['close']): RunningCall {
    const call = { close, index: this.#running.length };
    this.#running.push(call);
    return call;
  }

  /** Removes a call that has ended. The last one of the list takes its place. */
  remove({ index }: RunningCall): void {
    const last = this.#running.pop();
    if (last !== undefined && last.index !== index) {
      last.index = index;
      this.#running[index] = last;
    }
    if (this.#running.length === 0) this.#onIdle();
  }

  /**
   * Waits for the calls in flight, and closes what they share.
   *
   * @param timeout - how long the calls may take, in ms. Default: as long as they need.
   */
  async close(timeout?: number): Promise<void> {
    const stopTimer = timeout === undefined ? undefined : startTimer(timeout, () => this.#endCalls(true));
    this.#closing ??= this.#closeOnce();
    await this.#closing.finally(stopTimer);
  }

  async #closeOnce(): Promise<void> {
    this.isClosed = true;
    this.#endCalls(false);
    if (this.#running.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.authenticator.close?.();
    await this.transport.close();
  }

  #endCalls(isTimeUp: boolean): void {
    for (const call of this.#running) call.close(isTimeUp);
  }
}
