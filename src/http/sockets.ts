import { Socket } from 'node:net';
import type { buildConnector } from 'undici/index.js';

/** The most connections of a client that are open at a time. */
export const maxConnections = 64;

/** The sockets of a client. */
export class Sockets {
  readonly #open = new Set<Socket>();
  /** Connections beyond the limit. */
  readonly #waiting: (() => void)[] = [];

  /** Limits a connect function of undici: beyond the limit, a connection waits until another one has closed. */
  limit(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const open = () => {
        // The function returns its socket, although its type says that it returns nothing.
        const socket: unknown = connect(options, callback);
        if (socket instanceof Socket) this.#add(socket);
      };
      if (this.#open.size < maxConnections) open();
      else this.#waiting.push(open);
    };
  }

  /** Closes all sockets, also those that are still connecting. */
  close(): void {
    this.#waiting.length = 0;
    for (const socket of this.#open) socket.destroy();
  }

  #add(socket: Socket): void {
    // A connecting socket would keep the process alive even after its call has ended. The timer of the call does that instead.
    socket.unref();
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#waiting.shift()?.();
    });
  }
}
