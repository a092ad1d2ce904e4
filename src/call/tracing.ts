import { channel, tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { toPath } from '../atlas/target.js';
import type { Login } from '../config/credentials.js';
import type { AtlasError } from '../errors/errors.js';
import type { Call, Success } from './call.js';
import { Failed } from './errors.js';

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
const retries = channel('atlas-tenant-snapshots:retry');
const debug = debuglog('atlas-tenant-snapshots');
// Bun's logger has no `enabled`. It drops what NODE_DEBUG does not ask for.
const isDebugging = () => debug.enabled ?? true;

// Bun's tracing channel does not say whether it has subscribers, but its parts do.
const callChannels = [calls.start, calls.end, calls.asyncStart, calls.asyncEnd, calls.error];

/** Runs a call. If anyone subscribes to the tracing channel, publishes its start and its end. */
export function traceCall<T>(call: Call, run: () => Promise<Success<T>>): Promise<Success<T>> {
  if (!callChannels.some(({ hasSubscribers }) => hasSubscribers)) return run();
  const startedAt = performance.now();
  const trace: AtlasCallTrace = { operation: call.operation, method: 'GET', ...stateOf(call), durationMs: 0 };
  const promise = calls.start.runStores(trace, async () => {
    try {
      const success = await run();
      trace.status = success.response.status;
      return success;
    } catch (reason) {
      if (reason instanceof Failed && reason.response !== undefined) trace.status = reason.response.status;
      trace.error = reason instanceof Failed ? reason.error : reason;
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

function stateOf({ context, target, attempts }: Call): Pick<AtlasCallTrace, 'endpoint' | 'path' | 'attempts'> {
  return { endpoint: target.endpoint, path: toPath(context.base, target), attempts };
}

/**
 * Returns a function that logs how an attempt ended, if `NODE_DEBUG` asks for it: with a status, or with what
 * {@link describeFailure} returns.
 */
export function startAttemptLog(call: Call) {
  if (!isDebugging()) return undefined;
  const startedAt = performance.now();
  return (end: number | string) => {
    const ms = Math.round(performance.now() - startedAt);
    debug('%s: attempt %d ended with %s after %d ms', nameOf(call), call.attempts, end, ms);
  };
}

/** Describes in a word what an attempt threw: a status, the code of an error, or an abort. */
export function describeFailure(reason: unknown): number | string {
  return reason instanceof Failed ? (reason.response?.status ?? reason.error.code) : 'an abort';
}

/** Publishes and logs that a call waits before its next attempt. */
export function reportRetry(call: Call, error: AtlasError, delayMs: number): void {
  const { operation, target, attempts: attempt } = call;
  if (retries.hasSubscribers) {
    const message = { operation, endpoint: target.endpoint, attempt, delayMs, error };
    retries.publish(message satisfies AtlasRetryTrace);
  }
  if (isDebugging()) {
    debug('%s: retry in %d ms: %s', nameOf(call), Math.round(delayMs), printable(error.message));
  }
}

/** Logs which environment variables a client takes its login from, if they have several logins. */
export function reportLogin({ chosenVariables }: Login): void {
  if (chosenVariables !== undefined) debug('logs in with %s', chosenVariables.join(' and '));
}

/** Leaves out what could change what a terminal shows, or start a line of its own. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
}

function nameOf({ operation, target }: Call): string {
  return target.endpoint === undefined ? operation : `${operation} at ${target.endpoint}`;
}
