import { setMaxListeners } from 'node:events';

/** Listens for the abort of a signal. */
export function listenToAbort(signal: AbortSignal, listener: { handleEvent(): void }): void {
  // One signal for many calls is usual, and no leak: undici's fetch lifts the limit of 10 too.
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  signal.addEventListener('abort', listener);
}
