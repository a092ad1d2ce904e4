import { expect, it, vi } from 'vitest';
import type { WholeAnswer } from '../support/digest-server.js';
import { passTime, standStill } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startHeldServer } from '../support/held-server.js';
import { openClient } from '../support/open-client.js';
import { path } from '../support/snapshot-routes.js';
import { stopClock } from '../support/test-clock.js';

expectNoUnhandledRejection();

const hour = 3_600_000;
const snapshot: WholeAnswer = { status: 200, body: '{"status":"COMPLETED"}' };
const token = (value: string): WholeAnswer => ({
  status: 200,
  body: JSON.stringify({ access_token: value, token_type: 'Bearer', expires_in: hour / 1000 }),
});

/**
 * A service account whose token-1 is due for renewal. Two requests have no response yet: request 3, sent with token-1,
 * and request 4, for the next token. `renewal` is the call that waits for that token.
 */
async function openRenewing() {
  stopClock();
  const server = await startHeldServer();
  const client = openClient({
    baseUrl: server.url,
    credentials: { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' },
    timeout: 2 * hour,
    attemptTimeout: 2 * hour,
  });
  const get = () => client.getTenantSnapshot(...path);
  const first = get();
  await server.answer(1, token('token-1'));
  await server.answer(2, snapshot);
  await first;
  const late = get();
  await server.arrived(3);
  vi.advanceTimersByTime(hour - 59_000);
  const renewal = get();
  await server.arrived(4);
  const sentFrom = (number: number) => server.requests.slice(number - 1).map(({ authorization }) => authorization);
  return { server, get, late, renewal, sentFrom };
}

it('uses a token that has not expired if its renewal takes longer than 500 ms', async () => {
  const { server, get, late, renewal, sentFrom } = await openRenewing();
  await passTime(450);
  await standStill();
  expect(server.requests).toHaveLength(4);
  await passTime(100);
  await server.answer(5, snapshot);
  await renewal;

  const next = get();
  await server.answer(6, snapshot);
  await next;
  expect(sentFrom(5)).toEqual(['Bearer token-1', 'Bearer token-1']);

  await server.answer(4, token('token-2'));
  await standStill();
  const renewed = get();
  await server.answer(7, snapshot);
  await renewed;
  expect(sentFrom(7)).toEqual(['Bearer token-2']);

  await server.answer(3, snapshot);
  await late;
});

it('waits for a slow renewal if the old token is refused meanwhile, and renews it only once', async () => {
  const { server, late, renewal, sentFrom } = await openRenewing();
  await server.answer(3, { status: 401 });
  await standStill();
  await passTime(1_000);
  expect(server.requests).toHaveLength(4);
  await server.answer(4, token('token-2'));
  await Promise.all([server.answer(5, snapshot), server.answer(6, snapshot)]);
  await Promise.all([renewal, late]);
  expect(sentFrom(5)).toEqual(['Bearer token-2', 'Bearer token-2']);
});

it('does not resend after a 401 for a missing role, even if the token was renewed meanwhile', async () => {
  const { server, late, renewal } = await openRenewing();
  await server.answer(4, token('token-2'));
  await server.answer(5, snapshot);
  await renewal;
  await server.answer(3, { status: 401, body: '{"error":401,"errorCode":"USER_UNAUTHORIZED"}' });
  await expect(late).rejects.toMatchObject({ code: 'API_ERROR', status: 401, errorCode: 'USER_UNAUTHORIZED' });
  expect(server.requests).toHaveLength(5);
});

it('does not use a token again that was refused during a failed renewal', async () => {
  const { server, late, renewal } = await openRenewing();
  await server.answer(3, { status: 401 });
  await standStill();
  await server.answer(4, { status: 403 });
  await expect(renewal).rejects.toMatchObject({ code: 'AUTHENTICATION', status: 403 });
  await expect(late).rejects.toMatchObject({ code: 'AUTHENTICATION', status: 403 });
  expect(server.requests).toHaveLength(4);
});

it('ignores a renewal that fails after its call used the old token', async () => {
  const { server, get, late, renewal, sentFrom } = await openRenewing();
  await passTime(550);
  await server.answer(5, snapshot);
  await renewal;
  await server.answer(4, { status: 403 });
  await standStill();
  const next = get();
  await server.answer(6, snapshot);
  await next;
  expect(sentFrom(6)).toEqual(['Bearer token-1']);
  await server.answer(3, snapshot);
  await late;
});
