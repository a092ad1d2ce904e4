import type { RequestBase } from '../atlas/target.js';
import type { Authenticator } from '../auth/authenticator.js';
import { functionBearer, staticBearer } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { ClientSettings } from '../config/client-options.js';
import { startTimer } from '../http/timer.js';
import { Transport } from '../http/transport.js';

/** What the calls of a client share. */
export interface ClientContext {
  readonly base: RequestBase;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly lifetime: Lifetime;
  /** Settles when the client is closed. Absent until then. */
  closing?: Promise<void>;
}

/** Creates what the calls of a client share. */
export function openContext(settings: ClientSettings): ClientContext {
  const { origin, dispatcher, proxy, base, defaults } = settings;
  const transport = new Transport({ origin, dispatcher, proxy, attemptTimeout: defaults.attemptTimeout });
  return { base, transport, authenticator: createAuthenticator(settings, transport), lifetime: new Lifetime() };
}

/**
 * Waits for the calls in flight, and closes what they share.
 *
 * @param timeout - how long the calls may take, in ms. Default: as long as they need.
 */
export async function closeContext(context: ClientContext, timeout?: number): Promise<void> {
  const { lifetime } = context;
  const stopTimer = timeout === undefined ? undefined : startTimer(timeout, () => lifetime.endCalls(true));
  context.closing ??= closeOnce(context);
  await context.closing.finally(stopTimer);
}

async function closeOnce({ lifetime, authenticator, transport }: ClientContext): Promise<void> {
  await lifetime.close();
  await authenticator.close?.();
  await transport.close();
}

function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, base, defaults } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, defaults, base, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${base.prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}

/** A call, as `close()` sees it. */
interface RunningCall {
  /** Where it is among the running calls. */
  place: number;
  /** @param isTimeUp - whether `close()` waits no longer. Otherwise, only a call that waits to retry ends. */
  readonly endByClose: (isTimeUp: boolean) => void;
}

/** The running calls of a client, and whether it is closed. */
class Lifetime {
  isClosed = false;
  // Not a set, which takes 4 % of a call.
  readonly #running: RunningCall[] = [];
  #onIdle = () => {};

  callStarted(endByClose: RunningCall['endByClose']): RunningCall {
    const call = { place: this.#running.length, endByClose };
    this.#running.push(call);
    return call;
  }

  callEnded(call: RunningCall): void {
    const last = this.#running.pop();
    if (last !== undefined && last !== call) {
      last.place = call.place;
      this.#running[last.place] = last;
    }
    if (this.#running.length === 0) this.#onIdle();
  }

  /** Ends the calls that wait to retry. Resolves when no call is running. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.endCalls(false);
    if (this.#running.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** @param isTimeUp - as in {@link RunningCall.endByClose}. */
  endCalls(isTimeUp: boolean): void {
    for (const call of this.#running) call.endByClose(isTimeUp);
  }
}
