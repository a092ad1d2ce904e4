import { describe, expect, it, vi } from 'vitest';
import { Attempt, type AttemptListener } from '../src/attempt.js';
import type { Authenticator, Authorization } from '../src/auth/authenticator.js';
import type { DispatchHandlerLike } from '../src/http/dispatcher.js';
import { Transport } from '../src/http/transport.js';

const limits = { attemptTimeout: 1_000, maxResponseSize: 1_000 };
const controller = { abort: vi.fn() };

/** What a request met, and what it was sent with. */
interface Sent {
  readonly headers: string[];
  readonly handler: DispatchHandlerLike;
}

/** An attempt over a dispatcher whose requests the test answers. All but the first go over a used connection. */
function open(overrides: Partial<Authenticator> = {}, envelope = false) {
  const sent: Sent[] = [];
  const connected: (() => void)[] = [];
  const dispatcher = {
    on: (_event: 'connect', listener: () => void) => connected.push(listener),
    dispatch({ headers }: { headers: string[] }, handler: DispatchHandlerLike) {
      sent.push({ headers, handler });
      if (sent.length === 1) for (const tell of connected) tell();
      handler.onRequestStart(controller, {});
      return true;
    },
  };
  const authenticator = {
    authorize: vi.fn((): Authorization | Promise<Authorization> => ({ header: `Login ${sent.length + 1}` })),
    review: vi.fn((): Authorization | Promise<Authorization> | undefined => undefined),
    abandon: vi.fn(),
    secrets: () => [],
    ...overrides,
  };
  const listener = { onReply: vi.fn(), onExchangeFailure: vi.fn(), onLoginFailure: vi.fn() } satisfies AttemptListener;
  const request = { method: 'GET', path: '/', headers: ['accept', 'text/plain'], envelope } as const;
  const attempt = new Attempt(
    listener,
    new Transport('http://127.0.0.1:9', dispatcher),
    authenticator,
    limits,
    request,
  );
  const told = () =>
    [listener.onReply, listener.onExchangeFailure, listener.onLoginFailure].map((f) => f.mock.calls.length);
  return { attempt, authenticator, listener, sent, told };
}

function answer({ handler }: Sent, status: number, body = '{}'): void {
  handler.onResponseStart(controller, status, {});
  handler.onResponseData(controller, Buffer.from(body));
  handler.onResponseEnd(controller, {});
}

const last = (sent: Sent[]) => sent.at(-1) as Sent;
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

describe('a login', () => {
  it('that fails at once is told', () => {
    const failure = new Error('no');
    const { attempt, listener, told } = open({
      authorize: () => {
        throw failure;
      },
    });
    attempt.start();
    expect(listener.onLoginFailure).toHaveBeenCalledExactlyOnceWith(failure);
    expect(told()).toEqual([0, 0, 1]);
    attempt.cancel();
    expect(told()).toEqual([0, 0, 1]);
  });

  it('that fails after the attempt has ended is not', async () => {
    let fail = (_failure: Error) => {};
    const { attempt, sent, told } = open({ authorize: () => new Promise((_resolve, reject) => (fail = reject)) });
    attempt.start();
    attempt.cancel();
    fail(new Error('no'));
    await Promise.resolve();
    await Promise.resolve();
    expect([told(), sent]).toEqual([[0, 0, 0], []]);
  });

  it('that is there after the attempt has ended is given back, and nothing is sent', async () => {
    const authorization = { header: 'Login' };
    const { attempt, authenticator, sent, told } = open({ authorize: async () => authorization });
    attempt.start();
    attempt.cancel();
    await Promise.resolve();
    await Promise.resolve();
    expect(authenticator.abandon).toHaveBeenCalledExactlyOnceWith(authorization);
    expect([told(), sent]).toEqual([[0, 0, 0], []]);
  });

  it('without a header leaves the request as it is', () => {
    const { attempt, sent } = open({ authorize: () => ({ header: undefined }) });
    attempt.start();
    expect(sent[0]?.headers).toEqual(['accept', 'text/plain']);
  });

  it('is not begun after the attempt has ended', () => {
    const { attempt, authenticator } = open();
    attempt.cancel();
    attempt.start();
    expect(authenticator.authorize).not.toHaveBeenCalled();
    expect(authenticator.abandon).not.toHaveBeenCalled();
  });
});

describe('a review', () => {
  it('is asked four times at most, then the answer stands', () => {
    const { attempt, authenticator, listener, sent } = open({ review: vi.fn(() => ({ header: 'Again' })) });
    attempt.start();
    for (let count = 0; count < 5; count += 1) answer(last(sent), 401);
    expect(authenticator.review).toHaveBeenCalledTimes(4);
    expect(sent.map(({ headers }) => headers.at(-1))).toEqual(['Login 1', 'Again', 'Again', 'Again', 'Again']);
    expect(listener.onReply).toHaveBeenCalledTimes(1);
    expect(listener.onReply.mock.calls[0]?.[0]).toMatchObject({ status: 401 });
  });

  it.each([
    [true, '{"status":401,"content":{}}', { status: 401, isEnveloped: true }],
    [true, '{}', { status: 200 }],
    [false, '{"status":401,"content":{}}', { status: 200 }],
  ])('sees the status that counts, envelope: %s, body: %s', (envelope, body, seen) => {
    const { attempt, authenticator, sent } = open({}, envelope);
    attempt.start();
    answer(last(sent), 200, body);
    expect(authenticator.review).toHaveBeenCalledTimes(1);
    const reviewed = vi.mocked(authenticator.review).mock.calls[0]?.[2];
    expect(reviewed).toMatchObject(seen);
    expect(reviewed?.isEnveloped).toBe('isEnveloped' in seen ? true : undefined);
  });

  it('that fails ends the attempt', () => {
    const failure = new Error('forged');
    const { attempt, listener, sent, told } = open({
      review: () => {
        throw failure;
      },
    });
    attempt.start();
    answer(last(sent), 200);
    expect(listener.onLoginFailure).toHaveBeenCalledExactlyOnceWith(failure);
    expect(told()).toEqual([0, 0, 1]);
  });
});

describe('an exchange that fails', () => {
  it('is told, and its login given back', () => {
    const { attempt, authenticator, listener, sent, told } = open();
    attempt.start();
    last(sent).handler.onResponseError(controller, reset);
    expect(listener.onExchangeFailure.mock.calls[0]?.[0]).toMatchObject({ cause: reset, onDeadConnection: false });
    expect(authenticator.abandon).toHaveBeenCalledExactlyOnceWith({ header: 'Login 1' });
    expect(told()).toEqual([0, 1, 0]);
    attempt.cancel();
    expect(authenticator.abandon).toHaveBeenCalledTimes(1);
  });

  it('on a used connection is sent again with a new login, 64 times at most', async () => {
    const { attempt, authenticator, sent, told } = open({ review: () => ({ header: 'Again' }) });
    attempt.start();
    // The first opens the connection, and is refused: so the next goes over a used one.
    await Promise.resolve();
    answer(last(sent), 401);
    for (let count = 0; count < 64; count += 1) last(sent).handler.onResponseError(controller, reset);
    expect(told()).toEqual([0, 0, 0]);
    expect(sent).toHaveLength(66);
    expect(authenticator.authorize).toHaveBeenCalledTimes(65);
    expect(authenticator.abandon).toHaveBeenCalledTimes(64);
    last(sent).handler.onResponseError(controller, reset);
    expect(told()).toEqual([0, 1, 0]);
    expect(sent).toHaveLength(66);
  });
});
