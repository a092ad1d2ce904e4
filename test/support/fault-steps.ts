// Going away: use raw-steps.ts.
export {
  answer,
  drip,
  end,
  good,
  head,
  pause,
  refusal,
  reset,
  type Script,
  send,
  snapshotJson,
  until,
} from './raw-steps.js';
