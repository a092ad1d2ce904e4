// Renewals that overlap with other requests.

import { expect, it, vi } from 'vitest';
import { passTime, standStill } from '../../support/clock.js';
import { type Reply, silent } from '../../support/scripted-dispatcher.js';
import { ok, openScripted, outcomeOf, refusal, token } from '../support/conversation.js';

const hour = 3_600_000;
const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const bare401: Reply = { status: 401 };

/**
 * A service account whose token t is due for renewal. Two requests have no response yet: request 3, sent with t, and
 * request 4, for the next token. `renewal` is the call that waits for that token.
 */
async function openRenewing() {
  const atlas = openScripted({ credentials, timeout: 2 * hour, attemptTimeout: 2 * hour }, silent);
  const start = () => outcomeOf(atlas.get());
  const first = start();
  await atlas.answer(1, token('t'));
  await atlas.answer(2, ok);
  expect(await first).toBe('ok');
  const late = start();
  vi.advanceTimersByTime(hour - 59_000);
  const renewal = start();
  await standStill();
  expect(atlas.sent()).toBe('token t t token');
  return { ...atlas, start, late, renewal };
}

it('a token that has not expired is used if its renewal takes longer than 500 ms', async () => {
  const { sent, answer, start, renewal } = await openRenewing();
  await passTime(450);
  expect(sent()).toBe('token t t token');
  await passTime(100);
  await answer(5, ok);
  expect(await renewal).toBe('ok');
  const next = start();
  await answer(6, ok);
  expect(await next).toBe('ok');
  await answer(4, token('u'));
  const renewed = start();
  await answer(7, ok);
  expect(await renewed).toBe('ok');
  expect(sent()).toBe('token t t token t t u');
});

it('a renewal that fails after its call used the old token is ignored', async () => {
  const { sent, answer, start, renewal } = await openRenewing();
  await passTime(550);
  await answer(5, ok);
  expect(await renewal).toBe('ok');
  await answer(4, refusal(403));
  const next = start();
  await answer(6, ok);
  expect(await next).toBe('ok');
  expect(sent()).toBe('token t t token t t');
});

it('a slow renewal is waited for if the old token is refused meanwhile, and nothing is renewed twice', async () => {
  const { sent, answer, late, renewal } = await openRenewing();
  await answer(3, bare401);
  await passTime(1_000);
  expect(sent()).toBe('token t t token');
  await answer(4, token('u'));
  await answer(5, ok);
  await answer(6, ok);
  expect([await renewal, await late]).toEqual(['ok', 'ok']);
  expect(sent()).toBe('token t t token u u');
});

it('a token that was refused during a failed renewal is not used again', async () => {
  const { sent, answer, late, renewal } = await openRenewing();
  await answer(3, bare401);
  await answer(4, refusal(403));
  expect([await renewal, await late]).toEqual(['AUTHENTICATION', 'AUTHENTICATION']);
  expect(sent()).toBe('token t t token');
});

it('a 401 of the old token leads to a second try with the new one, without another renewal', async () => {
  const { sent, answer, late, renewal } = await openRenewing();
  await answer(4, token('u'));
  await answer(5, ok);
  await answer(3, bare401);
  await answer(6, ok);
  expect([await renewal, await late]).toEqual(['ok', 'ok']);
  expect(sent()).toBe('token t t token u u');
});

it('a 401 of the old token for a missing role leads to no second try', async () => {
  const { sent, answer, late, renewal } = await openRenewing();
  await answer(4, token('u'));
  await answer(5, ok);
  await answer(3, refusal(401, 'USER_UNAUTHORIZED'));
  expect([await renewal, await late]).toEqual(['ok', '401']);
  expect(sent()).toBe('token t t token u');
});
