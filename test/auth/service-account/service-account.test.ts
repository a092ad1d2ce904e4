import { describe, expect, it, vi } from 'vitest';
import { runClock, standStill } from '../../support/clock.js';
import { type Behavior, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { clusterName, groupId } from '../../support/snapshot-routes.js';
import {
  type ConversationOptions,
  converse,
  serviceAccount as credentials,
  enveloped401,
  hour,
  type Interlude,
  missingRole,
  no,
  ok,
  openConversation,
  outcomeOf,
  pass,
  refusal,
  token,
} from '../support/conversation.js';

const [t, u, v] = [token('t'), token('u'), token('v')];

/** Each row: what the server answers, what the client sends, and how its calls end. */
type Row = [
  promise: string,
  script: (Behavior | Interlude)[],
  sent: string,
  ended: string,
  options?: ConversationOptions,
];

async function check(...[_promise, script, sent, ended, options]: Row) {
  expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
}

describe('a token', () => {
  it.each<Row>([
    ['is fetched by the first call, and reused by later ones', [t, ok, ok, ok], 'token t t t', 'ok ok ok'],
    ['is kept after an error', [t, refusal(402), refusal(403), refusal(500), ok], 'token t t t t', '402 403 500 ok'],
    ['is used up to two minutes before it expires', [t, ok, pass(hour - 121_000), ok], 'token t t', 'ok ok'],
    ['is renewed from a minute before', [t, ok, pass(hour - 59_000), u, ok], 'token t token u', 'ok ok'],
    [
      'ages from its request on, not from its response',
      [(request) => setTimeout(() => request.reply(token('t', 30)), 5_000), ok, pass(22_500), u, ok],
      'token t token u',
      'ok ok',
    ],
    [
      'is used until it expires if its renewal fails',
      [t, ok, pass(hour - 59_000), refusal(403), ok, pass(58_000), refusal(403), ok, pass(1_000), refusal(403)],
      'token t token t token t token',
      'ok ok ok AUTHENTICATION',
    ],
    [
      'whose renewal failed is renewed halfway to its expiry, not by each call',
      [t, ok, pass(hour - 59_000), refusal(503), ok, ok, pass(29_000), ok, pass(1_000), u, ok],
      'token t token t t t token u',
      'ok ok ok ok ok',
    ],
  ])('%s', check);

  it('is shared by all kinds of calls, and by those that start while it is fetched', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, silent, {
      body: { status: 'COMPLETED', results: [] },
    });
    const calls: Promise<unknown>[] = [get(), client.listTenantSnapshots(groupId, clusterName)];
    await standStill();
    calls.push(client.getAll('/api/atlas/v2/groups'), client.get('/api/atlas/v2/groups'));
    await standStill();
    dispatcher.requests[0]?.reply(t);
    await Promise.all(calls);
    expect(sent()).toBe('token t t t t');
  });
});

describe('a missing role', () => {
  it.each<Row>([
    ['leads to no second try, and the token is kept', [t, missingRole, missingRole, ok], 'token t t t', '401 401 ok'],
    ['has a second error code', [t, refusal(401, 'TENANT_SNAPSHOT_ACCESS_DENIED'), ok], 'token t t', '401 ok'],
    [
      'keeps a token in the first half of its life',
      [t, ok, pass(hour / 2), missingRole, ok],
      'token t t t',
      'ok 401 ok',
    ],
    [
      'has a token renewed by the next call in the second half, as the role may have been granted since it was issued',
      [t, ok, pass(hour / 2 + 1), missingRole, u, ok],
      'token t t token u',
      'ok 401 ok',
    ],
    [
      'has a token renewed once, not by each call',
      [t, ok, pass(hour / 2 + 1), missingRole, u, missingRole, missingRole],
      'token t t token u u',
      'ok 401 401 401',
    ],
  ])('%s', check);
});

it('a call that ends while its token is fetched does not end the fetch for the calls that wait too', async () => {
  const { dispatcher, get, sent } = openConversation({ credentials }, silent, ok);
  const abort = new AbortController();
  const aborted = outcomeOf(get({ signal: abort.signal }));
  const late = outcomeOf(get({ timeout: 100 }));
  const waiting = outcomeOf(get());
  abort.abort('enough');
  expect(await aborted).toBe('enough');
  expect(await runClock(late)).toBe('TIMEOUT');
  dispatcher.requests[0]?.reply(t);
  expect(await waiting).toBe('ok');
  expect(sent()).toBe('token t');
});

