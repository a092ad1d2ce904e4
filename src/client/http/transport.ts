import { Socket } from 'node:net';
// Bun replaces the bare name 'undici' with an incomplete stub. Everywhere else both names are the same module.
import { buildConnector, EnvHttpProxyAgent, getGlobalDispatcher, Pool } from 'undici/index.js';
import { type DispatchOptions, Exchange, type WireRequest } from './exchange.js';
import type { HttpResponse } from './response.js';
import { Scope } from './scope.js';

/**
 * A dispatcher of undici 7 or 8: an `Agent`, `ProxyAgent`, `MockAgent` or another. The type is minimal, because the
 * `Dispatcher` types of the two versions are not assignable to each other.
 */
export interface DispatcherLike {
  /** Sends a request and calls the handler with its response. */
  dispatch(options: never, handler: never): boolean;
}

/** A dispatcher, as this package calls it. */
export interface Dispatcher {
  dispatch(options: DispatchOptions, handler: Exchange): boolean;
}

const maxConnections = 64;
const maxConnectTimeout = 10_000;

/** How to reach the server, and the limits of an exchange with it. */
export interface ServerSettings {
  /** Scheme, host and port of `baseUrl`. */
  readonly origin: string;
  /** The path of `baseUrl`, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
  /** Absent if the client opens its own connections. */
  readonly dispatcher: DispatcherLike | undefined;
  /** The URL of a proxy for the client's own connections, to every host that `NO_PROXY` does not name. */
  readonly proxy: string | undefined;
  /** ms; also the limit for opening a connection, which is 10 s at most. */
  readonly attemptTimeout: number;
  /** bytes. */
  readonly maxResponseSize: number;
}

/** Sends requests to one origin. */
export class Transport {
  readonly #origin: string;
  readonly #dispatcher: Dispatcher;
  /** The client's own connections; absent if the caller passed a dispatcher or a fetch. */
  readonly #own: Pool | EnvHttpProxyAgent | undefined;

  constructor(server: ServerSettings) {
    this.#origin = server.origin;
    if (server.dispatcher === undefined) {
      this.#own = openConnections(server);
      this.#dispatcher = this.#own;
    } else {
      this.#dispatcher = server.dispatcher;
    }
  }

  /**
   * Sends one request and waits for its response.
   *
   * @param scope - may end the exchange early. By default nothing does: a token request serves many calls.
   * @throws what broke, as undici or the fetch reports it; an `AttemptTimeout`; or the reason of the scope if it ends.
   */
  exchange(request: WireRequest, scope = new Scope()): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      scope.throwIfEnded();
      const { path, method, headers, body } = request;
      // Not a spread, which costs a tenth of a call.
      const options = { origin: this.#origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 };
      const exchange = new Exchange(request, scope, { resolve, reject });
      try {
        const dispatcher = (this.#own && findMock()) ?? this.#dispatcher;
        dispatcher.dispatch(options, exchange);
      } catch (error) {
        exchange.onResponseError(undefined, error);
      }
    });
  }

  /** Closes the client's own connections. A connection that is still being opened closes by itself, within 10 s. */
  async close(): Promise<void> {
    await this.#own?.destroy();
  }
}

function openConnections({ origin, proxy, attemptTimeout }: ServerSettings): Pool | EnvHttpProxyAgent {
  // undici wants an integer.
  const timeout = Math.ceil(Math.min(attemptTimeout, maxConnectTimeout));
  const connect = inBackground(buildConnector({ timeout }));
  const openPool = (url: string | URL, connector: buildConnector.connector) =>
    // The headers timeout is for the request that opens a tunnel through a proxy. Every other request turns it off.
    new Pool(url, { connections: maxConnections, connect: connector, headersTimeout: timeout });
  if (proxy === undefined) return openPool(origin, connect);
  return new EnvHttpProxyAgent({
    httpsProxy: proxy,
    // Otherwise it reads HTTP_PROXY, which is not meant for https.
    httpProxy: '',
    // Opens connections to the hosts in NO_PROXY.
    connect,
    proxyTls: { timeout },
    requestTls: { timeout },
    clientFactory: (url, pool) => openPool(url, inBackground(connectorOf(pool))),
    factory: (url, pool) => openPool(url, withFinalErrors(connectorOf(pool))),
  });
}

// undici passes its own connect function here, never a set of options.
function connectorOf({ connect }: Pool.Options): buildConnector.connector {
  return connect as buildConnector.connector;
}

// undici 8 keeps its global dispatcher here. undici 7 sees only a wrapper of it, which hides that it is a mock.
const globalOfUndici8 = Symbol.for('undici.globalDispatcher.2');

/**
 * Finds a MockAgent that a test has made the global dispatcher. No other global dispatcher is used. Looked up for each request, as a
 * test may set it later.
 */
function findMock(): Dispatcher | undefined {
  const dispatchers: unknown[] = [getGlobalDispatcher(), Reflect.get(globalThis, globalOfUndici8)];
  // The cast is safe: only a MockAgent has this property.
  return dispatchers.find((dispatcher) => Object(dispatcher).isMockActive === true) as Dispatcher | undefined;
}

/**
 * Lets the process end while a socket connects, because the call that opened the socket may have ended. A running call keeps the
 * process alive with its timer.
 */
function inBackground(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    // The function returns its socket, although its type says that it returns nothing.
    const socket: unknown = connect(options, callback);
    if (socket instanceof Socket) socket.unref();
  };
}

// undici treats UND_ERR_SOCKET as a lost connection and reconnects forever. Here it means that the proxy closed the
// connection before the tunnel was open.
function withFinalErrors(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result: Parameters<buildConnector.Callback>) => {
      const [error] = result;
      const isLost = error !== null && 'code' in error && error.code === 'UND_ERR_SOCKET';
      if (isLost) callback(new Error('The proxy closed the connection before it opened a tunnel'), null);
      else callback(...result);
    });
  };
}
