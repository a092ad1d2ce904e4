// Going away: use raw-steps.ts.
export {
  answer,
  chunked,
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
