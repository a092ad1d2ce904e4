import { Readable } from 'node:stream';
import * as web from 'node:stream/web';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { setupServer } from 'msw/node';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpResponse as Received } from '../../../src/client/http/exchange.js';
import { type FetchLike, fetchDispatcher } from '../../../src/client/http/fetch.js';
import { NoResponse } from '../../../src/client/http/no-response.js';
import { Transport } from '../../../src/client/http/transport.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, end, head, reset, type Script, send } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';

const origin = 'http://127.0.0.1:9';
const limits = { attemptTimeout: 5_000, maxResponseSize: 1_000 };
const headers = ['accept', 'text/plain', 'accept-encoding', 'gzip', 'x-a', '1'];
const get = { method: 'GET', path: '/a%2Fb?c=d', headers, body: null } as const;

/** One exchange by a fetch. */
function run(fetch: FetchLike, url = origin, attemptTimeout = limits.attemptTimeout) {
  const dispatcher = fetchDispatcher(fetch);
  const transport = new Transport({ origin: url, dispatcher, attemptTimeout, proxy: undefined });
  return transport.exchange(get, { ...limits, attemptTimeout });
}

/** A fetch that returns a response, or what is none. It ignores its signal, as mocks may. */
const returning = (response: unknown) => vi.fn<FetchLike>().mockResolvedValue(response as Response);
const rejecting = (reason: unknown) => vi.fn<FetchLike>().mockRejectedValue(reason);

/** The response of an exchange, or why there is none. */
const outcome = (sent: Promise<unknown>) => sent.catch((reason: unknown) => reason);

it('calls the fetch once for a request, with what it needs, and leaves codings to it', async () => {
  const fetch = returning(new Response());
  await run(fetch);
  expect(fetch).toHaveBeenCalledExactlyOnceWith(`${origin}/a%2Fb?c=d`, {
    method: 'GET',
    headers: { accept: 'text/plain', 'x-a': '1' },
    body: null,
    redirect: 'manual',
    cache: 'no-store',
    signal: expect.any(AbortSignal),
  });
});

describe('a response', () => {
  const parts = ['a', 'b', 'cd'].map((text) => Buffer.from(text));
  const many = Array.from({ length: limits.maxResponseSize }, () => Buffer.from('a'));
  const toText = ({ status, headers, bytes }: Received) => ({
    status,
    headers,
    text: String(bytes),
  });

  const plain = { 'content-type': 'text/plain;charset=UTF-8' };
  const repeated = { headers: { ...plain, 'set-cookie': 'a=1, b=2, c=3', 'x-a': '1, 2', constructor: 'a' } };
  const fields: [string, string][] = [...cookies, ['X-A', '1'], ['x-a', '2'], ['constructor', 'a']];
  const gzip = { 'content-encoding': 'gzip' };
  const withHeaders = (headers: HeadersInit) => new Response('', { headers });

  it.each<[what: string, response: () => unknown, expected: object]>([
    ['with text', () => new Response('text', { status: 404 }), { status: 404, text: 'text' }],
    ['without a body', () => new Response(null, { status: 204 }), { status: 204, headers: {}, text: '' }],
    ['of several chunks', () => fake(web.ReadableStream.from(parts)), { text: 'abcd' }],
    ['of many small chunks', () => fake(web.ReadableStream.from(many)), { text: 'a'.repeat(many.length) }],
    ['with a stream of Node', () => fake(Readable.from(parts)), { text: 'abcd' }],
    ['with repeated fields, and a name of the prototype', () => withHeaders(fields), repeated],
    ['that the fetch has decoded', () => new Response('a', { headers: gzip }), { headers: plain, text: 'a' }],
    ['with names in capitals', () => fake(null, new Map([['X-A', '1']])), { headers: { 'x-a': '1' } }],
  ])('%s arrives', async (_what, response, expected) => {
    expect(toText(await run(returning(response())))).toEqual(expect.objectContaining({ status: 200, ...expected }));
  });
});

const cookies: [string, string][] = ['a=1', 'b=2', 'c=3'].map((value) => ['set-cookie', value]);
const fake = (body: unknown, headers = new Map()) => ({ status: 200, headers, body });
const failing = (error: unknown) => new Response(new ReadableStream({ start: (stream) => stream.error(error) }));
const coded = (code: string) => Object.assign(new Error('broken'), { code });
const causedBy = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('there is no response', () => {
  const retryable = { kind: 'other', isRetryable: true, isDeadConnection: false };
  const dead = { ...retryable, isDeadConnection: true };
  const mock = { kind: 'mock', isRetryable: false, isDeadConnection: false };
  const refusal = { ...mock, kind: 'fetch refusal' };
  const plain = new Error('plain');
  const refused = new Error('aborted', { cause: new Error('Proxy response (407) !== 200') });
  const none = { ...retryable, cause: { message: 'The fetch returned no response' } };
  const unreadable = Object.defineProperty(new Error('unreadable'), 'cause', { get: () => fail(plain) });
  const notRead = 'The fetch rejected with an error that cannot be read';

  it.each<[after: string, fetch: FetchLike, expected: object]>([
    ['a network error', rejecting(causedBy(plain)), { ...retryable, cause: plain }],
    ['a network error without a cause', rejecting(causedBy(undefined)), { ...retryable, cause: causedBy(undefined) }],
    ['a cause that is no error', rejecting(causedBy(Response.error())), { cause: { message: 'fetch failed' } }],
    ['the refusal of a proxy', rejecting(causedBy(refused)), { kind: 'proxy login' }],
    ['a TypeError of another realm', rejecting(runInNewContext('new TypeError("other")')), retryable],
    ['an error with a code', rejecting(coded('ConnectionRefused')), { ...retryable, cause: { message: 'broken' } }],
    ['a lost connection', rejecting(causedBy(coded('UND_ERR_SOCKET'))), { ...dead, cause: { code: 'UND_ERR_SOCKET' } }],
    ['a request that fetch-mock does not know', rejecting(new Error('fetch-mock: No response')), mock],
    ['any other error', rejecting(plain), { ...refusal, cause: plain }],
    ['any other error with a cause', rejecting(new Error('outer', { cause: plain })), { ...refusal, cause: plain }],
    ['a string', rejecting('text'), { ...refusal, cause: { message: 'text' } }],
    ['an error that throws when it is read', rejecting(unreadable), { ...refusal, cause: { message: notRead } }],
    ['null', rejecting(null), { ...refusal, cause: { message: 'No error was reported' } }],
    ['a function that throws', () => fail(plain), { ...refusal, cause: plain }],
    ['a Response.error()', returning(Response.error()), none],
    ['a result without headers', returning({ status: 200 }), { ...retryable, cause: { name: 'TypeError' } }],
    ['a body that fails', returning(failing(plain)), { ...retryable, cause: plain }],
    ['a lost connection in the body', returning(failing(causedBy(coded('UND_ERR_SOCKET')))), retryable],
    ['a body that is no stream', returning(fake({})), retryable],
  ])('after %s', async (_after, fetch, expected) => {
    expect(await rejection(run(fetch), NoResponse)).toMatchObject(expected);
  });
});

