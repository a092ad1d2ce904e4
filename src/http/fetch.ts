import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import type { HeaderFields } from './headers.js';
import type { DispatchController, Dispatcher, DispatchHandler, DispatchOptions } from './transport.js';
import { isErrorLike } from './transport-error.js';

/** A function like `globalThis.fetch`: that of Node, undici, node-fetch, Deno or Bun, or a mock of it. */
export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body: string | null;
    redirect: 'manual';
    cache: 'no-store';
    signal: AbortSignal;
  },
) => Promise<{
  status: number;
  headers: {
    /** Calls a function with each header. */
    forEach(callback: (value: string, name: string) => void): void;
  };
  /** A stream of the web or of Node, or null. */
  body: unknown;
}>;

type FetchResponse = Awaited<ReturnType<FetchLike>>;

/** Returns a dispatcher that sends each request with a fetch. */
export function fetchDispatcher(fetch: FetchLike): Dispatcher {
  return {
    dispatch(options, handler) {
      void exchangeByFetch(fetch, options, handler);
      return true;
    },
  };
}

/** Sends a request and reads the response. Never rejects. */
async function exchangeByFetch(fetch: FetchLike, options: DispatchOptions, handler: DispatchHandler): Promise<void> {
  const aborter = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const controller: DispatchController = {
    abort(reason) {
      aborter.abort(reason);
      // The fetch may ignore its signal. If it does not, this rejects.
      reader?.cancel().catch(() => undefined);
    },
  };
  try {
    // Throws if the call has ended.
    handler.onRequestStart(controller);
    const { status, headers, body } = await send(fetch, options, aborter.signal);
    reader = openBody(body);
    if (aborter.signal.aborted) controller.abort(aborter.signal.reason);
    handler.onResponseStart(controller, status, toHeaderFields(headers));
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined) break;
      handler.onResponseData(controller, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    }
    handler.onResponseEnd(controller);
  } catch (reason) {
    const { name, code, cause }: Partial<Record<string, unknown>> = Object(reason);
    // The network failed: a TypeError, or from Bun and node-fetch an error with a code. A body can fail with anything.
    const isNetworkError = name === 'TypeError' || code !== undefined || reader !== undefined;
    // The cause says more, but it may be no error: that of msw is a Response.
    handler.onResponseError(controller, isErrorLike(cause) ? cause : reason, !isNetworkError);
  }
}

async function send(fetch: FetchLike, options: DispatchOptions, signal: AbortSignal): Promise<FetchResponse> {
  const { origin, path, method, body } = options;
  const headers: Record<string, string> = {};
  options.headers.forEach((name, index) => {
    if (index % 2 === 0) headers[name] = options.headers[index + 1] ?? '';
  });
  const response = await fetch(origin + path, { method, headers, body, redirect: 'manual', cache: 'no-store', signal });
  // Response.error() has status 0, and a fetch without types may return anything.
  if (!(response?.status >= 200)) throw new TypeError('The fetch returned no response');
  return response;
}

/** Opens the body of a response, unless it is null. */
function openBody(body: unknown): ReadableStreamDefaultReader<Uint8Array> | undefined {
  if (!body) return undefined;
  // Not instanceof: the stream may come from another realm. That of node-fetch is a stream of Node.
  const isWebStream = typeof body === 'object' && 'getReader' in body;
  // ReadableStream.from() throws if it gets no stream.
  const stream = isWebStream ? (body as ReadableStream) : ReadableStream.from(body as AsyncIterable<Uint8Array>);
  return stream.getReader();
}

function toHeaderFields(headers: FetchResponse['headers']): HeaderFields {
  // Without a prototype, so that no name is there before.
  const fields: Record<string, string | string[]> = Object.create(null);
  // forEach, because it passes every line of Set-Cookie.
  headers.forEach((value, key) => {
    const name = key.toLowerCase();
    const earlier = fields[name];
    // The fetch has decoded the body.
    if (name !== 'content-encoding') fields[name] = earlier === undefined ? value : [earlier, value].flat();
  });
  return fields;
}
