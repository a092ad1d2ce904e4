/** A dispatcher that tells of its connections, as undici's do. */
interface Connecting {
  on(event: 'connect', listener: () => void): unknown;
}

/**
 * Knows whether a request goes over a connection that was used before. undici tells of a new connection just before
 * the first request goes over it, in the same turn.
 */
export class ConnectionWatch {
  static readonly #ofDispatcher = new WeakMap<object, ConnectionWatch>();
  #hasSeenOne = false;
  #isOpening = false;

  /** The watch over a dispatcher: one for all clients that share it, so that it has one listener. */
  static over(dispatcher: object): ConnectionWatch {
    const known = ConnectionWatch.#ofDispatcher.get(dispatcher);
    if (known !== undefined) return known;
    const watch = new ConnectionWatch();
    ConnectionWatch.#ofDispatcher.set(dispatcher, watch);
    if (isConnecting(dispatcher)) watch.add(dispatcher);
    return watch;
  }

  add(dispatcher: Connecting): void {
    dispatcher.on('connect', () => {
      this.#hasSeenOne = true;
      this.#isOpening = true;
      queueMicrotask(() => {
        this.#isOpening = false;
      });
    });
  }

  /** Whether the request that starts now meets a used connection; false where the dispatcher tells nothing. */
  get startsOnUsedOne(): boolean {
    return this.#hasSeenOne && !this.#isOpening;
  }
}

function isConnecting(dispatcher: object): dispatcher is Connecting {
  return 'on' in dispatcher && typeof dispatcher.on === 'function';
}
