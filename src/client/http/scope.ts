import { setMaxListeners } from 'node:events';

/** What a call is doing, as its errors say it. */
export type Phase =
  | 'logging in'
  | 'waiting for a connection'
  | 'waiting for the response'
  | 'waiting for the schema'
  | 'waiting to retry';

/**
 * What may end a call early. A call waits for one thing at a time: a response, a login, a schema or a timer. Ending the scope
 * interrupts the wait in progress, and every later one.
 */
export class Scope {
  /** What the latest wait is for. Only {@link begin} sets it. */
  phase: Phase = 'logging in';
  #interrupt: (reason: unknown) => void = () => {};
  #ended: { readonly reason: unknown } | undefined;

  /** Ends the scope. Only the first reason counts. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#interrupt(this.#ended.reason);
  }

  /** @throws the reason if the scope has ended. */
  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended.reason;
  }

  /**
   * Begins a wait, in place of the one before.
   *
   * @param phase - what the wait is for.
   * @param interrupt - ends the wait. Called when the scope ends, or at once if it has ended. Does nothing if the wait is over.
   */
  begin(phase: Phase, interrupt: (reason: unknown) => void): void {
    this.phase = phase;
    this.#interrupt = interrupt;
    if (this.#ended !== undefined) interrupt(this.#ended.reason);
  }

  /** Waits for a value, unless the scope ends first. */
  waitFor<T>(phase: Phase, value: T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      Promise.resolve(value).then(resolve, reject);
      this.begin(phase, reject);
    });
  }

  /** Waits for some ms, unless the scope ends first. */
  async sleep(phase: Phase, delay: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delay);
    });
    await this.waitFor(phase, elapsed).finally(() => clearTimeout(timer));
  }
}

/** Ends a scope, or what ends like one, when a signal aborts. Returns a function that stops listening. */
export function endOnAbort(scope: Pick<Scope, 'end'>, signal: AbortSignal): () => void {
  allowListeners(signal);
  const onAbort = () => {
    try {
      scope.end(signal.reason);
    } catch (error) {
      // The reason cannot be read. An error that a listener throws ends the process.
      scope.end(error);
    }
  };
  signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
}

/** Keeps Node from warning about more than ten listeners, however many calls share a signal. */
export function allowListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal that is not Node's own. Node does not count its listeners.
  }
}
