import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
// Bun replaces the bare name 'undici' with an incomplete stub. Everywhere else both names are the same module.
import { buildConnector, Client, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici/index.js';
import { AtlasConfigurationError } from '../errors/errors.js';
import type { DispatcherLike, DispatchHandlerLike } from './dispatcher.js';

/** One request to the transport's origin. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  /** The request target: path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body?: string | undefined;
}

const maxConnections = 64;
const maxConnectTimeout = 10_000;

// OpenTelemetry subscribes to this channel, to open a span for each request.
const requestCreated = channel('undici:request:create');
const callerContext = Symbol('callerContext');

/** Sends a queued request in its caller's async context. A pool would send it in that of the previous request. */
class ContextClient extends Client {
  override dispatch(
    options: Dispatcher.DispatchOptions & { [callerContext]?: (run: () => boolean) => boolean },
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const dispatch = () => super.dispatch(options, handler);
    return options[callerContext]?.(dispatch) ?? dispatch();
  }
}

/** Sends requests to one origin. */
export class Transport {
  readonly #origin: string;
  readonly #dispatcher: DispatcherLike;
  /** The client's own connections; absent if the caller passed a dispatcher. */
  readonly #own: Pool | EnvHttpProxyAgent | undefined;

  /**
   * @param attemptTimeout - ms; also the limit for opening a connection, which is 10 s at most.
   * @throws {@link AtlasConfigurationError} if `HTTPS_PROXY` is not the URL of a proxy.
   */
  constructor(origin: string, dispatcher: DispatcherLike | undefined, attemptTimeout: number) {
    this.#origin = origin;
    this.#own = dispatcher === undefined ? openConnections(origin, attemptTimeout) : undefined;
    // One of the two is always there.
    this.#dispatcher = (dispatcher ?? this.#own) as DispatcherLike;
  }

  /** Sends a request. The handler gets the response. */
  dispatch({ path, method, headers, body }: WireRequest, handler: DispatchHandlerLike): void {
    const origin = this.#origin;
    const options = { origin, path, method, headers, body: body ?? null, headersTimeout: 0, bodyTimeout: 0 };
    if (requestCreated.hasSubscribers) Object.assign(options, { [callerContext]: AsyncLocalStorage.snapshot() });
    this.#dispatcher.dispatch(options, handler);
  }

  /** Closes the client's own connections. */
  async close(): Promise<void> {
    await this.#own?.destroy();
  }
}

const factory = (origin: URL, options: object) => new ContextClient(origin, options);

function openConnections(origin: string, attemptTimeout: number): Pool | EnvHttpProxyAgent {
  const timeout = Math.min(attemptTimeout, maxConnectTimeout);
  const connect = withUnrefSocket(buildConnector({ timeout }));
  const httpsProxy = process.env['https_proxy'] || process.env['HTTPS_PROXY'];
  // A pool, not an agent: an agent drops its pool when a connection fails, and with it the count of connections,
  // so it would exceed the limit.
  if (!httpsProxy || !origin.startsWith('https:'))
    return new Pool(origin, { connections: maxConnections, connect, factory });
  try {
    return openProxy(httpsProxy, timeout, connect);
  } catch {
    // undici's error shows the value, which may hold a password.
    throw new AtlasConfigurationError(
      'HTTPS_PROXY is not the URL of a proxy. Set it to one, such as http://proxy.example:3128.',
    );
  }
}

/** @param connect - opens connections to the hosts in `NO_PROXY`. */
function openProxy(httpsProxy: string, timeout: number, connect: buildConnector.connector): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent({
    httpsProxy,
    // Otherwise it reads HTTP_PROXY, which is not meant for https.
    httpProxy: '',
    connections: maxConnections,
    connect,
    proxyTls: { timeout },
    requestTls: { timeout },
    clientFactory: (proxy, options: Pool.Options) =>
      new Pool(proxy, { ...options, connect: withUnrefSocket(connectorOf(options)), headersTimeout: timeout }),
    factory: (target, options: Pool.Options) =>
      new Pool(target, { ...options, connect: withFinalErrors(connectorOf(options)), factory }),
  });
}

// undici passes its own connect function here, never a set of options.
function connectorOf({ connect }: Pool.Options): buildConnector.connector {
  return connect as buildConnector.connector;
}

// A connecting socket would keep the process alive even after its call has ended. The timer of the call does that instead.
function withUnrefSocket(connect: buildConnector.connector): buildConnector.connector {
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
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error === null) callback(null, socket);
      else callback('code' in error && error.code === 'UND_ERR_SOCKET' ? tunnelError(error) : error, null);
    });
  };
}

function tunnelError(cause: Error): Error {
  const error = new Error('The proxy closed the connection before it opened a tunnel', { cause });
  return Object.assign(error, { code: 'PROXY_TUNNEL_FAILED' });
}
