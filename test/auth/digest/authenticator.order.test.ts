import { describe, expect, it } from 'vitest';
import { standStill } from '../../support/fault-clock.js';
import { type HeldServer, startHeldServer } from '../../support/held-server.js';
import { authorizations } from './support/counts.js';
import { challenged, snapshot } from './support/nonce-site.js';
import { openClient } from './support/open-client.js';
import { paramsOf } from './support/verify.js';

const key = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };
const challenge = (nonce: string) => challenged(`Digest realm="r", nonce="${nonce}", qop="auth"`);
const bareRefusal = { status: 401 };

/** The nonce and nc of each login, in order of arrival, such as `x 1`. */
const logins = ({ requests }: HeldServer) =>
  authorizations(requests).map((header) => {
    const { nonce, nc = '' } = paramsOf(header);
    return `${nonce} ${Number.parseInt(nc, 16)}`;
  });

/** A client that has used the nonce x once, and whose next request with it, request 3, has no response yet. */
async function openWithLateRequest() {
  const server = await startHeldServer();
  const get = openClient(server.url, key);
  const first = get();
  await server.answer(1, challenge('x'));
  await server.answer(2, snapshot);
  await first;
  const abort = new AbortController();
  const late = get({ signal: abort.signal });
  await server.arrived(3);
  return { server, get, late, abort };
}

describe('a response that arrives after its nonce was replaced', () => {
  async function openReplaced() {
    const { server, get, late } = await openWithLateRequest();
    const refused = get();
    await server.answer(4, challenge('y'));
    await server.answer(5, snapshot);
    await refused;
    return { server, get, late };
  }

  async function expectNextLogin(server: HeldServer, get: () => Promise<unknown>): Promise<void> {
    const next = get();
    await server.answer(6, snapshot);
    await next;
    expect(logins(server)).toEqual(['x 1', 'x 2', 'x 3', 'y 1', 'y 2']);
  }

  it('does not bring the old nonce back if it is a success', async () => {
    const { server, get, late } = await openReplaced();
    await server.answer(3, snapshot);
    await late;
    await expectNextLogin(server, get);
  });

  it('does not discard the new nonce if it is a 401', async () => {
    const { server, get, late } = await openReplaced();
    await server.answer(3, bareRefusal);
    await expect(late).rejects.toMatchObject({ code: 'API_ERROR', status: 401 });
    await expectNextLogin(server, get);
  });
});

describe('a response that arrives after its nonce was given up', () => {
  it('does not bring the nonce back if it is a success', async () => {
    const { server, get, late } = await openWithLateRequest();
    const refused = get();
    await server.answer(4, bareRefusal);
    await expect(refused).rejects.toMatchObject({ status: 401 });
    await server.answer(3, snapshot);
    await late;

    const next = get();
    await server.answer(5, challenge('y'));
    await server.answer(6, snapshot);
    await next;
    expect(server.requests[4]?.authorization).toBeUndefined();
    expect(logins(server)).toEqual(['x 1', 'x 2', 'x 3', 'y 1']);
  });
});

describe('a call that waits for the challenge of another call', () => {
  it.each<[name: string, end: (test: Awaited<ReturnType<typeof openWithLateRequest>>) => unknown]>([
    ['is aborted', ({ abort }) => abort.abort()],
    ['succeeds', ({ server }) => server.answer(3, snapshot)],
    ['is refused', ({ server }) => server.answer(3, bareRefusal)],
  ])('keeps waiting if an older request %s meanwhile', async (_name, end) => {
    const test = await openWithLateRequest();
    const { server, get, late } = test;
    const refused = get();
    await server.answer(4, bareRefusal);
    await expect(refused).rejects.toMatchObject({ status: 401 });

    const challengedCall = get();
    await server.arrived(5);
    const waiting = get();
    await Promise.all([end(test), late.catch(() => undefined)]);
    await standStill();
    expect(server.requests).toHaveLength(5);
    expect(server.requests[4]?.authorization).toBeUndefined();

    await server.answer(5, challenge('y'));
    await Promise.all([server.answer(6, snapshot), server.answer(7, snapshot)]);
    await Promise.all([challengedCall, waiting]);
    expect(server.requests).toHaveLength(7);
  });
});
