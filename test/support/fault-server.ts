// Going away: use raw-server.ts.
export {
  type Scripts,
  startRawServer as startFaultServer,
} from './raw-server.js';
