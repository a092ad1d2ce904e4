import type { RequestBase } from '../atlas/target.js';
import type { AtlasCredentials, Authenticator } from '../auth/authenticator.js';
import { functionBearer, staticBearer } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken, type TokenStore } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { ExchangeLimits } from '../http/exchange.js';
import { Transport, type TransportOptions } from '../http/transport.js';

/** What the calls of a client share. */
export interface ClientContext {
  readonly base: RequestBase;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly lifetime: Lifetime;
}

/** What a client is configured with. */
export interface ContextSettings extends Omit<TransportOptions, 'attemptTimeout'> {
  readonly base: RequestBase;
  readonly credentials: AtlasCredentials;
  readonly tokenStore: TokenStore | undefined;
  /** The limits that a call may override. */
  readonly defaults: ExchangeLimits;
}

/** Creates what the calls of a client share. */
export function openContext(settings: ContextSettings): ClientContext {
  const { origin, dispatcher, proxy, base, defaults } = settings;
  const transport = new Transport({ origin, dispatcher, proxy, attemptTimeout: defaults.attemptTimeout });
  return { base, transport, authenticator: createAuthenticator(settings, transport), lifetime: new Lifetime() };
}

/** Ends waits between retries, waits for the calls in flight, and closes what they share. */
export async function closeContext({ lifetime, authenticator, transport }: ClientContext): Promise<void> {
  await lifetime.close();
  await authenticator.close?.();
  await transport.close();
}

function createAuthenticator(settings: ContextSettings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, base, defaults } = settings;
  if ('publicKey' in credentials) {
    return new DigestAuthenticator({ username: credentials.publicKey, password: credentials.privateKey });
  }
  if ('accessToken' in credentials) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, defaults, base, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${base.prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}

/** What `close()` needs to know about the calls of a client. */
class Lifetime {
  isClosed = false;
  // A count: a set of all calls in flight nearly doubles the CPU of a call.
  #inFlight = 0;
  readonly #waiting = new Set<() => void>();
  #onIdle = () => {};

  /** Notes that a call is in flight. */
  callStarted(): void {
    this.#inFlight += 1;
  }

  /** Notes that a call is no longer in flight. */
  callEnded(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#onIdle();
  }

  /** Notes that a call waits to retry. Returns a function that notes the end of the wait. */
  callWaits(end: () => void): () => void {
    this.#waiting.add(end);
    return () => this.#waiting.delete(end);
  }

  /** Ends the calls that wait to retry. Resolves when no call is in flight. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const end of this.#waiting) end();
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
