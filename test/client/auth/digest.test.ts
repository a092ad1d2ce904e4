import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasTimeoutError } from '../../../src/client/index.js';
import { runClock, standStill } from '../../support/clock.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import {
  type Conversation,
  type ConversationOptions,
  challenge,
  converse,
  enveloped401,
  missingRole,
  ok,
  openConversation,
  outcomeOf,
  refusal,
} from './support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

const [a, b, c] = [challenge('a'), challenge('b'), challenge('c')];
const offer = (text: string): Reply => ({ status: 401, headers: { 'www-authenticate': text } });
const otherRealm = offer('Digest realm="other", nonce="a", qop="auth"');
const [opaque, md5] = [challenge('a', ', opaque="o"'), challenge('a', ', opaque="o", algorithm=MD5')];
const call = { envelope: true };

/** Each row: what the server answers to consecutive calls, the nonce and nc of each request, and how the calls end. */
type Row = [promise: string, script: Behavior[], sent: string, ended: string, options?: ConversationOptions];

async function check(...[_promise, script, sent, ended, options]: Row) {
  expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
}

describe('a challenge', () => {
  it.each<Row>([
    ['serves later calls, with one request each', [a, ok, ok, ok], '- a1 a2 a3', 'ok ok ok'],
    ['is kept after an error', [a, refusal(403), refusal(500), ok], '- a1 a2 a3', '403 500 ok'],
    ['is not needed by a server without a login', [ok, ok, a, ok], '- - - a1', 'ok ok ok'],
    ['outside of a 401 is not answered', [{ ...a, status: 403 }], '-', '403'],
  ])('%s', check);
});

describe('a refused answer', () => {
  it.each<Row>([
    ['to a kept challenge is followed by one to the new challenge', [a, ok, b, ok, ok], '- a1 a2 b1 b2', 'ok ok ok'],
    ['to a kept and to a new challenge means a wrong key', [a, ok, b, c], '- a1 a2 b1', 'ok 401'],
    ['leaves the next call a try', [a, b, c, ok], '- a1 a2 c1', '401 ok'],
    ['is final with a missing role, although that has a challenge', [a, ok, missingRole], '- a1 a2', 'ok 401'],
    [
      'is followed by another one at each attempt',
      [a, ok, b, refusal(503), c, ok],
      '- a1 a2 b1 b2 c1',
      'ok ok',
      { maxRetries: 1 },
    ],
    ['goes on counting if the server repeats the challenge', [a, ok, a, ok], '- a1 a2 a3', 'ok ok'],
    [
      'is followed by one to the new challenge, even if only its realm, opaque or algorithm is new',
      [a, ok, otherRealm, ok, opaque, ok, md5, ok, ok],
      '- a1 a2 a1 a2 a1 a2 a1 a2',
      'ok ok ok ok ok',
    ],
    ['in an envelope is final', [a, ok, enveloped401, ok], '- a1 a2 a3', 'ok 401 ok', { call }],
    ['with an offer that is not supported ends the call', [a, ok, offer('Basic')], '- a1 a2', 'ok AUTHENTICATION'],
  ])('%s', check);
});

it('an error shows the public key, but neither response of its call', async () => {
  const { get, dispatcher } = openConversation({ credentials }, a, ok, b, (request) => {
    const logins = dispatcher.requests.map(({ headers }) => headers['authorization']);
    request.reply({ status: 403, body: logins.slice(2).join() });
  });
  await get();
  const error = await rejection(get(), AtlasApiError);
  expect(error.body).toMatch(
    /username="abcdefgh", .*nonce="a", .*response="\[masked\]",.*nonce="b", .*response="\[masked\]"$/,
  );
});

/** Starts that many calls at once, and returns how they end. */
const together = (count: number, call: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: count }, () => outcomeOf(call())));

it('100 concurrent calls of a new client cost 101 requests', async () => {
  const { get, sent } = openConversation({ credentials }, a, ok);
  expect(await together(100, get)).toEqual(Array(100).fill('ok'));
  expect(sent()).toBe(['-', ...Array.from({ length: 100 }, (_, index) => `a${index + 1}`)].join(' '));
});

it('concurrent calls whose nonce is refused each answer their own challenge, and share the count of a nonce', async () => {
  const { get, answer, sent } = openConversation({ credentials }, a, ok, silent);
  await get();
  const calls = together(3, get);
  await answer(3, challenge('b', ', stale=true'));
  await answer(4, challenge('b', ', stale=true'));
  await answer(5, challenge('c', ', stale=true'));
  for (const number of [6, 7, 8]) await answer(number, ok);
  expect(await calls).toEqual(['ok', 'ok', 'ok']);
  void outcomeOf(get());
  expect(sent()).toBe('- a1 a2 a3 a4 b1 b2 c1 c2');
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
    ['gets a 401 with a challenge of Basic', (atlas) => atlas.answer(1, offer('Basic realm="r"')), 'AUTHENTICATION'],
    ['is aborted', (_atlas, abort) => abort.abort('enough'), 'enough'],
  ])('each ask by themselves if it %s', async (_how, end, outcome) => {
    const { atlas, first, others, abort } = await openWaiting();
    await end(atlas, abort);
    expect(await first).toBe(outcome);
    await standStill();
    expect(atlas.sent()).toBe('- - - -');
    await atlas.answer(2, b);
    await atlas.answer(3, c);
    await atlas.answer(4, challenge('d'));
    for (const number of [5, 6, 7]) await atlas.answer(number, ok);
    expect(await others).toEqual(['ok', 'ok', 'ok']);
    void outcomeOf(atlas.get());
    expect(atlas.sent()).toBe('- - - - b1 c1 d1 d2');
  });

  it('are followed by one inquiry of the calls that start after it has failed', async () => {
    const { get, sent } = openConversation({ credentials }, refusal(503), a, ok);
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
