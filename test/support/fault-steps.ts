// Going away: use raw-steps.ts.
export { answer, good, refusal, reset, until } from './raw-steps.js';
