import { describe, expect, it } from 'vitest';
import { AtlasTimeoutError } from '../../../../src/client/index.js';
import { passTime, runClock, standStill } from '../../../support/clock.js';
import { rejection } from '../../../support/rejection.js';
import { silent } from '../../../support/scripted-dispatcher.js';
import { type Conversation, challenge, ok, openConversation, outcomeOf, refusal } from '../support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const basic401 = { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };

/** Starts that many calls at once, and returns how they end. */
const together = (count: number, call: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, () => outcomeOf(call())));

/** Four calls, the first of which has asked for a challenge. */
async function openWaiting() {
  const atlas = openConversation({ credentials }, silent);
  const abort = new AbortController();
  const first = outcomeOf(atlas.get({ signal: abort.signal, attemptTimeout: 1_000 }));
  const others = together(3, atlas.get);
  await standStill();
  expect(atlas.sent()).toBe('-');
  return { atlas, first, others, abort };
}

it('100 concurrent calls of a new client cost 101 requests', async () => {
  const { get, sent } = openConversation({ credentials }, challenge('a'), ok);
  expect(await together(100, get)).toEqual(Array(100).fill('ok'));
  expect(sent()).toBe(['-', ...Array.from({ length: 100 }, (_, index) => `a${index + 1}`)].join(' '));
});

it('concurrent calls whose nonce is refused each answer their own challenge, and share the count of a nonce', async () => {
  const { atlas, first, others } = await openWaiting();
  await atlas.answer(1, challenge('a'));
  for (const number of [2, 3, 4, 5]) await atlas.answer(number, ok);
  expect([await first, ...(await others)]).toEqual(['ok', 'ok', 'ok', 'ok']);
  const calls = together(3, atlas.get);
  await atlas.answer(6, challenge('b', ', stale=true'));
  await atlas.answer(7, challenge('b', ', stale=true'));
  await atlas.answer(8, challenge('c', ', stale=true'));
  for (const number of [9, 10, 11]) await atlas.answer(number, ok);
  expect(await calls).toEqual(['ok', 'ok', 'ok']);
  void outcomeOf(atlas.get());
  expect(atlas.sent()).toBe('- a1 a2 a3 a4 a5 a6 a7 b1 b2 c1 c2');
});

describe('calls that wait for the challenge of another call', () => {
  it.each<[how: string, end: (atlas: Conversation, abort: AbortController) => unknown, outcome: string]>([
    ['succeeds without a login', (atlas) => atlas.answer(1, ok), 'ok'],
    ['gets a 401 without a challenge', (atlas) => atlas.answer(1, { status: 401 }), '401'],
    ['gets a 401 with a challenge of Basic', (atlas) => atlas.answer(1, basic401), 'AUTHENTICATION'],
    ['gets a 503', (atlas) => atlas.answer(1, refusal(503)), '503'],
    ['times out', () => passTime(1_100), 'TIMEOUT'],
    ['is aborted', (_atlas, abort) => abort.abort('enough'), 'enough'],
  ])('each ask by themselves if it %s', async (_how, end, outcome) => {
    const { atlas, first, others, abort } = await openWaiting();
    await end(atlas, abort);
    expect(await first).toBe(outcome);
    await standStill();
    expect(atlas.sent()).toBe('- - - -');
    await atlas.answer(2, challenge('b'));
    await atlas.answer(3, challenge('c'));
    await atlas.answer(4, challenge('d'));
    for (const number of [5, 6, 7]) await atlas.answer(number, ok);
    expect(await others).toEqual(['ok', 'ok', 'ok']);
    void outcomeOf(atlas.get());
    expect(atlas.sent()).toBe('- - - - b1 c1 d1 d2');
  });

  it('are followed by one inquiry of the calls that start after it has failed', async () => {
    const { get, sent } = openConversation({ credentials }, refusal(503), challenge('a'), ok);
    expect(await outcomeOf(get())).toBe('503');
    expect(await together(3, get)).toEqual(['ok', 'ok', 'ok']);
    expect(sent()).toBe('- - a1 a2 a3');
  });

  it('may end while they wait', async () => {
    const { atlas } = await openWaiting();
    const abort = new AbortController();
    const aborted = outcomeOf(atlas.get({ signal: abort.signal }));
    abort.abort('enough');
    expect(await aborted).toBe('enough');
    const late = await runClock(rejection(atlas.get({ timeout: 500 }), AtlasTimeoutError));
    expect(late.message).toContain('while logging in');
    expect(atlas.sent()).toBe('-');
  });
});
