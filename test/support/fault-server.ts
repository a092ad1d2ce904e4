// Going away: use raw-server.ts.
export {
  type RawServer as FaultServer,
  type Scripts,
  startRawServer as startFaultServer,
} from './raw-server.js';
