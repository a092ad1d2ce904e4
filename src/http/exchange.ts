import { type HeaderFields, headerValue } from './headers.js';
import { isConnectionLoss, kindOfError, NoResponse, toError } from './no-response.js';
import type { Scope } from './scope.js';
import { afterTurns, startTimer, turnsToFreeConnection } from './timer.js';
import type { DispatchController, DispatchHandler, Transport, WireRequest } from './transport.js';

/** A complete response, as it came over the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly bytes: Buffer;
  /** Whether the body was cut off at `maxResponseSize`. */
  readonly isTruncated: boolean;
}

/** The limits of one exchange. */
export interface ExchangeLimits {
  /** ms, from when the request is on the wire. */
  readonly attemptTimeout: number;
  /** bytes of a body. */
  readonly maxResponseSize: number;
}

/** Many small chunks would take far more memory than their bytes, so this many are joined. */
const maxChunks = 1_000;

/**
 * Sends one request and waits for its response. Settles when undici has freed the connection, so that the next request can use
 * it.
 *
 * @param scope - may end the exchange early. A request that serves many calls has none.
 * @throws {@link NoResponse}, or the reason of the scope if it ends.
 */
export function exchange(
  transport: Transport,
  request: WireRequest,
  { attemptTimeout, maxResponseSize }: ExchangeLimits,
  scope?: Scope,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    scope?.throwIfEnded();
    let controller: DispatchController | undefined;
    let stopTimer = () => {};
    let hasEnded = false;
    // 0 until the head of a response arrives.
    let status = 0;
    let headers: HeaderFields = {};
    // The body so far: what has been joined, and then chunks as they came.
    const joined: Buffer[] = [];
    let chunks: Buffer[] = [];
    let size = 0;

    const end = (settle: () => void, isWhole: boolean) => {
      if (hasEnded) return;
      hasEnded = true;
      stopTimer();
      afterTurns(turnsToFreeConnection, settle);
      if (!isWhole) controller?.abort(new Error('The request was given up'));
    };
    const fail = (reason: unknown) => end(() => reject(reason), false);
    const finish = (isTruncated: boolean) => {
      const response = { status, headers, bytes: Buffer.concat([...joined, ...chunks]), isTruncated };
      end(() => resolve(response), !isTruncated);
    };
    const failWith = (reason: unknown, isOwnError = false) => {
      const cause = toError(reason);
      const kind = kindOfError(cause);
      const isDead = controller !== undefined && status === 0 && isConnectionLoss(cause);
      fail(new NoResponse(isOwnError && kind === 'other' ? 'fetch refusal' : kind, attemptTimeout, cause, isDead));
    };

    const handler: DispatchHandler = {
      onRequestStart(started) {
        // Given up while it was queued. `abort` would close a good connection; an exception does not.
        if (hasEnded) throw new Error('The call ended before its request was sent');
        controller = started;
        if (scope !== undefined) scope.phase = 'waiting for the response';
        // A dispatcher that retries starts the request again.
        stopTimer();
        const onTimeout = () => fail(new NoResponse('attempt timeout', attemptTimeout));
        // In the background, because the timer of the call keeps the process alive.
        stopTimer = startTimer(attemptTimeout, onTimeout, true);
      },
      onResponseStart(_controller, statusCode, fields) {
        // An interim response, such as a 103, is overwritten by the final one.
        status = statusCode;
        headers = fields;
        // The body of an error is worth reading up to the limit.
        const isSuccess = statusCode >= 200 && statusCode < 300;
        if (isSuccess && Number(headerValue(fields, 'content-length')) > maxResponseSize) finish(true);
      },
      onResponseData(_controller, chunk) {
        const part = chunk.subarray(0, maxResponseSize - size);
        size += part.length;
        chunks.push(part);
        if (chunks.length === maxChunks) {
          joined.push(Buffer.concat(chunks));
          chunks = [];
        }
        if (part.length < chunk.length) finish(true);
      },
      onResponseEnd: () => finish(false),
      onResponseError: (_controller, reason, isOwnError) => failWith(reason, isOwnError),
    };

    if (scope !== undefined) scope.phase = 'waiting for a connection';
    scope?.onInterrupt((reason) => {
      // A call ends at once: no request of it follows.
      if (!hasEnded) reject(reason);
      fail(reason);
    });
    try {
      transport.dispatch(request, handler);
    } catch (error) {
      failWith(error);
    }
  });
}
