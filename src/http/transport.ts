import { EnvHttpProxyAgent, Pool } from 'undici';
import { AtlasConfigurationError } from '../errors.js';
import { Deadlines } from './deadlines.js';
import type { DispatcherLike, DispatchOptionsLike } from './dispatcher.js';
import { Exchange, type ExchangeLimits, type ExchangeListener, type Wire } from './exchange.js';

/** One request, to the transport's origin. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  /** The request target: path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body?: string | undefined;
}

/** Connections of its own that a transport opens at most. */
const maxConnections = 64;

/** Sends requests to one origin, over undici. */
export class Transport implements Wire {
  readonly deadlines = new Deadlines();
  readonly #origin: string;
  readonly #dispatcher: DispatcherLike;
  readonly #close: () => Promise<void>;
  readonly #seesConnections: boolean;
  #connecting = false;
  #dispatching = false;

  constructor(origin: string, dispatcher: DispatcherLike | undefined) {
    this.#origin = origin;
    if (dispatcher !== undefined) {
      this.#dispatcher = dispatcher;
      this.#close = async () => {};
      this.#seesConnections = false;
      return;
    }
    const own = openConnections(origin);
    this.#dispatcher = own;
    this.#close = () => own.destroy();
    this.#seesConnections = own instanceof Pool;
    own.on('connect', this.#connected);
  }

  /** Sends a request; its end is told to `listener`. */
  send(request: WireRequest, limits: ExchangeLimits, listener: ExchangeListener): Exchange {
    const exchange = new Exchange(listener, limits, this);
    const options: DispatchOptionsLike = {
      origin: this.#origin,
      path: request.path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      // One clock is enough: the exchange has its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.#dispatching = true;
    try {
      this.#dispatcher.dispatch(options, exchange);
    } catch (error) {
      exchange.refuse(error);
    }
    this.#dispatching = false;
    return exchange;
  }

  startsOnUsedConnection(): boolean {
    // A pool tells of each new connection, just before the first request goes over it. Of another dispatcher it is
    // only known that a request which starts at once has met an open connection.
    return this.#seesConnections ? !this.#connecting : this.#dispatching;
  }

  /** Closes what it opened. Call it when no exchange is left. */
  close(): Promise<void> {
    return this.#close();
  }

  readonly #connected = (): void => {
    this.#connecting = true;
    queueMicrotask(() => {
      this.#connecting = false;
    });
  };
}

function openConnections(origin: string): Pool | EnvHttpProxyAgent {
  const behindProxy = origin.startsWith('https:') && (process.env['https_proxy'] || process.env['HTTPS_PROXY']);
  if (behindProxy) return openProxy();
  // A pool and not an agent: there is one origin, and an agent drops its pool, and with it the count, on a failed connect.
  return new Pool(origin, { connections: maxConnections });
}

function openProxy(): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({ connections: maxConnections });
  } catch {
    // undici's own error shows the value, and that may hold a password.
    throw new AtlasConfigurationError('HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128');
  }
}