describe('a refused token', () => {
  const ofGateway: Reply = { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Try again</h1>' };
  const call = { envelope: true };

  it.each<Row>([
    ['is renewed within the attempt', [t, ok, no, u, ok, ok], 'token t t token u u', 'ok ok ok'],
    ['in an envelope is renewed', [t, enveloped401, u, ok], 'token t token u', 'ok', { call }],
    ['is renewed each time', [t, no, u, ok, no, v, ok], 'token t token u u token v', 'ok ok'],
    [
      'is renewed at each attempt',
      [t, no, u, refusal(503), no, v, ok],
      'token t token u u token v',
      'ok',
      { maxRetries: 1 },
    ],
    [
      'whose renewal fails is not used again',
      [t, no, refusal(503), u, ok],
      'token t token token u',
      'AUTHENTICATION ok',
    ],
    [
      "whose replacement got a gateway's 503 is not renewed again",
      [t, no, u, ofGateway, no],
      'token t token u u',
      '401',
      { maxRetries: 1 },
    ],
    [
      'whose replacement is refused is not renewed again before half its life is over',
      [t, no, u, no, pass(hour / 2), no, pass(1), no, v, no],
      'token t token u u u token v',
      '401 401 401',
    ],
    [
      'is renewed at once if only a role was missing with its replacement',
      [t, no, u, missingRole, no, v, ok],
      'token t token u u token v',
      '401 ok',
    ],
    [
      'is renewed at once if its replacement was accepted after it was refused',
      [t, no, u, no, ok, no, v, ok],
      'token t token u u u token v',
      '401 ok ok',
    ],
  ])('%s', check);

  it('is not renewed twice in an attempt, even if its replacement works for another call', async () => {
    const { answer, get, sent } = openConversation({ credentials }, silent);
    const refused = outcomeOf(get());
    await answer(1, t);
    await answer(2, no);
    await answer(3, u);
    const other = outcomeOf(get());
    await answer(5, ok);
    await answer(4, no);
    expect([await refused, await other]).toEqual(['401', 'ok']);
    expect(sent()).toBe('token t token u u');
  });

  it.each([
    ['is renewed once for all calls that used it', 'ok'],
    ['is renewed once for all calls, even if its replacement is refused', '401'],
  ])('%s', async (_promise, outcome) => {
    let tokens = 0;
    const { get, sent } = openConversation({ credentials }, (request) => {
      const isToken = request.options.path.endsWith('/token');
      const isGood = outcome === 'ok' && request.headers['authorization'] === 'Bearer t2';
      if (isToken) tokens += 1;
      queueMicrotask(() => request.reply(isToken ? token(`t${tokens}`) : isGood ? ok : no));
    });
    const calls = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(get())));
    const again = (word: string) => Array(50).fill(word).join(' ');
    expect(calls.join(' ')).toBe(again(outcome));
    expect(sent()).toBe(`token ${again('t1')} token ${again('t2')}`);
  });
});

describe('during a renewal', () => {
  /**
   * A service account whose token t is due for renewal. Two requests have no response yet: request 3, sent with t, and
   * request 4, for the next token. `renewal` is the call that waits for that token.
   */
  async function openRenewing() {
    const atlas = openConversation({ credentials, timeout: 2 * hour, attemptTimeout: 2 * hour }, silent);
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

  it('a token that was refused during a failed renewal is not used again', async () => {
    const { sent, answer, late, renewal } = await openRenewing();
    await answer(3, no);
    await answer(4, refusal(403));
    expect([await renewal, await late]).toEqual(['AUTHENTICATION', 'AUTHENTICATION']);
    expect(sent()).toBe('token t t token');
  });

  it('a 401 of the old token leads to a second try with the new one, without another renewal', async () => {
    const { sent, answer, late, renewal } = await openRenewing();
    await answer(4, token('u'));
    await answer(5, ok);
    await answer(3, no);
    await answer(6, ok);
    expect([await renewal, await late]).toEqual(['ok', 'ok']);
    expect(sent()).toBe('token t t token u u');
  });

  it('a 401 of the old token for a missing role leads to no second try, and keeps the new one', async () => {
    const { sent, answer, start, late, renewal } = await openRenewing();
    await answer(4, token('u'));
    await answer(5, ok);
    await answer(3, missingRole);
    const next = start();
    await answer(6, ok);
    expect([await renewal, await late, await next]).toEqual(['ok', '401', 'ok']);
    expect(sent()).toBe('token t t token u u');
  });
});
