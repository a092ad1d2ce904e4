import type { SuccessResponse } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import type { CallSettings } from '../config/call-options.js';
import type { AtlasError } from '../errors/errors.js';
import { Scope } from '../http/scope.js';
import type { ClientContext } from './context.js';

/** One call: what outlives a single request. */
export class Call {
  readonly operation: string;
  /** The subject of its messages: the method, and the path if the caller chose it. */
  readonly subject: string;
  readonly settings: CallSettings;
  readonly context: ClientContext;
  readonly scope = new Scope();
  /** When the call must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** The latest attempt. Before the first one, it has the number 0. */
  attempt: Attempt;
  /** The error of the latest attempt; absent if one has succeeded since. A later error may name it as its cause. */
  lastError: AtlasError | undefined;
  /** How many more times the current request may be sent again after its connection died. */
  resendsLeft = 0;
  /** Every `Authorization` value sent. */
  readonly authorizations: string[] = [];

  /** @param target - the first one to ask. */
  constructor(operation: string, target: Target, settings: CallSettings, context: ClientContext) {
    this.operation = operation;
    this.subject = target.endpoint === undefined ? `${operation} ${target.apiPath}` : operation;
    this.settings = settings;
    this.context = context;
    this.deadline = performance.now() + settings.timeout;
    this.attempt = { call: this, target, number: 0, scope: this.scope };
  }
}

/** One attempt of a call: a request with its login. */
export interface Attempt<T = unknown> {
  readonly call: Call;
  readonly target: Target<T>;
  /** From 1, counted over all targets of the call. */
  readonly number: number;
  /** What may end it early: that of the call, or one with a tighter limit. */
  readonly scope: Scope;
}

/** How a request of a call succeeded. It does not hold the call, which would keep its memory as long as the result. */
export interface Success<T> {
  readonly data: T;
  readonly target: Target;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly response: SuccessResponse;
}
