import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError, AtlasTimeoutError, type CallOptions } from '../../src/index.js';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';
import { getFrom } from '../support/service-account.js';
import { runClock, stopClock } from '../support/test-clock.js';

type TokenFunction = () => string | Promise<string>;

async function open(accessToken: (emulator: AtlasEmulator) => string | TokenFunction) {
  const emulator = await openEmulator();
  const client = openClient({ baseUrl: emulator.url, credentials: { accessToken: accessToken(emulator) } });
  return { emulator, get: (options?: CallOptions) => getFrom(emulator, client, options) };
}

const sent = ({ requests }: AtlasEmulator) => requests.map(({ headers }) => headers['authorization']);

describe('a bearer token', () => {
  it('is sent unchanged', async () => {
    const { emulator, get } = await open(({ credentials }) => credentials.accessToken.accessToken);
    await get();
    expect(sent(emulator)).toEqual([`Bearer ${emulator.credentials.accessToken.accessToken}`]);
  });

  it('leads to an AtlasApiError after one request if it is refused', async () => {
    const { emulator, get } = await open(() => 'refused');
    const error = await rejection(get(), AtlasApiError);
    expect(error).toMatchObject({ status: 401, attempts: 1, operation: 'getTenantSnapshot' });
    expect(error.message).toMatch(/token.*role.*IP access list/);
    expect(emulator.requests).toHaveLength(1);
  });

  it('leads to an AtlasApiError if it is refused in an envelope', async () => {
    const { get } = await open(() => 'refused');
    expect(await rejection(get({ envelope: true }), AtlasApiError)).toMatchObject({ status: 401, attempts: 1 });
  });

  it('is masked in an error whose response echoes it', async () => {
    const token = 'a-token.that/must+not~show=';
    const { emulator, get } = await open(() => token);
    const headers = { 'x-echo': `Bearer ${token}` };
    emulator.respond({ for: 'any', status: 400, detail: token, errorCode: token, parameters: [token], headers });
    const error = await rejection(get(), AtlasApiError);
    expect(error.detail).toBe('[masked]');
    expect(inspect(error, { depth: null, showHidden: true }) + error.stack).not.toContain(token);
  });
});

describe('a function that returns a token', () => {
  it.each(['synchronous', 'async'])('is called for each call, if it is %s', async (kind) => {
    const { emulator, get } = await open(({ issueToken }) =>
      kind === 'async' ? async () => issueToken() : () => issueToken(),
    );
    await get();
    await get();
    const [first, second] = sent(emulator);
    expect(first).toMatch(/^Bearer emulator-token-/);
    expect(second).toMatch(/^Bearer emulator-token-/);
    expect(second).not.toBe(first);
  });

  it('is called for each attempt', async () => {
    stopClock();
    const ask = vi.fn<TokenFunction>();
    const { emulator, get } = await open(({ issueToken }) => ask.mockImplementation(issueToken));
    emulator.respond({ status: 503, times: 2 });
    await runClock(get());
    expect(ask).toHaveBeenCalledTimes(3);
    expect(new Set(sent(emulator)).size).toBe(3);
  });

  it('is called once more after a 401', async () => {
    const tokens = ['refused'];
    const { emulator, get } = await open(
      ({ issueToken }) =>
        async () =>
          tokens.shift() ?? issueToken(),
    );
    const { response } = await get().withResponse();
    expect(response.attempts).toBe(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('is called once more after a 401 in an envelope', async () => {
    const tokens = ['refused'];
    const { emulator, get } = await open(
      ({ issueToken }) =>
        () =>
          tokens.shift() ?? issueToken(),
    );
    await get({ envelope: true });
    expect(sent(emulator)).toHaveLength(2);
  });

  it('is not called a third time: the second 401 is an AtlasApiError', async () => {
    const ask = vi.fn(() => 'refused');
    const { emulator, get } = await open(() => ask);
    expect(await rejection(get(), AtlasApiError)).toMatchObject({ status: 401, attempts: 1 });
    expect(ask).toHaveBeenCalledTimes(2);
    expect(emulator.requests).toHaveLength(2);
  });

  it.each([
    {
      how: 'throws',
      fail: () => {
        throw new Error('vault is sealed');
      },
    },
    { how: 'rejects', fail: () => Promise.reject(new Error('vault is sealed')) },
  ])('that $how leads to an AtlasAuthenticationError with the cause, and nothing is sent', async ({ fail }) => {
    const { emulator, get } = await open(() => fail);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error.message).toMatch(/getTenantSnapshot.*accessToken/);
    expect(error).toMatchObject({ cause: new Error('vault is sealed'), attempts: 1, operation: 'getTenantSnapshot' });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    { token: undefined },
    { token: null },
    { token: '' },
    { token: 17 },
    { token: { accessToken: 'token' } },
    { token: 'Bearer token' },
    { token: 'token\r\nx-injected: yes' },
    { token: 'tökén' },
  ])('that returns $token leads to an AtlasAuthenticationError, and nothing is sent', async ({ token }) => {
    // As a function without types may return.
    const { emulator, get } = await open(() => (() => token) as TokenFunction);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error.message).toMatch(/getTenantSnapshot.*accessToken/);
    expect(emulator.requests).toEqual([]);
  });

  it('that fails after a 401 leads to an AtlasAuthenticationError', async () => {
    const tokens = ['refused'];
    const { emulator, get } = await open(() => () => tokens.shift() ?? Promise.reject(new Error('vault is sealed')));
    expect(await rejection(get(), AtlasAuthenticationError)).toMatchObject({ cause: new Error('vault is sealed') });
    expect(emulator.requests).toHaveLength(1);
  });

  it('that hangs is bounded by the timeout', async () => {
    const { emulator, get } = await open(() => () => new Promise<string>(() => undefined));
    await rejection(get({ timeout: 40 }), AtlasTimeoutError);
    expect(emulator.requests).toEqual([]);
  });

  it('that hangs ends with an abort, and its token is not used', async () => {
    let resolveToken = (_token: string) => {};
    const { emulator, get } = await open(() => () => new Promise<string>((resolve) => (resolveToken = resolve)));
    const caller = new AbortController();
    const call = get({ signal: caller.signal });
    caller.abort(new Error('no longer wanted'));
    await expect(call).rejects.toThrow('no longer wanted');
    resolveToken(emulator.issueToken());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(emulator.requests).toEqual([]);
  });

  it('has its token masked in an error whose response echoes it', async () => {
    const token = 'a-token.that/must+not~show=';
    const { emulator, get } = await open(() => () => token);
    emulator.respond({ for: 'any', status: 400, detail: `You sent ${token}` });
    const error = await rejection(get(), AtlasApiError);
    expect(error.detail).toBe('You sent [masked]');
    expect(inspect(error, { depth: null, showHidden: true }) + error.stack).not.toContain(token);
  });
});
