import { describe, expect, it } from 'vitest';
import { get, openFaultClient } from '../../support/fault-client.js';
import { startFaultServer } from '../../support/fault-server.js';
import { answer, good, reset, type Script } from '../../support/fault-steps.js';
import { countsByNonce } from './support/counts.js';

const credentials = { publicKey: 'public-key', privateKey: 'private-key' };

/** A server whose first nonce is stale, and which resets the connection at this many requests with a later nonce. */
async function startSite(deaths: number) {
  let nonces = 0;
  let died = 0;
  const challenge = (): Script => {
    nonces += 1;
    const stale = nonces > 1;
    return [answer(401, '{}', `www-authenticate: Digest realm="r", nonce="n${nonces}", qop="auth", stale=${stale}`)];
  };
  return startFaultServer(({ authorization = '' }) => {
    if (!/nonce="n(?!1")/.test(authorization)) return challenge();
    died += 1;
    return died <= deaths ? [reset] : good;
  });
}

describe('a login that is refused with a fresh nonce, whose connection then dies', () => {
  it.each([1, 2, 3])('starts anew with each resend: after %i of them the nonce that worked is kept', async (deaths) => {
    const server = await startSite(deaths);
    const client = openFaultClient(server, { credentials });
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    const before = server.requests.length;
    await get(client);
    expect(server.requests).toHaveLength(before + 1);
    for (const counts of countsByNonce(server.requests).values()) {
      expect(counts).toEqual(Array.from({ length: counts.length }, (_, index) => index + 1));
    }
  });
});
