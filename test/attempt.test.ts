import { describe, expect, it } from 'vitest';
import { AtlasApiError } from '../src/index.js';
import { fakeClock, passTime } from './support/fault-clock.js';
import { openClient } from './support/open-client.js';
import { rejection } from './support/rejection.js';
import { type DispatchScript, scriptedDispatcher } from './support/scripted-dispatcher.js';
import { path, snapshotId } from './support/snapshot-routes.js';

fakeClock();

const challenge: DispatchScript = (reply) =>
  reply(401, '{}', { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' });
const good: DispatchScript = (reply) => reply(200, JSON.stringify({ id: snapshotId }));
const silent: DispatchScript = () => undefined;

function open(...scripts: DispatchScript[]) {
  const { dispatcher, begun, aborted } = scriptedDispatcher(...scripts);
  const credentials = { publicKey: 'ABCDEFGH', privateKey: 'private' };
  const client = openClient({ baseUrl: 'http://127.0.0.1:9', credentials, dispatcher });
  const controller = new AbortController();
  const get = () => client.getTenantSnapshot(...path, { signal: controller.signal });
  return { begun, aborted, controller, get };
}

describe('a dispatcher that answers at once', () => {
  it('may challenge, and is answered', async () => {
    const { get, begun, aborted } = open(challenge, good);
    await expect(get()).resolves.toEqual({ id: snapshotId });
    expect([begun, aborted]).toEqual([[1, 2], []]);
  });

  it('may refuse for good', async () => {
    const { get, begun } = open(challenge, (reply) => reply(403, '{}'));
    expect(await rejection(get(), AtlasApiError)).toMatchObject({ status: 403, attempts: 1 });
    expect(begun).toEqual([1, 2]);
  });

  it('sees the request after its challenge aborted when the call is', async () => {
    const { get, begun, aborted, controller } = open(challenge, silent);
    const ended = expect(get()).rejects.toBe('stop');
    expect(begun).toEqual([1, 2]);
    controller.abort('stop');
    await ended;
    expect(aborted).toEqual([2]);
  });

  it('is sent nothing more once the call has ended', async () => {
    const { get, begun, controller } = open(challenge, (reply) => void setTimeout(reply, 300, 503, '{}'), good);
    const ended = expect(get()).rejects.toBe('stop');
    await passTime(100);
    controller.abort('stop');
    await ended;
    await passTime(2_000);
    expect(begun).toEqual([1, 2]);
  });
});

describe('a call that is aborted while its request is handed over', () => {
  it('has that request aborted, and no other sent', async () => {
    const test = open((reply) => {
      test.controller.abort('stop');
      setTimeout(reply, 300, 503, '{}');
    }, good);
    await expect(test.get()).rejects.toBe('stop');
    await passTime(2_000);
    expect(test.begun).toEqual([1]);
    expect(test.aborted).toEqual([1]);
  });

  it.each<[name: string, script: DispatchScript]>([
    ['a challenge', challenge],
    ['an answer that is retried', (reply) => reply(503, '{}')],
    ['an answer that shows a sunset', (reply) => reply(410, '{}')],
  ])('has no other sent after %s within it', async (_name, script) => {
    const test = open((reply) => {
      test.controller.abort('stop');
      script(reply);
    }, good);
    await expect(test.get()).rejects.toBe('stop');
    await passTime(2_000);
    expect(test.begun).toEqual([1]);
  });
});
