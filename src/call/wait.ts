import type { TenantSnapshot } from '../atlas/schemas.js';
import { AtlasSnapshotFailedError } from '../errors/errors.js';
import type { Call } from './call.js';
import { Failure, type Outcome, type Success } from './failure.js';

const maxStatusLength = 100;

/** How to poll a snapshot. */
export interface PollOptions {
  /** Called with the snapshot after each poll. */
  readonly onPoll: ((snapshot: TenantSnapshot) => void | Promise<void>) | undefined;
  /** ms from the start of one poll to the start of the next. */
  readonly pollInterval: number;
}

/**
 * Polls a snapshot until it is complete.
 *
 * @param firstPoll - the plan of the first poll. `P` is the plan of one request.
 */
export async function pollUntilComplete<P>(
  firstPoll: P,
  planPoll: () => P,
  poll: (plan: P) => Promise<Outcome<TenantSnapshot>>,
  { onPoll, pollInterval }: PollOptions,
  call: Call,
): Promise<Outcome<TenantSnapshot>> {
  for (let plan = firstPoll; ; plan = planPoll()) {
    const nextPollAt = performance.now() + pollInterval;
    const outcome = await poll(plan);
    if (outcome instanceof Failure) return outcome;
    const { data: snapshot, login } = outcome;
    call.noteStatus(snapshot.status && call.createMask(login).text(snapshot.status).slice(0, maxStatusLength));
    if (onPoll !== undefined) await call.waitForCaller('waiting for onPoll', async () => onPoll(snapshot));
    if (snapshot.status === 'COMPLETED') return outcome;
    // close() may have been called meanwhile, possibly by onPoll.
    if (onPoll !== undefined) call.throwIfClosed();
    if (snapshot.status === 'FAILED') return failureOfSnapshot(call, outcome);
    await call.sleep('waiting to poll again', nextPollAt - performance.now());
  }
}

function failureOfSnapshot(call: Call, { data, route, response, login }: Success<TenantSnapshot>): Failure {
  // Masking keeps the shape of a snapshot.
  const masked = call.createMask(login).json(data) as TenantSnapshot;
  const toError = (context: object) => new AtlasSnapshotFailedError(masked, context);
  return new Failure(call, { route, response, isRetryable: false, toError });
}
