import type { DispatcherLike, DispatchHandlerLike } from '../../src/index.js';

/** What a scripted dispatcher does for a request, before its `dispatch` returns. */
export type DispatchScript = (reply: (status: number, body: string, headers?: Record<string, string>) => void) => void;

/**
 * A dispatcher without a socket that may answer within `dispatch`, as a double of a user's does. It has a script a
 * request, and tells which requests, from 1, were begun and which of them were aborted.
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
