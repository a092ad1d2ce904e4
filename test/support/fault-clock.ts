// Going away: use clock.ts.
import { beforeEach } from 'vitest';
import { stopClock } from './clock.js';

export { runClock as skipTime } from './clock.js';

export function fakeClock(): void {
  beforeEach(stopClock);
}
