import { listenToAbort } from './abort.js';
import { toApiError } from './api-error.js';
import { Attempt, type AttemptListener, type Reply } from './attempt.js';
import { type Authenticator, LoginFailure } from './auth/authenticator.js';
import type { CallStart, ResponseSource, RunningCall } from './call-promise.js';
import { compiled } from './compiled.js';
import type { EndpointName, Operation } from './endpoints.js';
import {
  AtlasAuthenticationError,
  AtlasClosedError,
  type AtlasError,
  type AtlasErrorContext,
  AtlasResponseError,
  AtlasTimeoutError,
} from './errors.js';
import { exchangeError } from './exchange-errors.js';
import type { Deadline } from './http/deadlines.js';
import type { ExchangeFailure, ExchangeLimits } from './http/exchange.js';
import type { HeaderFields } from './http/headers.js';
import { Mask } from './http/mask.js';
import { Pause, type PauseListener } from './http/pause.js';
import { isRetryableStatus, longestRetryAfter, retryDelay } from './http/retry.js';
import type { Transport } from './http/transport.js';
import { toIssues } from './issues.js';
import type { Route } from './route.js';
import type { Sunset } from './sunset.js';

/** What bounds a call: ms, bytes. */
export interface CallLimits extends ExchangeLimits {
  readonly timeout: number;
  readonly maxRetries: number;
}

/** What the calls of a client share. */
export interface CallHost {
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly sunset: Sunset;
}

/** One call, as the client plans it. */
export interface CallPlan<T> {
  readonly host: CallHost;
  readonly operation: Operation<T>;
  readonly route: Route;
  readonly limits: CallLimits;
  readonly signal: AbortSignal | undefined;
}

/** Begins the call of a plan. */
export type PlanStart<T, R> = (plan: CallPlan<T>, ...settle: Parameters<CallStart<R>>) => RunningCall;

/**
 * One call, from its first attempt to its result: runs attempts under one deadline, waits between them, and goes on at
 * the successor of an endpoint that is gone. It is driven by events and not by promises: a promise or a closure more
 * would cost each call about a percent.
 */
export class Call<T> implements AttemptListener, PauseListener, Deadline, ResponseSource, RunningCall {
  readonly expiresAt: number;
  slot = -1;
  readonly isAwaited = true;
  /** Attempts made, at both endpoints. */
  attempts: number;
  /** Of the answer that decided. */
  status: number | undefined;
  headers: HeaderFields = {};
  lastError: AtlasError | undefined;
  readonly #plan: CallPlan<T>;
  readonly #resolve: (data: T) => void;
  readonly #reject: (reason: unknown) => void;
  #route: Route;
  #retries = 0;
  #attempt: Attempt | undefined;
  #pause: Pause | undefined;
  /** What the endpoint before this one said of being gone. */
  #gone: AtlasError | undefined;

  /**
   * @param startedAt - on the clock of `performance.now()`. The pages of a list have the beginning of the list.
   * @param attempts - made before, for other pages.
   */
  constructor(
    plan: CallPlan<T>,
    resolve: (data: T) => void,
    reject: (reason: unknown) => void,
    startedAt = performance.now(),
    attempts = 0,
  ) {
    this.#plan = plan;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#route = plan.route;
    this.attempts = attempts;
    this.expiresAt = startedAt + plan.limits.timeout;
  }

  get endpoint(): EndpointName {
    return this.#route.endpoint;
  }

  get path(): string {
    return this.#route.path;
  }

  get source(): this {
    return this;
  }

  start(): void {
    const { host, signal } = this.#plan;
    const { deadlines } = host.transport;
    if (signal?.aborted) {
      this.#reject(signal.reason);
      return;
    }
    // A list that has begun goes on to its last page.
    if (deadlines.isDraining && this.attempts === 0) {
      this.#reject(new AtlasClosedError('The client is closed: make a new one', this.#context()));
      return;
    }
    if (signal !== undefined) listenToAbort(signal, this);
    deadlines.add(this);
    this.#startAttempt();
  }

  onReply(reply: Reply): void {
    this.status = reply.status;
    this.headers = reply.headers;
    this.#plan.host.sunset.notice(reply.headers, this.#route.endpoint);
    if (reply.status === 200) this.#accept(reply);
    else this.#refuse(reply);
  }

