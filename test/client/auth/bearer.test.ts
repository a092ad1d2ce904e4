import { describe, expect, it, vi } from 'vitest';
import { AtlasAuthenticationError } from '../../../src/client/index.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, silent } from '../../support/scripted-dispatcher.js';
import {
  type ConversationOptions,
  converse,
  enveloped401,
  missingRole,
  no,
  ok,
  openConversation,
  outcomeOf,
  refusal,
} from './support/conversation.js';

type Context = { refused?: string };

const call = { envelope: true };

describe('a bearer token', () => {
  it.each<[promise: string, script: Behavior[], sent: string, ended: string]>([
    ['is sent as it is', [ok, ok], 'a.b-c_d~e+f/g== a.b-c_d~e+f/g==', 'ok ok'],
    ['that is refused ends the call', [no], 'a.b-c_d~e+f/g==', '401'],
  ])('%s', async (_promise, script, sent, ended) => {
    const credentials = { accessToken: 'a.b-c_d~e+f/g==' };
    expect(await converse({ credentials }, ...script)).toEqual({ sent, ended });
  });
});

describe('a function that returns tokens', () => {
  /** Returns t1, then t2, and so on. */
  const tokens = () => {
    let count = 0;
    return vi.fn(async (_context: Context) => `t${++count}`);
  };

  it.each<
    [promise: string, script: Behavior[], sent: string, ended: string, refused: string[], options?: ConversationOptions]
  >([
    ['is called for each call', [ok, ok], 't1 t2', 'ok ok', ['', '']],
    ['is called for each attempt', [refusal(503), refusal(500), ok], 't1 t2 t3', 'ok', ['', '', ''], { maxRetries: 2 }],
    ['is called once more after a 401, with the refused token', [no, ok, ok], 't1 t2 t3', 'ok ok', ['', 't1', '']],
    ['is called once more after a 401 in an envelope', [enveloped401, ok], 't1 t2', 'ok', ['', 't1'], { call }],
    ['is not called a third time', [no, no], 't1 t2', '401', ['', 't1']],
    ['is not called again if only a role is missing', [missingRole], 't1', '401', ['']],
    [
      'is not called again after a 401 of the fallback',
      [refusal(404, 'CLUSTER_NOT_FOUND'), no],
      't1 t2',
      '404',
      ['', ''],
      { endpoint: 'auto' },
    ],
  ])('%s', async (_promise, script, sent, ended, refused, options) => {
    const accessToken = tokens();
    expect(await converse({ credentials: { accessToken }, ...options }, ...script)).toEqual({ sent, ended });
    expect(accessToken.mock.calls).toStrictEqual(refused.map((token) => [token === '' ? {} : { refused: token }]));
  });

  it('is called once for all calls that wait with the same refused token, and for no others', async () => {
    const firsts = ['a', 'a', 'b', 'a'];
    let settle = () => {};
    const accessToken = vi.fn(async ({ refused }: Context) => {
      if (refused === undefined) return firsts.shift() ?? 'c';
      await new Promise<void>((resolve) => {
        settle = resolve;
      });
      return `${refused}-new`;
    });
    const { get, answer, sent } = openConversation({ credentials: { accessToken } }, silent);
    const calls = [get(), get(), get()].map(outcomeOf);
    for (const number of [1, 2]) await answer(number, no);
    settle();
    for (const number of [4, 5]) await answer(number, ok);
    await answer(3, no);
    settle();
    await answer(6, ok);
    // Nobody waits with the token any more, so the function is called anew.
    calls.push(outcomeOf(get()));
    await answer(7, no);
    settle();
    await answer(8, ok);
    expect(await Promise.all(calls)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(sent()).toBe('a a b a-new a-new b-new a a-new');
    const refused = accessToken.mock.calls.flatMap(([context]) => context.refused ?? []);
    expect(refused).toEqual(['a', 'b', 'a']);
  });

  it.each([
    ['', []],
    ['t', ['t']],
  ])('that throws ends the call with an AtlasAuthenticationError, after %j', async (expected, tokens: string[]) => {
    const accessToken = () => {
      const token = tokens.shift();
      if (token === undefined) throw new Error('vault is sealed');
      return token;
    };
    const { get, sent } = openConversation({ credentials: { accessToken }, maxRetries: 3 }, no);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error.message).toBe('getTenantSnapshot could not log in. The accessToken function failed. See the cause.');
    expect(error).toMatchObject({ cause: new Error('vault is sealed'), attempts: 1 });
    expect(sent()).toBe(expected);
  });

  const noTokens = [undefined, '', 'Bearer t', 't\r\nx: y', 'a=b', 'a'.repeat(8_193)];

  it.each(noTokens.map((value) => [String(JSON.stringify(value)).slice(0, 20), value]))(
    'that returns %s, which is no token, ends the call with an AtlasAuthenticationError',
    async (_what, token) => {
      // As a function without types may return.
      const accessToken = () => token as string;
      const { get, sent } = openConversation({ credentials: { accessToken } }, ok);
      const error = await rejection(get(), AtlasAuthenticationError);
      expect(error.message).toBe(
        'getTenantSnapshot could not log in. The accessToken function did not return a bearer token. ' +
          'Return a string of letters, digits and -._~+/, with = only at the end, at most 8192 characters.',
      );
      expect(sent()).toBe('');
    },
  );
});
