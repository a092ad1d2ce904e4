import { tracingChannel } from 'node:diagnostics_channel';
import type { CallPlan, PlanStart } from './call.js';
import type { CallStart, RunningCall } from './call-promise.js';
import type { EndpointName } from './endpoints.js';

/**
 * What the tracing channel `atlas-tenant-snapshots:call` tells of a call, no secret in it. What is not known when the
 * call starts is there when it ends.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#class-tracingchannel
 */
export interface AtlasCallTrace {
  /** The client's method. */
  operation: string;
  /** The endpoint asked last. */
  endpoint: EndpointName;
  /** The HTTP method. */
  method: 'GET';
  /** The request target: path and query. */
  path: string;
  /** Of the answer that decided; absent where none came. */
  status?: number | undefined;
  /** Attempts that the call took, at both endpoints. */
  attempts: number;
  /** ms, from the start of the call; 0 until it ends. */
  durationMs: number;
  /** What the call was rejected with. */
  error?: unknown;
}

const channel = tracingChannel<unknown, AtlasCallTrace>('atlas-tenant-snapshots:call');

/** Whether anybody listens. */
export function isTraced(): boolean {
  return channel.hasSubscribers;
}

/** Tells the channel of a call's start and end. */
export function traceCall<T, R>(plan: CallPlan<T>, start: PlanStart<T, R>): CallStart<R> {
  return (resolve, reject) => {
    const startedAt = performance.now();
    const { endpoint, method, path } = plan.route;
    const trace: AtlasCallTrace = {
      operation: plan.operation.name,
      endpoint,
      method,
      path,
      attempts: 0,
      durationMs: 0,
    };
    let call: RunningCall | undefined;
    let isStarting = true;
    const finish = (settle: () => void): void => {
      // What ends at once ends after its start all the same, as those who listen expect.
      if (isStarting) {
        queueMicrotask(() => finish(settle));
        return;
      }
      Object.assign(trace, describe(call), { durationMs: performance.now() - startedAt });
      if (trace.error !== undefined) channel.error.publish(trace);
      channel.asyncStart.publish(trace);
      settle();
      channel.asyncEnd.publish(trace);
    };
    call = channel.start.runStores(trace, () =>
      start(
        plan,
        (data) => finish(() => resolve(data)),
        (error) => {
          trace.error = error;
          finish(() => reject(error));
        },
      ),
    );
    isStarting = false;
    channel.end.publish(trace);
    return call;
  };
}

function describe(call: RunningCall | undefined): Partial<AtlasCallTrace> {
  const source = call?.source;
  if (source === undefined) return {};
  const { endpoint, path, status, attempts } = source;
  return status === undefined ? { endpoint, path, attempts } : { endpoint, path, status, attempts };
}
