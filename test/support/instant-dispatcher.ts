import type { DispatcherLike } from '../../src/index.js';

/** A dispatcher without a socket, for tests with fake timers: each request gets a 200 with this body at once. */
export function instantDispatcher(answer: (path: string) => object): DispatcherLike {
  return {
    dispatch({ path }, handler) {
      const controller = { abort() {} };
      handler.onRequestStart(controller, {});
      queueMicrotask(() => {
        handler.onResponseStart(controller, 200, { 'content-type': 'application/json' });
        handler.onResponseData(controller, Buffer.from(JSON.stringify(answer(path))));
        handler.onResponseEnd(controller, {});
      });
      return true;
    },
  };
}
