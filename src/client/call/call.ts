import { Mask } from '../atlas/mask.js';
import type { SuccessResponse } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import type { CallSettings } from '../config/call-options.js';
import type { AtlasError } from '../errors/errors.js';
import { type AttemptFacts, type CallFacts, closedError, type Failure, timeoutError } from '../errors/failure.js';
import { endOnAbort, Scope } from '../http/scope.js';
import { startTimer } from '../http/timer.js';
import type { ClientState } from './client-state.js';

/** How an attempt ended that succeeded. It has no reference to the call, so that the call can be freed before the result. */
export interface Success<T> extends Pick<AttemptFacts, 'target' | 'attempts'> {
  readonly ok: true;
  readonly data: T;
  readonly response: SuccessResponse;
}

/** How an attempt ended that failed. */
export interface FailedAttempt extends Pick<AttemptFacts, 'target' | 'attempts' | 'notRetried'> {
  readonly ok: false;
  readonly failure: Failure;
}

/** How an attempt ended. Unless something ends a call early, it ends like one of its attempts. */
export type Outcome<T> = Success<T> | FailedAttempt;

/** One call, from its start to its end. Others only read its fields. */
export class Call implements CallFacts {
  readonly operation: string;
  readonly settings: CallSettings;
  readonly client: ClientState;
  /** What may end the call early. */
  readonly scope = new Scope();
  /** When the call must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The target of the latest attempt, or the first target before there is one. In the end, the target of the outcome. */
  target: Target;
  /** An attempt may take several requests: for its login, or because a connection died. */
  attempts = 0;
  /** The status of the response that the call ended with. */
  status: number | undefined;
  /** The cause if the call ends early: how its latest attempt failed. */
  #lastFailed: FailedAttempt | undefined;
  /** Whether the call waits between two attempts. Then `close()` ends it. */
  #isPaused = false;
  /** Every `Authorization` value that the call has sent. */
  readonly #authorizations: string[] = [];

  constructor(operation: string, target: Target, settings: CallSettings, client: ClientState) {
    this.operation = operation;
    this.settings = settings;
    this.client = client;
    this.deadline = performance.now() + settings.timeout;
    this.target = target;
  }

  /**
   * Runs the call. Its deadline, its signal and `close()` may end it early.
   *
   * @param read - requests what the call is for.
   * @throws the error of the call, or the reason of its signal if that aborts.
   */
  async run<T>(read: () => Promise<Outcome<T>>): Promise<Success<T>> {
    const { signal, timeout } = this.settings;
    this.#throwIfAborted();
    this.#throwIfClosed();
    const stopListening = signal ? endOnAbort(this.scope, signal) : undefined;
    const onTimeout = () => this.scope.end(timeoutError(this, timeout, this.scope.phase, this.#cause()));
    const stopTimer = startTimer(timeout, onTimeout);
    const running = this.client.add((isTimeUp) => this.#close(isTimeUp));
    try {
      const outcome = await read();
      this.target = outcome.target;
      // An abort wins over a response that has arrived. A deadline does not.
      this.#throwIfAborted();
      this.status = outcome.ok ? outcome.response.status : outcome.failure.status;
      if (outcome.ok) return outcome;
      throw this.toError(outcome);
    } catch (reason) {
      this.#throwIfAborted();
      throw reason;
    } finally {
      stopTimer();
      this.client.remove(running);
      stopListening?.();
    }
  }

  /** @throws what has ended the call early. */
  startAttempt(target: Target): void {
    this.scope.throwIfEnded();
    this.target = target;
    this.attempts += 1;
  }

  /** The attempt sends a login, which no error may show. */
  keepSecret(authorization: string): void {
    this.#authorizations.push(authorization);
  }

  /** Atlas has sent data, so an earlier failure is not the cause if the call ends early from now on. */
  forgetFailure(): void {
    this.#lastFailed = undefined;
  }

  /**
   * The attempt failed, but another one is to follow. If the call ends early, its error has this failure as its cause.
   *
   * @param next - what the call does next, for the message of that error.
   * @throws what has ended the call early, or that the client is closed.
   */
  continueAfter(failed: FailedAttempt, next: string): void {
    this.#lastFailed = failed;
    this.scope.throwIfEnded();
    this.#throwIfClosed(next);
  }

  /** Waits before a retry. `close()` ends the wait. */
  async pause(delay: number): Promise<void> {
    // Again, because a subscriber to the retry channel may have called close().
    this.#throwIfClosed('waiting to retry');
    this.#isPaused = true;
    await this.scope.sleep('waiting to retry', delay);
    this.#isPaused = false;
  }

  /** Builds the error of a failed attempt. */
  toError({ failure, target, attempts, notRetried }: FailedAttempt): AtlasError {
    const secrets = [...this.client.authenticator.secrets, ...this.#authorizations.map(secretOf)];
    return failure.toError({ operation: this.operation, target, attempts, notRetried, mask: new Mask(secrets) });
  }

  #throwIfAborted(): void {
    const { signal } = this.settings;
    if (signal?.aborted) throw signal.reason;
  }

  /** @param isTimeUp - whether to end the call even during an attempt. */
  #close(isTimeUp: boolean): void {
    if (isTimeUp || this.#isPaused) this.scope.end(this.#closed(this.scope.phase));
  }

  #throwIfClosed(doing: string = this.scope.phase): void {
    if (this.client.isClosed) throw this.#closed(doing);
  }

  #closed(doing: string): AtlasError {
    return closedError(this, doing, this.#cause());
  }

  #cause(): AtlasError | undefined {
    return this.#lastFailed && this.toError(this.#lastFailed);
  }
}

/** The secret in an `Authorization` value: a bearer token, or the response of Digest. */
function secretOf(authorization: string): string {
  return /^Bearer (.*)|response="(\w+)"/.exec(authorization)?.slice(1).join('') ?? '';
}
