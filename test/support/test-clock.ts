// Going away: use clock.ts.
export { runClock, stopClock } from './clock.js';
