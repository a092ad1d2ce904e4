// Going away: use raw-server.ts.
export {
  type RawRequest as FaultRequest,
  type RawServer as FaultServer,
  type Scripts,
  startRawServer as startFaultServer,
} from './raw-server.js';
