import type { DispatcherLike, DispatchHandlerLike } from '../../src/index.js';

/** Runs for a request, before `dispatch()` returns. */
export type DispatchScript = (reply: (status: number, body: string, headers?: Record<string, string>) => void) => void;

/**
 * A dispatcher without a socket that may respond within `dispatch()`, as a test double may. It has one script per
 * request, and records the numbers, from 1, of the requests that were begun and aborted.
 */
export function scriptedDispatcher(...scripts: DispatchScript[]) {
  const begun: number[] = [];
  const aborted: number[] = [];
  const dispatcher: DispatcherLike = {
    dispatch(_options, handler) {
      const number = begun.length + 1;
      begun.push(number);
      const controller = { abort: () => void aborted.push(number) };
      handler.onRequestStart(controller, {});
      scripts[number - 1]?.((status, body, headers = {}) => {
        if (!aborted.includes(number)) answer(handler, controller, status, body, headers);
      });
      return true;
    },
  };
  return { dispatcher, begun, aborted };
}

function answer(
  handler: DispatchHandlerLike,
  controller: { abort(): void },
  status: number,
  body: string,
  headers: Record<string, string>,
): void {
  handler.onResponseStart(controller, status, headers);
  handler.onResponseData(controller, Buffer.from(body));
  handler.onResponseEnd(controller, {});
}
