import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './body.js';
import { ConnectionReset } from './connection-reset.js';

/** Answers a request. Its body was read apart from it, and is undefined if it is too large. */
type Handler = (request: Request, body: string | undefined) => Promise<Response>;

/** A server that listens. */
export interface ListeningServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 and answers each request by the handler. */
export async function listen(handler: Handler, port: number): Promise<ListeningServer> {
  // Longer than any test, so that no connection closes while a request is being sent.
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    void serve(handler, incoming, outgoing);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo, never a pipe's name or null.
  const address = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      closed ??= new Promise((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  outgoing.once('close', onClose);
  let request: Request;
  let body: string | undefined;
  try {
    // The default would close the connection after a body that is too large, before the client has its response.
    body = await readBody(incoming.iterator({ destroyOnReturn: false }));
    incoming.resume();
    request = toRequest(incoming, gone.signal);
  } catch {
    outgoing.writeHead(400, { connection: 'close' }).end();
    return;
  }
  try {
    await send(await handler(request, body), outgoing);
  } catch (cause) {
    fail(outgoing, cause);
  } finally {
    // After this point, the response is complete or the emulator itself broke it, so a close is not an abort by the client.
    outgoing.off('close', onClose);
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const lines = Object.entries(incoming.headersDistinct);
  const headers = lines.flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]));
  const { method = 'GET', url = '/' } = incoming;
  // A proxied request has the whole URL on its request line.
  const address = url.startsWith('/') ? `http://${incoming.headers.host ?? '127.0.0.1'}${url}` : url;
  return new Request(address, { method, headers, signal });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const { value } = part;
    // Waits until the part is written, so that a reset comes after it.
    await new Promise<void>((resolve, reject) => outgoing.write(value, (error) => (error ? reject(error) : resolve())));
  }
  outgoing.end();
}

function fail(outgoing: ServerResponse, cause: unknown): void {
  // destroy() sends FIN, which before the head looks like a normal close: only RST is a reset there.
  if (outgoing.headersSent) outgoing.socket?.destroy();
  else if (cause instanceof ConnectionReset) outgoing.socket?.resetAndDestroy();
  else {
    // Shows the author of a test what is wrong with a scripted answer, such as a status that HTTP does not have.
    outgoing.writeHead(500, { 'content-type': 'text/plain;charset=utf-8' }).end(`The emulator failed: ${cause}`);
  }
}
