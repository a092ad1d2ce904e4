import { describe, expect, it } from 'vitest';
import { runClock, standStill } from '../../support/clock.js';
import { type Behavior, silent } from '../../support/scripted-dispatcher.js';
import { clusterName, groupId, path } from '../../support/snapshot-routes.js';
import { converse, ok, openScripted, outcomeOf, type Pause, refusal, token } from '../support/conversation.js';

const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const hour = 3_600_000;
const pass = (ms: number): Pause => ({ pass: ms });
const [t, u] = [token('t'), token('u')];

describe('a token', () => {
  it.each<[promise: string, script: (Behavior | Pause)[], sent: string, ended: string]>([
    ['is fetched by the first call, and reused by later ones', [t, ok, ok, ok], 'token t t t', 'ok ok ok'],
    ['is kept after an error', [t, refusal(402), refusal(403), refusal(500), ok], 'token t t t t', '402 403 500 ok'],
    ['is used up to two minutes before it expires', [t, ok, pass(hour - 121_000), ok], 'token t t', 'ok ok'],
    ['is renewed from a minute before', [t, ok, pass(hour - 59_000), u, ok], 'token t token u', 'ok ok'],
    ['is not used once it has expired', [t, ok, pass(hour), u, ok], 'token t token u', 'ok ok'],
    ['has a lifetime of its own', [token('t', 30), ok, pass(27_500), u, ok], 'token t token u', 'ok ok'],
    [
      'is valid for an hour if the response does not say how long',
      [{ body: { access_token: 't' } }, ok, pass(hour - 121_000), ok, pass(62_000), u, ok],
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
  ])('%s', async (_promise, script, sent, ended) => {
    expect(await converse({ credentials }, ...script)).toEqual({ sent, ended });
  });

  it('is fetched once for 100 concurrent calls', async () => {
    const { get, sent } = openScripted({ credentials }, t, ok);
    await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(sent()).toBe(`token ${Array(100).fill('t').join(' ')}`);
  });

  it('is shared by all kinds of calls, and by those that start while it is fetched', async () => {
    const { client, dispatcher, get, sent } = openScripted({ credentials }, silent, {
      body: { status: 'COMPLETED', results: [] },
    });
    const calls: Promise<unknown>[] = [get(), client.listTenantSnapshots(groupId, clusterName)];
    await standStill();
    calls.push(client.waitForTenantSnapshot(...path), client.get('/api/atlas/v2/groups'));
    await standStill();
    dispatcher.requests[0]?.reply(t);
    await Promise.all(calls);
    expect(sent()).toBe('token t t t t');
  });
});

describe('a call that ends while its token is fetched', () => {
  it('does not end the fetch for the calls that wait too, or for later ones', async () => {
    const { dispatcher, get, sent } = openScripted({ credentials }, silent, ok);
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

  it('leaves the token to later calls, even if no other call waits for it', async () => {
    const { dispatcher, get, sent } = openScripted({ credentials }, silent, ok);
    expect(await runClock(outcomeOf(get({ timeout: 100 })))).toBe('TIMEOUT');
    dispatcher.requests[0]?.reply(t);
    await standStill();
    expect(await outcomeOf(get())).toBe('ok');
    expect(sent()).toBe('token t');
  });
});
