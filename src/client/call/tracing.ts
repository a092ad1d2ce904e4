import { tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { type Target, toPath } from '../atlas/target.js';
import { isAtlasError } from '../errors/errors.js';
import type { Answer, Call } from './call.js';

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

const calls = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');
const debug = debuglog('atlas-tenant-snapshots');

/** Runs a call. If anyone subscribes to the tracing channel, publishes its start and its end. */
export function traceCall<T>(call: Call, run: () => Promise<Answer<T>>): Promise<Answer<T>> {
  // Bun's tracing channel does not say whether it has subscribers, but its parts do.
  if (!(calls.hasSubscribers ?? calls.asyncEnd.hasSubscribers)) return run();
  const startedAt = performance.now();
  const trace: AtlasCallTrace = { operation: call.operation, method: 'GET', ...stateOf(call), durationMs: 0 };
  const runAndDescribe = async () => {
    try {
      const answer = await run();
      trace.status = answer.status;
      return answer;
    } catch (error) {
      const status = statusOf(call, error);
      if (status !== undefined) trace.status = status;
      throw error;
    } finally {
      Object.assign(trace, stateOf(call), { durationMs: performance.now() - startedAt });
    }
  };
  return calls.tracePromise(runAndDescribe, trace);
}

/** The fields that change during a call. */
function stateOf({ client, target, attempts }: Call) {
  return { endpoint: target.endpoint, path: toPath(client.settings.prefix, target), attempts };
}

/** The status of the response that a call failed with. Undefined if it failed otherwise. */
function statusOf({ status }: Call, error: unknown): number | undefined {
  if (isAtlasError(error, 'API_ERROR') || isAtlasError(error, 'AUTHENTICATION')) return error.status;
  return isAtlasError(error, 'INVALID_RESPONSE') ? status : undefined;
}

/**
 * Logs how an attempt ended.
 *
 * @param end - the status of its response, or its error, or the reason that ended its call early.
 */
export function logAttempt(call: Call, target: Target, startedAt: number, end: unknown): void {
  // Not `!enabled`: the logger of Bun has no such field, but may log.
  if (debug.enabled === false) return;
  const ms = Math.round(performance.now() - startedAt);
  debug('%s: attempt %d ended with %s after %d ms', nameOf(call, target), call.attempts, describeEnd(end), ms);
}

function describeEnd(end: unknown): unknown {
  if (typeof end === 'number') return end;
  if (!isAtlasError(end)) return 'an abort';
  return 'status' in end ? (end.status ?? end.code) : end.code;
}

/** Logs that a call waits before its next attempt. */
export function logRetry(call: Call, target: Target, error: Error, delayMs: number): void {
  debug('%s: retry in %d ms: %s', nameOf(call, target), Math.round(delayMs), error.message);
}

function nameOf({ number, client }: Call, target: Target): string {
  return `call ${number}: GET ${toPath(client.settings.prefix, target)}`;
}