  onExchangeFailure(failure: ExchangeFailure): void {
    const { operation, limits } = this.#plan;
    this.#retry(exchangeError(failure, operation.name, limits, this.#mask(), this.#context()));
  }

  onLoginFailure(failure: unknown): void {
    if (!(failure instanceof LoginFailure)) {
      this.#fail(new AtlasAuthenticationError('The login failed', {}, this.#context(failure)));
      return;
    }
    const error = failure.toError(this.#context());
    if (failure.retry.retryable) this.#retry(error, failure.retry.retryAfter, failure.at, failure.jitter);
    else this.#fail(error);
  }

  onPauseOver(): void {
    this.#pause = undefined;
    this.#startAttempt();
  }

  onPauseStopped(): void {
    const message = `The client was closed while ${this.#plan.operation.name} waited to try again: call with a new client`;
    this.#fail(new AtlasClosedError(message, this.#context(this.lastError)));
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    this.#fail(this.#plan.signal?.reason);
  }

  /** The deadline has passed. */
  expire(): void {
    const cause = this.lastError ?? this.#gone;
    const advice =
      cause === undefined ? 'Atlas or the way to it is slow, or raise timeout' : 'the cause says why it takes so long';
    const message = `${this.#plan.operation.name} was not done within timeout (${this.#plan.limits.timeout} ms), at attempt ${this.attempts}: ${advice}`;
    this.#fail(new AtlasTimeoutError(message, this.#context(cause)));
  }

  #startAttempt(): void {
    const { transport, authenticator } = this.#plan.host;
    this.attempts += 1;
    this.#attempt = new Attempt(this, transport, authenticator, this.#plan.limits, this.#route);
    this.#attempt.start();
  }

  #accept({ body }: Reply): void {
    if (body.problem !== undefined) {
      this.#fail(new AtlasResponseError([{ path: '', message: body.problem }], this.#context()));
      return;
    }
    const parsed = compiled(this.#plan.operation.schema).safeParse(body.json);
    if (!parsed.success) {
      this.#fail(new AtlasResponseError(toIssues(parsed.error), this.#context()));
      return;
    }
    this.#end();
    this.#resolve(parsed.data);
  }

  #refuse(reply: Reply): void {
    const error = toApiError(reply, this.#mask(), this.#context(this.#gone));
    const { successor, resource } = this.#route;
    if (successor !== undefined && this.#plan.host.sunset.isShownBy(reply.status, reply.body, resource)) {
      this.#gone = error;
      this.#route = successor;
      this.#startAttempt();
      return;
    }
    if (isRetryableStatus(reply.status)) this.#retry(error, error.retryAfter);
    else this.#fail(error);
  }

  /**
   * Waits, and tries again; or fails with the error where no retry is left, or the server asks for too long a wait.
   *
   * @param retryAfter - what the server asked for, in ms; 0 for nothing.
   * @param from - when the failure was seen; all that waited for one login count from the same moment.
   * @param jitter - the random part of the wait, from 0 to 1; one for all that waited for one login.
   */
  #retry(error: AtlasError, retryAfter = 0, from = performance.now(), jitter = Math.random()): void {
    this.lastError = error;
    const isTooLong = retryAfter > longestRetryAfter || from + retryAfter > this.expiresAt;
    if (this.#retries === this.#plan.limits.maxRetries || isTooLong) {
      this.#fail(error);
      return;
    }
    const withJitter = from + retryDelay(this.#retries, retryAfter, jitter);
    // A wait that the random part alone carries past the deadline would be for nothing.
    const endsAt = withJitter < this.expiresAt ? withJitter : from + retryDelay(this.#retries, retryAfter, 0);
    this.#retries += 1;
    this.#pause = new Pause(this.#plan.host.transport.deadlines, endsAt, this);
  }

  #fail(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#attempt?.cancel();
    this.#pause?.cancel();
    this.#plan.signal?.removeEventListener('abort', this);
    this.#plan.host.transport.deadlines.remove(this);
  }

  #mask(): Mask {
    return new Mask(this.#plan.host.authenticator.secrets(this.#attempt?.authorization));
  }

  #context(cause?: unknown): AtlasErrorContext {
    return { operation: this.#plan.operation.name, endpoint: this.#route.endpoint, attempts: this.attempts, cause };
  }
}