function fail(reason: unknown): never {
  throw reason;
}

describe('if a fetch ignores its signal,', () => {
  const later = (response: unknown) => () => new Promise<Response>((resolve) => setTimeout(resolve, 20, response));

  it('it does not hold the call', async () => {
    const fetch = vi.fn<FetchLike>(() => new Promise(() => undefined));
    expect(await rejection(run(fetch, origin, 10), NoResponse)).toMatchObject({ kind: 'attempt timeout' });
    expect(fetch.mock.lastCall?.[1].signal.aborted).toBe(true);
  });

  it.each<[what: string, init: ResponseInit, wrap: (response: Response) => FetchLike, chunk: number]>([
    ['is over the limit', {}, returning, 1_001],
    ['is over the limit by its Content-Length', { headers: { 'content-length': '1001' } }, returning, 0],
    ['does not come', {}, returning, 0],
    ['comes after the end of the call', {}, later, 0],
  ])('a body is cancelled that %s', async (_what, init, wrap, chunk) => {
    const cancel = vi.fn();
    const start = (stream: ReadableStreamDefaultController) => chunk > 0 && stream.enqueue(new Uint8Array(chunk));
    const response = new Response(new ReadableStream({ start: (stream) => void start(stream), cancel }), init);
    await outcome(run(wrap(response), origin, 10));
    await expect.poll(() => cancel.mock.calls.length, { interval: 1 }).toBe(1);
  });

  it.each([
    ['is over the limit', () => Readable.from([Buffer.alloc(1_001), Buffer.alloc(1)])],
    ['stalls', () => new Readable({ read: () => undefined })],
  ])('a Node stream is destroyed that %s', async (_what, open) => {
    const body = open();
    await outcome(run(returning(fake(body)), origin, 10));
    await expect.poll(() => body.destroyed, { interval: 1 }).toBe(true);
  });

  it('a body whose reader ignores cancel() is not read on', async () => {
    const read = vi.fn(async () => ({ done: false, value: new Uint8Array(1) }));
    await run(returning(fake({ getReader: () => ({ read, cancel: async () => undefined }) })));
    expect(read).toHaveBeenCalledTimes(limits.maxResponseSize + 1);
  });

  it('a body whose parts are all at hand does not hold the call', async () => {
    const body = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array()) });
    const sent = run(returning(new Response(body)), origin, 10);
    expect(await rejection(sent, NoResponse)).toMatchObject({ kind: 'attempt timeout' });
  });
});

describe("Node's own fetch", () => {
  const length = 'content-length: 4';

  it.each<[what: string, script: Script, expected: object]>([
    ['gets an answer', [answer(200, 'text', 'x-a: 1')], { status: 200, truncatedAt: undefined }],
    ['decodes gzip', [answer(200, gzipSync('text'), 'content-encoding: gzip')], { bytes: Buffer.from('text') }],
    ['follows no redirect', [answer(302, '', 'location: /elsewhere')], { status: 302 }],
    ['gets an error over the limit', [answer(400, 'x'.repeat(1_001))], { status: 400, truncatedAt: 1_000 }],
    ['loses a connection', [reset], { kind: 'other', isDeadConnection: true }],
    ['loses a body', [send(head(200, length)), send('te'), end], { kind: 'other', isDeadConnection: false }],
    ['times out if a body does not end', [send(head(200, length)), send('te')], { kind: 'attempt timeout' }],
  ])('%s', async (_what, script, expected) => {
    const server = await startRawServer(script);
    expect(await outcome(run(fetch, server.url, 1_000))).toMatchObject(expected);
    expect(server.requests.map(({ target }) => target)).toEqual([get.path]);
  });
});

it('a request for which msw has no handler is a mock that is missing', async () => {
  const mocks = setupServer();
  vi.spyOn(console, 'error').mockReturnValue();
  mocks.listen({ onUnhandledRequest: 'error' });
  onTestFinished(() => mocks.close());
  expect(await outcome(run((...args) => fetch(...args)))).toMatchObject({ kind: 'mock' });
});
