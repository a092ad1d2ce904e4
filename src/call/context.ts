import type { Authenticator } from '../auth/authenticator.js';
import { functionBearer, staticBearer } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { ClientSettings } from '../config/client-options.js';
import { startTimer } from '../http/timer.js';
import { Transport } from '../http/transport.js';

/** A running call, as `close()` sees it. */
interface RunningCall {
  /** @param isTimeUp - whether to end the call in any case, and not only while it pauses. */
  close(isTimeUp: boolean): void;
}

/** What the calls of a client share, and which of them are running. */
export class ClientContext {
  /** The path of `baseUrl`, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whether `close()` has been called. */
  isClosed = false;
  readonly #running = new Set<RunningCall>();
  #closing: Promise<void> | undefined;
  #onIdle = () => {};

  constructor(settings: ClientSettings) {
    const { origin, prefix, userAgent, dispatcher, proxy, defaults } = settings;
    this.prefix = prefix;
    this.userAgent = userAgent;
    this.transport = new Transport({ origin, dispatcher, proxy, attemptTimeout: defaults.attemptTimeout });
    this.authenticator = createAuthenticator(settings, this.transport);
  }

  /** Adds a call that has started. */
  add(call: RunningCall): void {
    this.#running.add(call);
  }

  /** Removes a call that has ended. */
  remove(call: RunningCall): void {
    this.#running.delete(call);
    if (this.#running.size === 0) this.#onIdle();
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
    if (this.#running.size > 0) {
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

function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, prefix, userAgent, defaults } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, defaults, prefix, userAgent, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
