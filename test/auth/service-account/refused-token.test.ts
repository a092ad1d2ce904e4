import { describe, expect, it } from 'vitest';
import type { Behavior, Reply } from '../../support/scripted-dispatcher.js';
import {
  type ConversationOptions,
  converse,
  ok,
  openScripted,
  outcomeOf,
  type Pause,
  refusal,
  token,
} from '../support/conversation.js';

const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const no = refusal(401);
const enveloped401: Reply = { body: { status: 401, content: {} } };
const ofGateway: Reply = { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Try again</h1>' };
const call = { envelope: true };
const pass = (ms: number): Pause => ({ pass: ms });
const [t, u, v] = [token('t'), token('u'), token('v')];
const again = (count: number, word: string) => Array.from({ length: count }, () => word).join(' ');

describe('a refused token', () => {
  it.each<[promise: string, script: (Behavior | Pause)[], sent: string, ended: string, options?: ConversationOptions]>([
    ['is renewed within the attempt', [t, ok, no, u, ok, ok], 'token t t token u u', 'ok ok ok'],
    ['is renewed even if it is new', [t, no, u, ok], 'token t token u', 'ok'],
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
    ['whose replacement is refused ends the call', [t, no, u, no], 'token t token u', '401'],
    [
      'is renewed once a minute if its replacement is refused',
      [t, no, u, no, pass(59_999), no, pass(1), no, v, no],
      'token t token u u u token v',
      '401 401 401',
    ],
    [
      'is renewed at once if its replacement was accepted after it was refused',
      [t, no, u, no, ok, no, v, ok],
      'token t token u u u token v',
      '401 ok ok',
    ],
  ])('%s', async (_promise, script, sent, ended, options) => {
    expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
  });

  it.each([
    ['is renewed once for all calls that used it', 'ok'],
    ['is renewed once for all calls, even if its replacement is refused', '401'],
  ])('%s', async (_promise, outcome) => {
    let tokens = 0;
    const { get, sent } = openScripted({ credentials }, (request) => {
      const isToken = request.options.path.endsWith('/token');
      const isGood = outcome === 'ok' && request.headers['authorization'] === 'Bearer t2';
      if (isToken) tokens += 1;
      queueMicrotask(() => request.reply(isToken ? token(`t${tokens}`) : isGood ? ok : no));
    });
    const calls = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(get())));
    expect(calls.join(' ')).toBe(again(50, outcome));
    expect(sent()).toBe(`token ${again(50, 't1')} token ${again(50, 't2')}`);
  });
});
