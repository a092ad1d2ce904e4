import { channel, tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { toPath } from '../atlas/target.js';
import { isAtlasError } from '../errors/errors.js';
import type { Call, FailedAttempt, Outcome, Success } from './call.js';

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
  endpoint?: 'tenant' | 'flex' | undefined;
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
  endpoint?: 'tenant' | 'flex' | undefined;
  /** The attempt that failed, from 1. */
  attempt: number;
  /** ms until the next attempt. */
  delayMs: number;
  /** Why the attempt failed. */
  error: Error;
}

const calls = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');
const retryChannel = channel('atlas-tenant-snapshots:retry');
const debug = debuglog('atlas-tenant-snapshots');

// Bun's tracing channel does not say whether it has subscribers, but its parts do.
const callChannels = [calls.start, calls.end, calls.asyncStart, calls.asyncEnd, calls.error];

/** Runs a call. If anyone subscribes to the tracing channel, publishes its start and its end. */
export function traceCall<T>(call: Call, run: () => Promise<Success<T>>): Promise<Success<T>> {
  if (!callChannels.some(({ hasSubscribers }) => hasSubscribers)) return run();
  const startedAt = performance.now();
  const trace: AtlasCallTrace = { operation: call.operation, method: 'GET', ...stateOf(call), durationMs: 0 };
  const promise = calls.start.runStores(trace, async () => {
    try {
      return await run();
    } catch (reason) {
      trace.error = reason;
      throw reason;
    } finally {
      Object.assign(trace, stateOf(call), { durationMs: performance.now() - startedAt });
      if ('error' in trace) calls.error.publish(trace);
      calls.asyncStart.publish(trace);
      calls.asyncEnd.publish(trace);
    }
  });
  calls.end.publish(trace);
  return promise;
}

/** The fields that change during a call. */
function stateOf({ client, target, attempts, status }: Call) {
  const state = { endpoint: target.endpoint, path: toPath(client.settings.prefix, target), attempts };
  return status === undefined ? state : { ...state, status };
}

/** How an attempt ended, or what ended its call early. */
type AttemptEnd = Outcome<unknown> | { readonly endedEarly: unknown };

/** Logs how an attempt ended. */
export function logAttempt(call: Call, startedAt: number, end: AttemptEnd): void {
  // Not `!enabled`: the logger of Bun has no such field, but may log.
  if (debug.enabled === false) return;
  const ms = Math.round(performance.now() - startedAt);
  debug('%s: attempt %d ended with %s after %d ms', nameOf(call), call.attempts, describeEnd(end, call), ms);
}

/** Describes how an attempt ended in a word: a status, the code of an error, or an abort. */
function describeEnd(end: AttemptEnd, call: Call): number | string {
  if ('endedEarly' in end) return isAtlasError(end.endedEarly) ? end.endedEarly.code : 'an abort';
  return end.ok ? end.response.status : (end.failure.status ?? call.toError(end).code);
}

/** Publishes and logs that a call waits before its next attempt. Builds the error only if somebody subscribes or logs. */
export function reportRetry(call: Call, failed: FailedAttempt, delayMs: number): void {
  if (!retryChannel.hasSubscribers && debug.enabled === false) return;
  const { target, attempts } = failed;
  const error = call.toError(failed);
  const message = { operation: call.operation, endpoint: target.endpoint, attempt: attempts, delayMs, error };
  retryChannel.publish(message satisfies AtlasRetryTrace);
  // In one line. The mask has removed all other control characters.
  debug('%s: retry in %d ms: %s', nameOf(call), Math.round(delayMs), error.message.replace(/\s+/g, ' '));
}

function nameOf({ operation, target }: Call): string {
  return target.endpoint === undefined ? operation : `${operation} at ${target.endpoint}`;
}
