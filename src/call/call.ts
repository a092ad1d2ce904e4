import { Mask } from '../atlas/mask.js';
import type { SuccessResponse } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import type { Authenticator } from '../auth/authenticator.js';
import { bearerLogin } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { CallSettings } from '../config/call-options.js';
import type { ClientSettings } from '../config/client-options.js';
import { connectionsAdvice } from '../errors/advice.js';
import { AtlasClosedError, type AtlasError, AtlasTimeoutError } from '../errors/errors.js';
import { contextFields, type ErrorContext, Failed, subjectOf } from '../errors/failed.js';
import { endOnAbort, Scope, startTimer } from '../http/scope.js';
import { Transport } from '../http/transport.js';

/** How a request of a call succeeded. It has no reference to the call, so that the call can be freed before the result. */
export interface Success<T> {
  readonly data: T;
  /** The target that has the data. */
  readonly target: Target;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly response: SuccessResponse;
}

/** One call, from its start to its end. */
export class Call implements ErrorContext {
  readonly operation: string;
  readonly settings: CallSettings;
  readonly context: ClientContext;
  /** What may end the call early. */
  readonly scope = new Scope();
  /** When the call must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The target of the latest attempt. Before the first attempt: the target that is asked first. */
  target: Target;
  /** An attempt may take several requests: for its login, or because a connection died. */
  attempts = 0;
  /** The status of the response that the call ended with. */
  status: number | undefined;
  /** The error of the latest failed attempt. Reset when Atlas sends data. A timeout and `close()` name it as their cause. */
  lastError: AtlasError | undefined;
  notRetried: string | undefined;
  /** Every `Authorization` value that the call has sent. */
  readonly authorizations: string[] = [];
  /** The index of the call in its client's list of running calls. */
  place = 0;
  /** Whether the call is between two attempts. Then `close()` ends it. */
  #isPaused = false;

  constructor(operation: string, target: Target, settings: CallSettings, context: ClientContext) {
    this.operation = operation;
    this.settings = settings;
    this.context = context;
    this.deadline = performance.now() + settings.timeout;
    this.target = target;
  }

  get mask(): Mask {
    return new Mask([...this.context.authenticator.secrets, ...this.authorizations.map(secretOf)]);
  }

  /**
   * Runs the call. Its deadline, its signal and `close()` may end it early.
   *
   * @param read - requests what the call is for.
   * @throws the error of the call, or the reason of its signal if that aborts.
   */
  async run<T>(read: () => Promise<Success<T>>): Promise<Success<T>> {
    const { signal, timeout } = this.settings;
    this.#throwIfAborted();
    this.#throwIfClosed();
    const stopListening = signal ? endOnAbort(this.scope, signal) : undefined;
    const stopTimer = startTimer(timeout, () => this.scope.end(this.#timedOut()));
    this.context.add(this);
    try {
      const success = await read();
      // An abort wins over a response that has arrived. A deadline does not.
      this.#throwIfAborted();
      this.status = success.response.status;
      return success;
    } catch (reason) {
      this.#throwIfAborted();
      if (!(reason instanceof Failed)) throw reason;
      this.status = reason.status;
      throw reason.toError(this);
    } finally {
      stopTimer();
      this.context.remove(this);
      stopListening?.();
    }
  }

  /** @throws what has ended the call early. */
  startAttempt(target: Target): void {
    this.scope.throwIfEnded();
    this.#isPaused = false;
    this.target = target;
    this.attempts += 1;
  }

  /**
   * Starts a pause between two attempts.
   *
   * @param phase - what the call does meanwhile, for messages.
   * @throws what has ended the call early, or {@link AtlasClosedError} if the client is closed.
   */
  pause(phase: string): void {
    this.scope.phase = phase;
    this.scope.throwIfEnded();
    this.#throwIfClosed();
    this.#isPaused = true;
  }

  /**
   * Ends the call because of `close()`.
   *
   * @param isTimeUp - whether to end it even during an attempt.
   */
  close(isTimeUp: boolean): void {
    if (isTimeUp || this.#isPaused) this.scope.end(this.#closed());
  }

  #throwIfAborted(): void {
    const { signal } = this.settings;
    if (signal?.aborted) throw signal.reason;
  }

  #throwIfClosed(): void {
    if (this.context.isClosed) throw this.#closed();
  }

  #timedOut(): AtlasTimeoutError {
    const { attempts, lastError, scope } = this;
    const { timeout } = this.settings;
    const what = `${subjectOf(this)} timed out after ${timeout} ms (timeout) while ${scope.phase} (attempts: ${attempts}).`;
    const hint = lastError === undefined ? '' : ' The cause says why the last attempt failed.';
    const isQueued = scope.phase === 'waiting for a connection';
    const advice = isQueued ? connectionsAdvice : 'Raise timeout if the call needs longer.';
    const fields = { ...contextFields(this), advice, cause: lastError };
    return new AtlasTimeoutError(what + hint, { limit: 'timeout', limitMs: timeout, ...fields });
  }

  #closed(): AtlasClosedError {
    const subject = subjectOf(this);
    const [what, advice] =
      this.attempts === 0
        ? [`${subject} was called after close().`, 'Create a new client.']
        : [`close() ended ${subject} while it was ${this.scope.phase}.`, 'Await calls before close().'];
    return new AtlasClosedError(what, { ...contextFields(this), advice, cause: this.lastError });
  }
}

/** The secret in an `Authorization` value: a bearer token, or the response of Digest. */
function secretOf(authorization: string): string {
  return /^Bearer (.*)|response="(\w+)"/.exec(authorization)?.slice(1).join('') ?? '';
}

/** What the calls of a client share, and which of them are running. */
export class ClientContext {
  readonly settings: ClientSettings;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  /** Whether `close()` has been called. */
  isClosed = false;
  // Not a set: at 16 calls at a time, what it leaves to the garbage collector costs half as much as a call.
  readonly #running: Call[] = [];
  #closing: Promise<void> | undefined;
  #onIdle = () => {};

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.transport = new Transport(settings);
    this.authenticator = createAuthenticator(settings, this.transport);
  }

  /** Adds a call that has started. */
  add(call: Call): void {
    call.place = this.#running.length;
    this.#running.push(call);
  }

  /** Removes a call that has ended. */
  remove(call: Call): void {
    const last = this.#running.pop();
    if (last !== undefined && last !== call) {
      last.place = call.place;
      this.#running[last.place] = last;
    }
    if (this.#running.length === 0) this.#onIdle();
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
    if (this.#running.length > 0) {
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
  const { credentials, tokenStore, origin, prefix } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) return bearerLogin(credentials.accessToken);
  const endpoint = new TokenEndpoint(transport, settings, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
