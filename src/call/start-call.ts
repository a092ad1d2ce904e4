import type { EndpointName } from '../atlas/endpoints.js';
import type { TenantSnapshot } from '../atlas/schemas.js';
import { joinHeaders } from '../http/headers.js';
import { Call } from './call.js';
import { Failure, type Outcome, type Success } from './failure.js';
import { type Page, readAllPages } from './pages.js';
import type { ClientContext, Plan } from './plan.js';
import { runRequest } from './run-request.js';
import { traceCall } from './tracing.js';
import { type PollOptions, pollUntilComplete } from './wait.js';

/** How Atlas responded to a call. */
export interface AtlasResponse {
  /** The HTTP status, or the status in the envelope. */
  status: number;
  /** The response headers, with lowercase names. */
  headers: Record<string, string>;
  /** The endpoint that responded. Absent for `get()` and `getAll()`. */
  endpoint?: EndpointName | undefined;
  /** Attempts made, at both endpoints. */
  attempts: number;
  /** The rate limit, if the response names it: the size of the bucket, and the requests left in it. */
  rateLimit?: { limit?: number | undefined; remaining?: number | undefined } | undefined;
}

/** The promise of a call's result. */
export interface AtlasPromise<T> extends Promise<T> {
  /** Resolves to the result and the response. Rejects like the promise itself. */
  withResponse(): Promise<{ data: T; response: AtlasResponse }>;
}

/** Starts a call that makes one request. */
export function startCall<T>(context: ClientContext, operation: string, plan: Plan<T>): AtlasPromise<T> {
  const call = openCall(context, operation, plan);
  const outcome = traceCall(call, plan.route, () => call.run(() => runRequest(context, plan, call)));
  return toAtlasPromise(outcome, call);
}

/** Starts a call that reads all pages of a list. */
export function startList<T>(
  context: ClientContext,
  operation: string,
  planPage: (pageNum: number) => Plan<Page<T>>,
): AtlasPromise<T[]> {
  const firstPage = planPage(1);
  const call = openCall(context, operation, firstPage);
  const readPage = (plan: Plan<Page<T>>) => runRequest(context, plan, call);
  const readPages = () => readAllPages(firstPage, planPage, readPage, call);
  const outcome = traceCall(call, firstPage.route, () => call.run(readPages));
  return toAtlasPromise(outcome, call);
}

/** Starts a call that polls a snapshot. Each poll has a trace of its own. */
export function startWait(
  context: ClientContext,
  operation: string,
  planPoll: () => Plan<TenantSnapshot>,
  options: PollOptions,
): AtlasPromise<TenantSnapshot> {
  const firstPoll = planPoll();
  const call = openCall(context, operation, firstPoll);
  const poll = (plan: Plan<TenantSnapshot>) => traceCall(call, plan.route, () => runRequest(context, plan, call));
  const outcome = call.run(() => pollUntilComplete(firstPoll, planPoll, poll, options, call));
  return toAtlasPromise(outcome, call);
}

function openCall(
  { lifetime, authenticator }: ClientContext,
  operation: string,
  { route, settings }: Pick<Plan<unknown>, 'route' | 'settings'>,
): Call {
  return new Call(operation, route, settings, lifetime, authenticator);
}

/** The promise of a call, from its outcome. */
export function toAtlasPromise<T>(outcome: Promise<Outcome<T>>, call: { readonly attempts: number }): AtlasPromise<T> {
  const promise = outcome.then((ended) => successOf(ended).data);
  const withResponse = async () => {
    // Awaited first, so that a rejection of either promise is handled.
    const data = await promise;
    return { data, response: describeResponse(successOf(await outcome), call.attempts) };
  };
  return Object.assign(promise, { withResponse });
}

/** @throws the error of a failure. */
function successOf<T>(outcome: Outcome<T>): Success<T> {
  if (outcome instanceof Failure) throw outcome.error;
  return outcome;
}

function describeResponse({ response, route }: Success<unknown>, attempts: number): AtlasResponse {
  const headers = joinHeaders(response.headers);
  const described: AtlasResponse = { status: response.status, headers, attempts };
  if (route.endpoint !== undefined) described.endpoint = route.endpoint;
  const limit = parseCount(headers['ratelimit-limit']);
  const remaining = parseCount(headers['ratelimit-remaining']);
  if (limit !== undefined) described.rateLimit = { limit };
  if (remaining !== undefined) described.rateLimit = { ...described.rateLimit, remaining };
  return described;
}

function parseCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
