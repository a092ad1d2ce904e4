import type { DispatchOptions, Exchange } from './exchange.js';
import { FetchRejection, isErrorLike } from './no-response.js';
import type { Dispatcher } from './transport.js';

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

/** Returns a dispatcher that sends each request with a fetch. */
export function fetchDispatcher(fetch: FetchLike): Dispatcher {
  return {
    dispatch(options, handler) {
      sendByFetch(fetch, options, handler).catch((error) => {
        // What the fetch rejected with throws this when it is read.
        handler.onResponseError(undefined, new FetchRejection('', { cause: error }));
      });
      return true;
    },
  };
}

/** Sends a request and reads the response. */
async function sendByFetch(fetch: FetchLike, options: DispatchOptions, handler: Exchange): Promise<void> {
  const { origin, path, method, body } = options;
  const aborter = new AbortController();
  const { signal } = aborter;
  let isReading = false;
  try {
    // Throws if the call has ended.
    handler.onRequestStart(aborter);
    // The fetch asks for the codings that it decodes.
    const { 'accept-encoding': _, ...headers } = options.headers;
    const init = { method, headers, body, redirect: 'manual', cache: 'no-store', signal } as const;
    const response = await fetch(origin + path, init);
    // Response.error() has status 0, and an untyped fetch may return anything.
    if (!(response?.status >= 200)) throw new TypeError('The fetch returned no response');
    handler.onResponseStart(aborter, response.status, toFields(response.headers));
    isReading = true;
    // Both web streams and Node streams are iterable. A loop that is left ends the stream.
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      handler.onResponseData(aborter, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      if (signal.aborted) return;
    }
    handler.onResponseEnd();
  } catch (reason) {
    const { name, code, cause }: Partial<Record<string, unknown>> = Object(reason);
    // A network error is a TypeError, or has a code (Bun, node-fetch). Any error while the body is read counts as one.
    const isNetworkError = name === 'TypeError' || code !== undefined || isReading;
    // The cause says more, but it may be no error: in msw, it is a Response.
    const said = isErrorLike(cause) ? cause : reason;
    handler.onResponseError(aborter, isNetworkError ? said : new FetchRejection('', { cause: said }));
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
