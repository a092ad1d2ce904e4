import { Socket } from 'node:net';
import { buildConnector, EnvHttpProxyAgent, Pool } from 'undici';
import { AtlasConfigurationError } from '../errors.js';
import { ConnectionWatch } from './connection-watch.js';
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
  readonly connections: ConnectionWatch;
  readonly #origin: string;
  readonly #dispatcher: DispatcherLike;
  /** The connections of its own; absent where the caller passed a dispatcher. */
  readonly #own: Pool | EnvHttpProxyAgent | undefined;

  constructor(origin: string, dispatcher: DispatcherLike | undefined) {
    this.#origin = origin;
    if (dispatcher !== undefined) {
      this.connections = ConnectionWatch.over(dispatcher);
      this.#dispatcher = dispatcher;
      return;
    }
    this.connections = new ConnectionWatch();
    this.#own = openConnections(origin, this.connections);
    this.#dispatcher = this.#own;
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
    try {
      this.#dispatcher.dispatch(options, exchange);
    } catch (error) {
      exchange.notSent(error);
    }
    return exchange;
  }

  /** Closes what it opened. Call it when no exchange is left. */
  async close(): Promise<void> {
    await this.#own?.destroy();
  }
}

/** What opens the connections to one origin. A pool and not an agent: on a failed connect an agent drops its pool, and with it the count. */
type OpenPool = (origin: string | URL, options: Pool.Options) => Pool;

function openConnections(origin: string, watch: ConnectionWatch): Pool | EnvHttpProxyAgent {
  const open: OpenPool = (to, options) => {
    const pool = new Pool(to, options);
    watch.add(pool);
    return pool;
  };
  const proxy = origin.startsWith('https:') && (process.env['https_proxy'] || process.env['HTTPS_PROXY']);
  if (proxy) return openProxy(proxy, open);
  return open(origin, { connections: maxConnections, connect: unheld(buildConnector({})) });
}

// A socket keeps its process alive while it connects, and while undici waits for an answer: even when nobody waits for
// it any more. Here a deadline does that, for those who wait.
function unheld(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    // Typed as nothing, it gives the socket.
    const socket: unknown = connect(options, callback);
    if (!(socket instanceof Socket)) return;
    socket.unref();
    socket.ref = () => socket;
    // undici calls it after each answer, which costs.
    socket.unref = socket.ref;
  };
}

function openProxy(httpsProxy: string, factory: OpenPool): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({
      connections: maxConnections,
      factory,
      // Else HTTP_PROXY is read too, which is not for https.
      httpProxy: '',
      httpsProxy,
      // To what NO_PROXY names.
      connect: unheld(buildConnector({})),
      clientFactory: (proxy, { connect }: { connect: buildConnector.connector }) =>
        new Pool(proxy, { connect: unheld(connect) }),
    });
  } catch {
    // undici's own error shows the value, and that may hold a password.
    throw new AtlasConfigurationError('HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128');
  }
}
