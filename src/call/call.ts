import { Mask } from '../atlas/mask.js';
import type { SuccessResponse } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import type { CallSettings } from '../config/call-options.js';
import { connectionsAdvice } from '../errors/advice.js';
import { AtlasClosedError, type AtlasError, AtlasTimeoutError } from '../errors/errors.js';
import { contextFields, type ErrorContext } from '../errors/failed.js';
import { endOnAbort, Scope } from '../http/scope.js';
import { startTimer } from '../http/timer.js';
import type { ClientContext } from './context.js';

/** One call, from its start to its end. */
export class Call implements ErrorContext {
  readonly operation: string;
  readonly subject: string;
  readonly settings: CallSettings;
  readonly context: ClientContext;
  /** What may end the call early. */
  readonly scope = new Scope();
  /** When the call must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The target of the latest attempt; before it, the first one to ask. */
  target: Target;
  /** How many attempts the call has made, at all its targets. */
  attempts = 0;
  /** The status of the response that the call ended with. */
  status: number | undefined;
  /** The error of the latest attempt, unless one has succeeded since. A timeout may name it as its cause. */
  lastError: AtlasError | undefined;
  notRetried: string | undefined;
  /** Every `Authorization` value that the call has sent. */
  readonly authorizations: string[] = [];
  /** Whether the call is between two attempts. Then `close()` ends it. */
  #isPaused = false;

  constructor(operation: string, target: Target, settings: CallSettings, context: ClientContext) {
    this.operation = operation;
    this.subject = target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
    this.settings = settings;
    this.context = context;
    this.deadline = performance.now() + settings.timeout;
    this.target = target;
  }

  /** Masks the credentials, and every login of the call: a server may echo any of them. */
  get mask(): Mask {
    return new Mask([...this.context.authenticator.secrets, ...this.authorizations.map(secretOf)]);
  }

  /**
   * Starts the call: from now on its deadline, its signal and `close()` may end it.
   *
   * @returns a function that ends it.
   * @throws the reason of the signal if it has aborted, or {@link AtlasClosedError} if the client is closed.
   */
  start(): () => void {
    const { signal, timeout } = this.settings;
    this.throwIfAborted();
    this.#throwIfClosed();
    const stopListening = signal ? endOnAbort(this.scope, signal) : undefined;
    const stopTimer = startTimer(timeout, () => this.scope.end(this.#timedOut()));
    this.context.add(this);
    return () => {
      stopTimer();
      stopListening?.();
      this.context.remove(this);
    };
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
   * Ends the call because of `close()`, unless it is making an attempt.
   *
   * @param isTimeUp - whether `close()` waits no longer, which ends every call.
   */
  close(isTimeUp: boolean): void {
    if (isTimeUp || this.#isPaused) this.scope.end(this.#closed());
  }

  /** @throws the reason of the signal if it has aborted. */
  throwIfAborted(): void {
    const { signal } = this.settings;
    if (signal?.aborted) throw signal.reason;
  }

  #throwIfClosed(): void {
    if (this.context.isClosed) throw this.#closed();
  }

  #timedOut(): AtlasTimeoutError {
    const { subject, attempts, lastError } = this;
    const { timeout } = this.settings;
    const { phase } = this.scope;
    const what = `${subject} timed out after ${timeout} ms (timeout) while ${phase} (attempts: ${attempts}).`;
    const hint = lastError === undefined ? '' : ' The cause says why the last attempt failed.';
    const isQueued = phase === 'waiting for a connection';
    const advice = isQueued ? connectionsAdvice : 'Raise timeout if the call needs longer.';
    const fields = { limit: 'timeout', limitMs: timeout, advice, cause: lastError } as const;
    return new AtlasTimeoutError(what + hint, { ...contextFields(this), ...fields });
  }

  #closed(): AtlasClosedError {
    const { subject, attempts, lastError } = this;
    const isLate = attempts === 0;
    const what = isLate
      ? `${subject} was called after close().`
      : `close() ended ${subject} while it was ${this.scope.phase}.`;
    const advice = isLate ? 'Create a new client.' : 'Await calls before close().';
    return new AtlasClosedError(what, { ...contextFields(this), advice, cause: lastError });
  }
}

/** How a request of a call succeeded. It does not hold the call, which would keep its memory as long as the result. */
export interface Success<T> {
  readonly data: T;
  /** The one that has it. */
  readonly target: Target;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly response: SuccessResponse;
}

/** The secret in an `Authorization` value: a bearer token, or the response of Digest. */
function secretOf(authorization: string): string {
  return /^Bearer (.*)|response="(\w+)"/.exec(authorization)?.slice(1).join('') ?? '';
}
