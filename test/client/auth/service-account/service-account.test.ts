import { describe, expect, it, vi } from 'vitest';
import { runClock, standStill } from '../../../support/clock.js';
import { type Behavior, silent } from '../../../support/scripted-dispatcher.js';
import { clusterName, groupId } from '../../../support/snapshot-routes.js';
import {
  type ConversationOptions,
  converse,
  serviceAccount as credentials,
  hour,
  type Interlude,
  no,
  ok,
  openConversation,
  outcomeOf,
  pass,
  refusal,
  token,
} from '../support/conversation.js';

const [t, u, v] = [token('t'), token('u'), token('v')];

/** Somebody sets the clock of this machine. */
const setClock = (by: number): Interlude => ({ happens: () => vi.setSystemTime(Date.now() + by) });

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
      'without a lifetime is used for an hour',
      [{ body: { access_token: 't', expires_in: null } }, ok, pass(hour - 121_000), ok, pass(62_000), u, ok],
      'token t t token u',
      'ok ok ok',
    ],
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

it.each([
  'USER_UNAUTHORIZED',
  'TENANT_SNAPSHOT_ACCESS_DENIED',
  'NOT_IN_GROUP',
  'USER_CANNOT_ACCESS_GROUP',
  'USER_CANNOT_ACCESS_ORG',
])('%s leads to no second try and no new token', async (errorCode) => {
  const script = [t, refusal(401, errorCode), ok, pass(hour / 2 + 1), refusal(401, errorCode), ok];
  expect(await converse({ credentials }, ...script)).toEqual({ sent: 'token t t t t', ended: '401 ok 401 ok' });
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
  const minute = 60_000;

  it.each<Row>([
    ['is replaced, and the call made again', [t, ok, no, u, ok, ok], 'token t t token u u', 'ok ok ok'],
    [
      'is replaced at most once a minute',
      [t, no, u, no, ok, no, pass(minute - 1), no, pass(1), no, v, ok],
      'token t token u u u u u token v',
      '401 ok 401 401 ok',
    ],
    [
      'whose replacement cannot be fetched is not used again',
      [t, no, refusal(503), u, ok],
      'token t token token u',
      'ok',
      { maxRetries: 1 },
    ],
    [
      'is replaced a minute after the last one, also if the clock was set back meanwhile',
      [t, no, u, ok, setClock(-24 * hour), pass(minute - 1), no, pass(1), no, v, ok],
      'token t token u u u token v',
      'ok 401 ok',
    ],
  ])('%s', check);

  it.each([
    ['is replaced once for all calls that used it', 'ok', ok],
    ['is replaced once for all calls, even if its replacement is refused', '401', no],
  ])('%s', async (_promise, outcome, second) => {
    const fifty = <T>(value: T) => Array<T>(50).fill(value);
    const { get, sent } = openConversation({ credentials }, t, ...fifty(no), u, second);
    expect(await Promise.all(fifty(get).map((call) => outcomeOf(call())))).toEqual(fifty(outcome));
    expect(sent()).toBe(['token', ...fifty('t'), 'token', ...fifty('u')].join(' '));
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
    await standStill();
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
});

it.each([
  { life: '30 s', lifetime: 30_000, margin: 3_000 },
  { life: 'ten minutes', lifetime: 600_000, margin: 60_000 },
  { life: 'a day', lifetime: 86_400_000, margin: 60_000 },
  { life: '0 s', lifetime: 0, margin: 0 },
])(
  'a token with a lifetime of $life is renewed one to two margins before it expires, at random per process',
  async ({ lifetime, margin }) => {
    const expiresAt = 1_700_000_000_000;
    for (const chance of [0, 0.25, 1]) {
      vi.resetModules();
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      const { renewalTime } = await import('../../../../src/client/auth/service-account/access-token.js');
      expect(expiresAt - renewalTime({ accessToken: 't', lifetime, expiresAt })).toBe(margin * (1 + chance));
    }
  },
);
