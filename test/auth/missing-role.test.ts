import { describe, expect, it } from 'vitest';
import type { AtlasCredentials } from '../../src/auth/authenticator.js';
import type { Behavior, Reply } from '../support/scripted-dispatcher.js';
import {
  serviceAccount as account,
  challenge,
  converse,
  hour,
  type Interlude,
  ok,
  pass,
  refusal,
  token,
} from './support/conversation.js';

const [t, u] = [token('t'), token('u')];
const key = { publicKey: 'public', privateKey: 'private-key' };

/** A 401 that says that the login is good. Atlas sends a challenge with it, as with every 401. */
const role: Reply = { ...refusal(401, 'USER_UNAUTHORIZED'), headers: { ...challenge('b').headers } };
const a = challenge('a');

describe('a missing role', () => {
  type Row = [
    promise: string,
    credentials: AtlasCredentials,
    script: (Behavior | Interlude)[],
    sent: string,
    ended: string,
  ];

  it.each<Row>([
    ['leads to no second try with a function', { accessToken: () => 't' }, [role], 't', '401'],
    [
      'leads to no second try with an API key, whose nonce is kept',
      key,
      [a, role, refusal(401, 'USER_UNAUTHORIZED'), ok],
      '- a1 a2 a3',
      '401 401 ok',
    ],
    [
      'leads to no second try with a service account, whose token is kept',
      account,
      [t, role, role, ok],
      'token t t t',
      '401 401 ok',
    ],
    [
      'is also said by another code',
      account,
      [t, refusal(401, 'TENANT_SNAPSHOT_ACCESS_DENIED'), ok],
      'token t t',
      '401 ok',
    ],
    [
      'keeps a token in the first half of its life',
      account,
      [t, ok, pass(hour / 2), role, ok],
      'token t t t',
      'ok 401 ok',
    ],
    [
      'has a token renewed by the next call in the second half, as the role may have been granted since it was issued',
      account,
      [t, ok, pass(hour / 2 + 1), role, u, ok],
      'token t t token u',
      'ok 401 ok',
    ],
    [
      'has a token renewed once, not by each call',
      account,
      [t, ok, pass(hour / 2 + 1), role, u, role, role],
      'token t t token u u',
      'ok 401 401 401',
    ],
  ])('%s', async (_promise, credentials, script, sent, ended) => {
    expect(await converse({ credentials }, ...script)).toEqual({ sent, ended });
  });
});
