import type { Readable } from 'node:stream';
import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import type { DispatchController, Exchange } from './exchange.js';
import { isErrorLike } from './no-response.js';
import { setImmediate } from './timer.js';
import type { Dispatcher, DispatchOptions } from './transport.js';

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
  /** A web stream, a Node stream, or null. */
  body: unknown;
}>;

const readsPerTurn = 1_024;

/** Returns a dispatcher that sends each request with a fetch. */
export function fetchDispatcher(fetch: FetchLike): Dispatcher {
  return {
    dispatch(options, handler) {
      sendByFetch(fetch, options, handler).catch(() => {
        // Reading the rejection threw an error, for example in a getter.
        handler.onResponseError(undefined, new Error('The fetch rejected with an error that cannot be read'), true);
      });
      return true;
    },
  };
}

/** Sends a request and reads the response. */
async function sendByFetch(fetch: FetchLike, options: DispatchOptions, handler: Exchange): Promise<void> {
  const { origin, path, method } = options;
  const headers: Record<string, string> = {};
  options.headers.forEach((name, index) => {
    // The fetch asks for the codings that it decodes.
    if (index % 2 === 0 && name !== 'accept-encoding') headers[name] = options.headers[index + 1] ?? '';
  });
  const aborter = new AbortController();
  const { signal } = aborter;
  let body: unknown;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const controller: DispatchController = {
    abort(reason) {
      aborter.abort(reason);
      // The fetch may ignore its signal.
      void discard(body, reader);
    },
  };
  try {
    // Throws if the call has ended.
    handler.onRequestStart(controller);
    const init = { method, headers, body: options.body, redirect: 'manual', cache: 'no-store', signal } as const;
    const response = await fetch(origin + path, init);
    // Response.error() has status 0, and an untyped fetch may return anything.
    if (!(response?.status >= 200)) throw new TypeError('The fetch returned no response');
    body = response.body ?? undefined;
    reader = openBody(body);
    if (signal.aborted) controller.abort(signal.reason);
    handler.onResponseStart(controller, response.status, toFields(response.headers));
    // A reader may ignore that it was cancelled.
    for (let reads = 1; reader !== undefined && !signal.aborted; reads += 1) {
      const { done, value } = await reader.read();
      if (done) break;
      handler.onResponseData(controller, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      // Reading parts that have already arrived does not let timers and signals run.
      if (reads % readsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    handler.onResponseEnd();
  } catch (reason) {
    const { name, code, cause }: Partial<Record<string, unknown>> = Object(reason);
    // A network error is a TypeError, or has a code (Bun, node-fetch). Any error while the body is read counts as one.
    const isNetworkError = name === 'TypeError' || code !== undefined || reader !== undefined;
    // The cause says more, but it may be no error: in msw, it is a Response.
    handler.onResponseError(controller, isErrorLike(cause) ? cause : reason, !isNetworkError);
  }
}

/** Opens the body of a response, unless it is null. */
function openBody(body: unknown): ReadableStreamDefaultReader<Uint8Array> | undefined {
  if (!body) return undefined;
  // Not instanceof: the stream may come from another realm.
  if (typeof body === 'object' && 'getReader' in body) return (body as ReadableStream).getReader();
  // The body of node-fetch is a Node stream. ReadableStream.from() throws if it is not one.
  return ReadableStream.from(body as AsyncIterable<Uint8Array>).getReader();
}

/** Ends the stream of a body. Never rejects, whatever the stream does. */
async function discard(body: unknown, reader: ReadableStreamDefaultReader | undefined): Promise<void> {
  try {
    // Cancelling a Node stream would wait for its next part. A web stream has no destroy().
    (body as Partial<Readable> | undefined)?.destroy?.();
    await reader?.cancel();
  } catch {
    // The stream may have ended already.
  }
}

function toFields(headers: Awaited<ReturnType<FetchLike>>['headers']): Record<string, string> {
  // Without a prototype, so that it starts empty.
  const fields: Record<string, string> = Object.create(null);
  // forEach, because it passes every line of Set-Cookie.
  headers.forEach((value, key) => {
    const name = key.toLowerCase();
    // A mock may have numbers as values.
    fields[name] = name in fields ? `${fields[name]}, ${value}` : String(value);
  });
  // The fetch has decoded the body.
  delete fields['content-encoding'];
  return fields;
}
