// Going away: use clock.ts.
import { beforeEach } from 'vitest';
import { stopClock } from './clock.js';

export { passTime, runClock as skipTime, standStill } from './clock.js';

export function fakeClock(): void {
  beforeEach(stopClock);
}
