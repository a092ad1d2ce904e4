import { Mask } from '../atlas/mask.js';
import type { Target } from '../atlas/target.js';
import type { Authenticator } from '../auth/authenticator.js';
import { BearerAuthenticator, fixedToken, tokenFunction } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest.js';
import { ServiceAccount } from '../auth/service-account.js';
import type { CallSettings, ClientSettings } from '../config/options.js';
import { type CallFacts, closedError, timeoutError } from '../errors/call-errors.js';
import type { AtlasError } from '../errors/errors.js';
import { setImmediate } from '../http/exchange.js';
import { endOnAbort, Scope } from '../http/scope.js';
import { Transport } from '../http/transport.js';

/**
 * What a call resolves to. It has no reference to the call: a promise that somebody keeps would hold what the call needed to run.
 */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the data comes from; of a list, the last page. */
  readonly target: Target;
  readonly attempts: number;
}

let calls = 0;

/** One call, from its start to its end. */
export class Call implements CallFacts {
  readonly operation: string;
  readonly settings: CallSettings;
  readonly client: ClientState;
  /** Tells concurrent calls apart in the log. */
  readonly number: number;
  /** What may end the call early. */
  readonly scope = new Scope();
  /** When the call must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The target that the call ends at, as far as is known: a fallback only once it has answered. */
  target: Target;
  /** An attempt may take several requests, for its login. */
  attempts = 0;
  /** The status of the latest response. Absent if there was none. */
  status: number | undefined;
  /** The error of the latest attempt, if another one followed. */
  lastError: AtlasError | undefined;
  /** Every `Authorization` value that the call has sent. */
  readonly authorizations: string[] = [];

  constructor(operation: string, target: Target, settings: CallSettings, client: ClientState) {
    calls += 1;
    this.number = calls;
    this.operation = operation;
    this.settings = settings;
    this.client = client;
    this.deadline = performance.now() + settings.timeout;
    this.target = target;
  }

  get mask(): Mask {
    return new Mask([...this.client.authenticator.secrets, ...this.authorizations.map(secretOf)]);
  }

  /**
   * Runs the call. Its deadline, its signal and `close()` may end it early.
   *
   * @param read - requests what the call is for.
   * @throws the error of the call, or the reason of its signal if that aborts.
   */
  async run<T>(read: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const { scope, client, settings } = this;
    const { signal, timeout } = settings;
    this.throwIfAborted();
    if (client.isClosed) throw closedError(this);
    const stopListening = signal ? endOnAbort(scope, signal) : undefined;
    const timer = setTimeout(() => scope.end(timeoutError(this, timeout)), timeout);
    client.running.push(this);
    try {
      return await read();
    } finally {
      clearTimeout(timer);
      client.running.splice(client.running.indexOf(this), 1);
      stopListening?.();
      // An abort wins over a response that has arrived, and over any error.
      this.throwIfAborted();
    }
  }

  /** @throws the reason of the signal, if it has aborted. */
  throwIfAborted(): void {
    const { signal } = this.settings;
    if (signal?.aborted) throw signal.reason;
  }
}

/** The secret in an `Authorization` value: a bearer token, or the response of Digest. */
function secretOf(authorization: string): string {
  return /^Bearer (.*)|response="(\w+)"/.exec(authorization)?.slice(1).join('') ?? '';
}

/** What the calls of a client share. */
export class ClientState {
  readonly settings: ClientSettings;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whether `close()` has been called. */
  isClosed = false;
  /** Whether the tenant endpoint has turned out to be gone. Then no call falls back on it. */
  isTenantGone = false;
  /** The calls that have not ended. */
  // Not a Set: at 16 calls at a time, what it leaves to the garbage collector costs half as much as a call.
  readonly running: Call[] = [];
  #closing: Promise<void> | undefined;

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.transport = new Transport(settings);
    this.authenticator = createAuthenticator(settings, this.transport);
  }

  /** Ends the calls that run, and closes what they share. */
  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.isClosed = true;
    for (const call of this.running) call.scope.end(closedError(call));
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
  if ('clientId' in credentials) return new BearerAuthenticator(new ServiceAccount(credentials, transport, settings));
  const { accessToken } = credentials;
  const source = typeof accessToken === 'string' ? fixedToken(accessToken) : tokenFunction(accessToken);
  return new BearerAuthenticator(source);
}
