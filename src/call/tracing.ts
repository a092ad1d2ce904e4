import { channel, tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import type { EndpointName } from '../atlas/endpoints.js';
import type { Route } from '../atlas/route.js';
import { isAtlasError } from '../errors/errors.js';
import { type CallState, Failure, type Outcome } from './failure.js';

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

/**
 * Runs a call, or one poll of a wait. If anyone subscribes to the tracing channel, publishes its start and its end.
 *
 * @param firstRoute - the first request.
 */
export function traceCall<T>(call: CallState, firstRoute: Route, run: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  if (!callChannels.some(({ hasSubscribers }) => hasSubscribers)) return run();
  const startedAt = performance.now();
  const { operation, attempts: earlierAttempts } = call;
  const { endpoint, path } = firstRoute;
  const trace: AtlasCallTrace = { operation, endpoint, method: 'GET', path, attempts: 0, durationMs: 0 };
  const end = ({ endpoint, path }: Route) => {
    Object.assign(trace, { endpoint, path, attempts: call.attempts - earlierAttempts });
    trace.durationMs = performance.now() - startedAt;
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
      end(call.route);
      throw reason;
    }
    const { route, response } = outcome instanceof Failure ? outcome.details : outcome;
    if (outcome instanceof Failure) trace.error = outcome.error;
    if (response !== undefined) trace.status = response.status;
    end(route);
    return outcome;
  });
  calls.end.publish(trace);
  return promise;
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
  if (!(outcome instanceof Failure)) return outcome.response.status;
  return outcome.details.response?.status ?? outcome.error.code;
}

function describeReason(reason: unknown): string {
  return isAtlasError(reason) ? reason.code : 'an abort';
}

/** Publishes and logs that a call waits before its next attempt. */
export function reportRetry(call: CallState, error: Error, delayMs: number): void {
  if (retries.hasSubscribers) {
    const { operation, attempts: attempt, route } = call;
    const message: AtlasRetryTrace = { operation, endpoint: route.endpoint, attempt, delayMs, error };
    retries.publish(message);
  }
  if (isDebugging()) {
    debug('%s: retry in %d ms: %s', nameOf(call), Math.round(delayMs), error.message);
  }
}

function nameOf({ operation, route }: CallState): string {
  return route.endpoint === undefined ? operation : `${operation} at ${route.endpoint}`;
}
