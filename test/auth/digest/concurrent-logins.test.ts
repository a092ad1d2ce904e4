import { describe, expect, it } from 'vitest';
import { AtlasTimeoutError } from '../../../src/index.js';
import { passTime, runClock, standStill } from '../../support/clock.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { type Conversation, challenge, ok, openConversation, outcomeOf, refusal } from '../support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const bare401 = { status: 401 };
const withNextNonce: Reply = { headers: { 'authentication-info': 'nextnonce="x"' } };
const basic401 = { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };

/** Starts that many calls at once, and returns how they end. */
const together = (count: number, call: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, () => outcomeOf(call())));

/** A server that answers requests without a login with these nonces, and later ones as the function says. */
function challenging(nonces: string, answer: (nonce: string, nextNonce: () => string) => ReturnType<typeof challenge>) {
  const left = nonces.split('');
  const nextNonce = () => left.shift() ?? 'none';
  const behavior: Behavior = (request) => {
    const nonce = /nonce="(\w+)"/.exec(request.headers['authorization'] ?? '')?.[1];
    const reply = nonce === undefined ? challenge(nextNonce()) : answer(nonce, nextNonce);
    queueMicrotask(() => request.reply(reply));
  };
  return behavior;
}

describe('concurrent calls', () => {
  it('of a new client: 100 cost 101 requests', async () => {
    const { get, sent } = openConversation(
      { credentials },
      challenging('a', () => ok),
    );
    expect(await together(100, get)).toEqual(Array(100).fill('ok'));
    expect(sent()).toBe(['-', ...Array.from({ length: 100 }, (_, index) => `a${index + 1}`)].join(' '));
  });

  it.each(['stale=true', 'stale=false'])(
    'whose nonce is refused with %s cost two requests each, and the last new nonce is kept',
    async (stale) => {
      const answer = (nonce: string, next: () => string) => (nonce === 'a' ? challenge(next(), `, ${stale}`) : ok);
      const { get, sent } = openConversation({ credentials }, challenging('abcd', answer));
      expect(await together(3, get)).toEqual(['ok', 'ok', 'ok']);
      await get();
      expect(sent()).toBe('- a1 a2 a3 b1 c1 d1 d2');
    },
  );
});

it('calls that get the same nonce after a refusal share its count, and a replaced nonce starts anew', async () => {
  const atlas = openConversation({ credentials }, silent);
  const first = outcomeOf(atlas.get());
  await atlas.answer(1, challenge('a'));
  await atlas.answer(2, ok);
  await first;
  const calls = together(3, atlas.get);
  for (const number of [3, 4]) await atlas.answer(number, challenge('b', ', stale=true'));
  await atlas.answer(5, challenge('a', ', stale=true'));
  for (const number of [6, 7, 8]) await atlas.answer(number, ok);
  expect(await calls).toEqual(['ok', 'ok', 'ok']);
  expect(atlas.sent()).toBe('- a1 a2 a3 a4 b1 b2 a1');
});

describe('calls that wait for the challenge of another call', () => {
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

  it.each<[how: string, end: (atlas: Conversation, abort: AbortController) => unknown, outcome: string]>([
    ['succeeds without a login', (atlas) => atlas.answer(1, ok), 'ok'],
    ['gets a 401 without a challenge', (atlas) => atlas.answer(1, bare401), '401'],
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

  it('are waited for in turn, if they ask by themselves: a later call waits for the latest of them', async () => {
    const { atlas } = await openWaiting();
    await atlas.answer(1, refusal(503));
    await atlas.answer(2, refusal(503));
    const later = outcomeOf(atlas.get());
    expect(atlas.sent()).toBe('- - - -');
    await atlas.answer(4, challenge('b'));
    for (const number of [5, 6]) await atlas.answer(number, ok);
    expect(await later).toBe('ok');
    expect(atlas.sent()).toBe('- - - - b1 b2');
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

  it('do not make a wrong key of a fresh nonce that others have used meanwhile', async () => {
    const { atlas, first, others } = await openWaiting();
    await atlas.answer(1, challenge('a'));
    expect(atlas.sent()).toBe('- a1 a2 a3 a4');
    await atlas.answer(2, challenge('b'));
    for (const number of [3, 4, 5, 6]) await atlas.answer(number, ok);
    expect([await first, ...(await others)]).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(atlas.sent()).toBe('- a1 a2 a3 a4 b1');
  });
});

describe('a late response', () => {
  /** A client with the nonce a, and its second request with it, number 3, that has no response yet. */
  async function openLate() {
    const atlas = openConversation({ credentials }, silent);
    const first = outcomeOf(atlas.get());
    await atlas.answer(1, challenge('a'));
    await atlas.answer(2, ok);
    await first;
    return { atlas, late: outcomeOf(atlas.get()) };
  }

  /** Makes a call whose requests, from this number on, get these answers. */
  async function callWith(atlas: Conversation, number: number, ...replies: Reply[]) {
    const call = outcomeOf(atlas.get());
    for (const [index, reply] of replies.entries()) await atlas.answer(number + index, reply);
    return call;
  }

  it.each([
    ['a success that brings a nextnonce', withNextNonce, 'ok'],
    ['a 401', bare401, '401'],
  ])('to a replaced nonce does not affect the new one if it is %s', async (_name, reply, outcome) => {
    const { atlas, late } = await openLate();
    expect(await callWith(atlas, 4, challenge('b'), ok)).toBe('ok');
    await atlas.answer(3, reply);
    expect(await late).toBe(outcome);
    expect(await callWith(atlas, 6, ok)).toBe('ok');
    expect(atlas.sent()).toBe('- a1 a2 a3 b1 b2');
  });

  it('does not bring back a nonce that was given up, even if it brings a nextnonce', async () => {
    const { atlas, late } = await openLate();
    expect(await callWith(atlas, 4, bare401)).toBe('401');
    await atlas.answer(3, withNextNonce);
    expect(await late).toBe('ok');
    expect(await callWith(atlas, 5, challenge('b'), ok)).toBe('ok');
    expect(atlas.sent()).toBe('- a1 a2 a3 - b1');
  });
});
