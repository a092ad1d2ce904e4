import { setMaxListeners } from 'node:events';

/** Keeps Node from warning about listeners, however many checks or calls share a signal. Each removes its own. */
export function allowListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // A signal of another realm, such as that of jsdom, about which Node does not warn.
  }
}
