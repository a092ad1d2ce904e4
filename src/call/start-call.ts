import type { TenantSnapshot } from '../atlas/schemas.js';
import { Call } from './call.js';
import { type Page, readAllPages } from './pages.js';
import type { ClientContext, Plan } from './plan.js';
import { type AtlasPromise, toAtlasPromise } from './promise.js';
import { runRequest } from './run-request.js';
import { traceCall } from './tracing.js';
import { type PollOptions, pollUntilComplete } from './wait.js';

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
