import { Readable } from 'node:stream';
import * as web from 'node:stream/web';
import { gzipSync } from 'node:zlib';
import { setupServer } from 'msw/node';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FetchLike, fetchDispatcher } from '../../../src/client/http/fetch.js';
import { AttemptTimeout, classify, type NoResponseKind } from '../../../src/client/http/no-response.js';
import { Transport } from '../../../src/client/http/transport.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, reset, type Script } from '../../support/raw-steps.js';

const origin = 'http://127.0.0.1:9';
const limits = { attemptTimeout: 5_000, maxResponseSize: 1_000 };
const headers = { accept: 'text/plain', 'accept-encoding': 'gzip', 'x-a': '1' };
const get = { method: 'GET', path: '/a%2Fb?c=d', headers, body: null } as const;

/** One exchange by a fetch. */
function run(fetch: FetchLike, url = origin, attemptTimeout = limits.attemptTimeout) {
  const dispatcher = fetchDispatcher(fetch);
  const own = { ...limits, attemptTimeout };
  const transport = new Transport({ origin: url, prefix: '', userAgent: '', dispatcher, proxy: undefined, ...own });
  return transport.exchange({ ...get, ...own });
}

/** A fetch that returns a response, or what is none. It ignores its signal, as mocks may. */
const returning = (response: unknown) => vi.fn<FetchLike>().mockResolvedValue(response as Response);
const rejecting = (reason: unknown) => vi.fn<FetchLike>().mockRejectedValue(reason);
const fake = (body: unknown, fields = new Map()) => ({ status: 200, headers: fields, body });

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
  const plain = { 'content-type': 'text/plain;charset=UTF-8' };
  const lines = 'set-cookie=a=1&set-cookie=b=2&set-cookie=c=3&X-A=1&x-a=2&constructor=a';
  const fields = [...new URLSearchParams(lines)];
  const joined = { ...plain, 'set-cookie': 'a=1, b=2, c=3', 'x-a': '1, 2', constructor: 'a' };
  const decoded = { 'content-encoding': 'gzip' };
  const mocked = new Map<string, unknown>([['X-A', 1]]);

  it.each<[what: string, response: unknown, expected: object]>([
    ['without a body', new Response(null, { status: 204 }), { status: 204, headers: {}, text: '' }],
    ['with a web stream', fake(web.ReadableStream.from(parts)), { text: 'abcd' }],
    ['with a stream of Node', fake(Readable.from(parts)), { text: 'abcd' }],
    ['with repeated fields', new Response('', { headers: fields }), { headers: joined }],
    ['that the fetch has decoded', new Response('a', { headers: decoded }), { headers: plain, text: 'a' }],
    ['with the names and values of a mock', fake(null, mocked), { headers: { 'x-a': '1' } }],
  ])('%s arrives', async (_what, response, expected) => {
    const { status, headers, bytes } = await run(returning(response));
    const received = { status, headers, text: String(bytes) };
    expect(received).toEqual(expect.objectContaining({ status: 200, ...expected }));
  });
});

/** Why an exchange got no response. */
const failureOf = async (sent: Promise<unknown>) => {
  const reason: unknown = await sent.then(
    () => expect.unreachable(),
    (rejected: unknown) => rejected,
  );
  const { kind, error } = classify(reason);
  return [kind, error.message];
};

const unreadable = Object.defineProperty(new Error(), 'cause', {
  get() {
    throw new Error('plain');
  },
});
const causedBy = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('there is no response', () => {
  const plain = new Error('plain');
  const coded = Object.assign(new Error('broken'), { code: 'ConnectionRefused' });
  const refused = new Error('aborted', { cause: new Error('Proxy response (407) !== 200') });
  const failing = new Response(new ReadableStream({ start: (stream) => stream.error(plain) }));
  const none = 'The fetch returned no response';

  it.each<[after: string, fetch: FetchLike, kind: NoResponseKind, message?: string]>([
    ['a network error', rejecting(causedBy(plain)), 'network'],
    ['a cause that is no error', rejecting(causedBy(Response.error())), 'network', 'fetch failed'],
    ['an error with a code', rejecting(coded), 'network', 'broken'],
    ['the refusal of a proxy', rejecting(causedBy(refused)), 'proxy', 'aborted'],
    ['any other error', rejecting(plain), 'sender'],
    [
      'a function that throws',
      () => {
        throw plain;
      },
      'sender',
    ],
    ['a Response.error()', returning(Response.error()), 'network', none],
    ['a body that fails', returning(failing), 'network'],
    ['an error that throws another one when it is read', rejecting(unreadable), 'sender'],
  ])('after %s', async (_after, fetch, kind, message = 'plain') => {
    expect(await failureOf(run(fetch))).toEqual([kind, message]);
  });

  it('if msw has no handler for the request', async () => {
    const mocks = setupServer();
    vi.spyOn(console, 'error').mockReturnValue();
    mocks.listen({ onUnhandledRequest: 'error' });
    onTestFinished(() => mocks.close());
    expect(await failureOf(run((...args) => fetch(...args)))).toEqual(['mock', expect.stringContaining('[MSW]')]);
  });
});

it.each<[what: string, response: Promise<unknown> | object]>([
  ['never responds', new Promise(() => undefined)],
  ['never ends its body', fake(new ReadableStream())],
])('a fetch that ignores its signal and %s does not hold the call', async (_what, response) => {
  const fetch = returning(response);
  await expect(run(fetch, origin, 10)).rejects.toBeInstanceOf(AttemptTimeout);
  expect(fetch.mock.lastCall?.[1].signal.aborted).toBe(true);
});

it('a body is left once it is too large', async () => {
  const cancel = vi.fn();
  const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(100)), cancel });
  const ofNode = new Readable({ read: () => void ofNode.push(Buffer.alloc(100)) });
  for (const body of [endless, ofNode]) {
    expect(await run(returning(fake(body)))).toMatchObject({ truncatedAt: limits.maxResponseSize });
  }
  expect(cancel).toHaveBeenCalledOnce();
  expect(ofNode.destroyed).toBe(true);
});

describe("Node's own fetch", () => {
  it.each<[what: string, script: Script, expected: object]>([
    ['decodes gzip', [answer(200, gzipSync('text'), 'content-encoding: gzip')], { bytes: Buffer.from('text') }],
    ['follows no redirect', [answer(302, '', 'location: /elsewhere')], { status: 302 }],
    ['loses a connection', [reset], { code: 'ECONNRESET' }],
  ])('%s', async (_what, script, expected) => {
    const server = await startRawServer(script);
    const outcome: unknown = await run(fetch, server.url).catch((reason: unknown) => reason);
    expect(outcome).toEqual(expect.objectContaining(expected));
    expect(server.requests.map(({ target }) => target)).toEqual([get.path]);
  });
});
