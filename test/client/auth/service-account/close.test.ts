import { describe, expect, it } from 'vitest';
import type { TenantSnapshotsClientOptions } from '../../../../src/client/index.js';
import { passTime, runClock, standStill } from '../../../support/clock.js';
import { storeOf } from '../../../support/odd-stores.js';
import { type Behavior, type Reply, silent } from '../../../support/scripted-dispatcher.js';
import {
  serviceAccount as credentials,
  hour,
  no,
  ok,
  openConversation,
  outcomeOf,
  refusal,
  token,
} from '../support/conversation.js';

const stored = { accessToken: 't', expiresAt: Date.now() + hour, lifetime: hour };

/** Whether a promise settles within that many ms. */
async function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  await passTime(ms);
  return isSettled;
}

describe('close() revokes a token', () => {
  it('once, as RFC 7009 defines it, logged in as the service account', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, token('a+b='), ok);
    await get();
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()]);
    await client.close();
    expect(sent()).toBe('token a+b= revoke');
    expect(dispatcher.requests[2]).toMatchObject({
      options: { method: 'POST', path: '/api/oauth/revoke', body: 'token=a%2Bb%3D&token_type_hint=access_token' },
      headers: {
        authorization: `Basic ${btoa('mdb_sa_id_1:mdb_sa_sk_1')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
  });

  it('after the calls on the wire have ended', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, token('t'), silent, ok);
    const call = outcomeOf(get());
    await standStill();
    const closing = client.close();
    await standStill();
    expect(sent()).toBe('token t');
    dispatcher.requests[1]?.reply(ok);
    expect(await call).toBe('ok');
    await closing;
    expect(sent()).toBe('token t revoke');
  });

  it('that arrives after its call was aborted', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, silent, ok);
    const abort = new AbortController();
    const call = outcomeOf(get({ signal: abort.signal }));
    abort.abort('enough');
    expect(await call).toBe('enough');
    const closing = client.close();
    await standStill();
    dispatcher.requests[0]?.reply(token('t'));
    await closing;
    expect(sent()).toBe('token revoke');
  });
});

describe('close() resolves', () => {
  it.each<[how: string, revocation: Behavior]>([
    ['is refused', refusal(401)],
    ['gets no response', new Error('lost')],
  ])('if the revocation %s', async (_how, revocation) => {
    const { client, get, sent } = openConversation({ credentials }, token('t'), ok, revocation);
    await get();
    expect(await client.close()).toBeUndefined();
    expect(sent()).toBe('token t revoke');
  });

  it('after 2 s if a token fetch and the revocation together take longer', async () => {
    const { client, dispatcher, get, sent } = openConversation({ credentials }, silent);
    expect(await runClock(outcomeOf(get({ timeout: 50 })))).toBe('TIMEOUT');
    const closing = client.close();
    await passTime(1_500);
    dispatcher.requests[0]?.reply(token('t'));
    expect(await settlesWithin(300, closing)).toBe(false);
    expect(sent()).toBe('token revoke');
    expect(await settlesWithin(300, closing)).toBe(true);
  });
});

it.each<[what: string, options: TenantSnapshotsClientOptions, script: Reply[], sent: string]>([
  ['a token that it has put into a store', { tokenStore: storeOf(undefined) }, [token('t'), ok], 'token t'],
  ['a token that it has found in a store', { tokenStore: storeOf(stored) }, [ok], 't'],
  ['a token that has expired', {}, [token('t', 0), ok], 'token t'],
])('close() does not revoke %s', async (_what, options, script, sent) => {
  const atlas = openConversation({ credentials, ...options }, ...script);
  await atlas.get();
  await atlas.client.close();
  expect(atlas.sent()).toBe(sent);
});

it('close() ends the login of a call that its deadline has ended: no token is fetched later', async () => {
  const answers = [undefined, undefined, new Promise(() => {})];
  const tokenStore = { get: async () => answers.shift(), set: async () => true };
  const script = [token('t'), ok, no, token('u'), ok, no, token('v')];
  const { client, get, sent } = openConversation({ credentials, tokenStore }, ...script);
  await get();
  await get();
  // Refused again within the minute, so the store is read, which takes longer than the call.
  expect(await runClock(outcomeOf(get({ timeout: 50 })))).toBe('TIMEOUT');
  await client.close();
  await passTime(1_000);
  expect(sent()).toBe('token t t token u u');
});
