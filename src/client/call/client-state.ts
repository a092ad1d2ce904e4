import type { Authenticator } from '../auth/authenticator.js';
import { bearerLogin, providerLogin } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest.js';
import { ServiceAccount } from '../auth/service-account.js';
import type { ClientSettings } from '../config/options.js';
import { Transport } from '../http/transport.js';

/** A call that has not ended. */
interface RunningCall {
  /** Ends the call because of `close()`. */
  close(): void;
}

// Captured at import, so that it works under fake timers too.
const { setImmediate } = globalThis;

/** What the calls of a client share. */
export class ClientState {
  readonly settings: ClientSettings;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whether `close()` has been called. */
  isClosed = false;
  /** Whether the tenant endpoint has turned out to be gone. Then no call falls back on it. */
  isTenantGone = false;
  // Not a Set: at 16 calls at a time, what it leaves to the garbage collector costs half as much as a call.
  readonly #running: RunningCall[] = [];
  #closing: Promise<void> | undefined;

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.transport = new Transport(settings);
    this.authenticator = createAuthenticator(settings, this.transport);
  }

  /** Adds a call that has started. */
  add(call: RunningCall): void {
    this.#running.push(call);
  }

  /** Removes a call that has ended. */
  remove(call: RunningCall): void {
    this.#running.splice(this.#running.indexOf(call), 1);
  }

  /** Ends the calls that run, and closes what they share. */
  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.isClosed = true;
    for (const call of this.#running) call.close();
    // The calls reject before the next turn of the event loop.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.authenticator.close?.();
    await this.transport.close();
  }
}

/** Creates the login for the credentials of a client. */
function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { credentials } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('clientId' in credentials) return new ServiceAccount(credentials, transport, settings);
  const { accessToken } = credentials;
  return typeof accessToken === 'string' ? bearerLogin(accessToken) : providerLogin(accessToken);
}
