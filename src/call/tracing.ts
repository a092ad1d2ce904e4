import { channel, tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { type EndpointName, type RequestBase, type Target, toPath } from '../atlas/target.js';
import { isAtlasError } from '../errors/errors.js';
import { type CallState, errorOf, type Failure, type Outcome } from './outcome.js';

/**
 * The context of the tracing channel `atlas-tenant-snapshots:call`, one per call. It holds no secret. Fields that are not
 * known at the start are set at the end.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#class-tracingchannel
 */
export interface AtlasCallTrace {
  /** The client's method. */
  operation: string;
  /** The endpoint that the call ended at. Absent for `get()` and `getAll()`. */
  endpoint?: EndpointName | undefined;
  /** The HTTP method. */
  method: 'GET';
  /** The request target: path and query. */
  path: string;
  /** The status of the response that the call ended with. Absent if there was none. */
  status?: number | undefined;
  /** Attempts made, at both endpoints. */
  attempts: number;
  /** ms from the start of the call; 0 until it ends. */
  durationMs: number;
  /** The reason why the call was rejected. */
  error?: unknown;
}

/** The message of the channel `atlas-tenant-snapshots:retry`, before each retry. It holds no secret. */
export interface AtlasRetryTrace {
  /** The client's method. */
  operation: string;
  /** The endpoint that failed. Absent for `get()` and `getAll()`. */
  endpoint?: EndpointName | undefined;
  /** The attempt that failed, from 1. */
  attempt: number;
  /** ms until the next attempt. */
  delayMs: number;
  /** Why the attempt failed. */
  error: Error;
}

const calls = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');
const retries = channel('atlas-tenant-snapshots:retry');
const debug = debuglog('atlas-tenant-snapshots');
// Bun's logger has no `enabled`. It drops what NODE_DEBUG does not ask for.
const isDebugging = () => debug.enabled ?? true;

// Bun's tracing channel does not say whether it has subscribers, but its parts do.
const callChannels = [calls.start, calls.end, calls.asyncStart, calls.asyncEnd, calls.error];

/** Runs a call. If anyone subscribes to the tracing channel, publishes its start and its end. */
export function traceCall<T>(base: RequestBase, call: CallState, run: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  if (!callChannels.some(({ hasSubscribers }) => hasSubscribers)) return run();
  const startedAt = performance.now();
  const { operation } = call;
  const trace: AtlasCallTrace = { operation, method: 'GET', ...whereTo(base, call.target), attempts: 0, durationMs: 0 };
  const end = (target: Target) => {
    const durationMs = performance.now() - startedAt;
    Object.assign(trace, { ...whereTo(base, target), attempts: call.attempts, durationMs });
    if ('error' in trace) calls.error.publish(trace);
    calls.asyncStart.publish(trace);
    calls.asyncEnd.publish(trace);
  };
  const promise = calls.start.runStores(trace, async () => {
    let outcome: Outcome<T>;
    try {
      outcome = await run();
    } catch (reason) {
      trace.error = reason;
      end(call.target);
      throw reason;
    }
    if (outcome.problem !== undefined) trace.error = errorOf(outcome);
    const { response } = outcome.problem ?? outcome;
    if (response !== undefined) trace.status = response.status;
    end(outcome.target);
    return outcome;
  });
  calls.end.publish(trace);
  return promise;
}

function whereTo(base: RequestBase, target: Target): Pick<AtlasCallTrace, 'endpoint' | 'path'> {
  return { endpoint: target.endpoint, path: toPath(base, target) };
}

/** Logs how an attempt ended. Without an outcome, `reason` is why the call ended during the attempt. */
type AttemptReport = (outcome: Outcome<unknown> | undefined, reason?: unknown) => void;

/** Returns a function that logs how an attempt ended, if `NODE_DEBUG` asks for it. */
export function startAttemptReport(call: CallState): AttemptReport | undefined {
  if (!isDebugging()) return undefined;
  const startedAt = performance.now();
  return (outcome, reason) => {
    const end = outcome === undefined ? describeReason(reason) : describeOutcome(outcome);
    const ms = Math.round(performance.now() - startedAt);
    debug('%s: attempt %d ended with %s after %d ms', nameOf(call), call.attempts, end, ms);
  };
}

function describeOutcome(outcome: Outcome<unknown>): number | string {
  if (outcome.problem === undefined) return outcome.response.status;
  return outcome.problem.response?.status ?? errorOf(outcome).code;
}

function describeReason(reason: unknown): string {
  return isAtlasError(reason) ? reason.code : 'an abort';
}

/** Publishes and logs that a call waits before its next attempt. Builds the error only if anyone listens. */
export function reportRetry(failure: Failure, delayMs: number): void {
  const { call, attempts: attempt } = failure;
  const { operation, target } = call;
  if (retries.hasSubscribers) {
    const message = { operation, endpoint: target.endpoint, attempt, delayMs, error: errorOf(failure) };
    retries.publish(message satisfies AtlasRetryTrace);
  }
  if (isDebugging()) {
    debug('%s: retry in %d ms: %s', nameOf(call), Math.round(delayMs), printable(errorOf(failure).message));
  }
}

/** Leaves out what could change what a terminal shows, or start a line of its own. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
}

function nameOf({ operation, target }: CallState): string {
  return target.endpoint === undefined ? operation : `${operation} at ${target.endpoint}`;
}
