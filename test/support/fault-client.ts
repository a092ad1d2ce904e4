// Going away: use open-client.ts.
export { get, openBareClient as openFaultClient } from './open-client.js';

/** A secret that must not appear in errors. */
export const accessToken = 'token-of-the-test';
