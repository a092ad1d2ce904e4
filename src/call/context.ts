import type { RequestBase } from '../atlas/target.js';
import type { Authenticator } from '../auth/authenticator.js';
import { functionBearer, staticBearer } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { ClientSettings } from '../config/client-options.js';
import { Transport } from '../http/transport.js';

/** What the calls of a client share. */
export interface ClientContext {
  readonly base: RequestBase;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly lifetime: Lifetime;
}

/** Creates what the calls of a client share. */
export function openContext(settings: ClientSettings): ClientContext {
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

function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { tokenStore, origin, base, defaults } = settings;
  const { credentials } = settings.login;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, defaults, base, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${base.prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key, endpoint.secrets));
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
