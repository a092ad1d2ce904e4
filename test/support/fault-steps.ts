// Going away: use raw-steps.ts.
export { answer, good, refusal, reset, type Script, snapshotJson, until } from './raw-steps.js';
