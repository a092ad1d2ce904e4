// Going away: use open-client.ts.
export { get, openBareClient as openFaultClient } from './open-client.js';
