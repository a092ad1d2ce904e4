import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionReset } from './faults.js';

/** Answers one request, as `fetch` would be answered. */
type Handler = (request: Request) => Promise<Response>;

/** A listening socket. */
export interface ListeningServer {
  /** `http://127.0.0.1:…`, with no slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = 'GET', url = '/' } = incoming;
  // A proxy's request line has the whole address.
  const address = url.startsWith('/') ? `http://${incoming.headers.host ?? '127.0.0.1'}${url}` : url;
  const body = chunks.length > 0 && method !== 'GET' && method !== 'HEAD' ? Buffer.concat(chunks) : null;
  return new Request(address, { method, headers, body, signal });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const { value } = part;
    // Waits until the part is out, so that a reset comes after it.
    await new Promise<void>((resolve, reject) => outgoing.write(value, (error) => (error ? reject(error) : resolve())));
  }
  outgoing.end();
}

function fail(outgoing: ServerResponse, cause: unknown): void {
  const { socket } = outgoing;
  // A mistake in a scripted answer, such as a status that HTTP does not have, is told to who made it.
  if (!(cause instanceof ConnectionReset) && !outgoing.headersSent) {
    outgoing.writeHead(500, { 'content-type': 'text/plain;charset=utf-8' }).end(`The emulator failed: ${cause}`);
    return;
  }
  // A destroyed socket ends with FIN, which the client reads as the other side's close; a reset before the head is RST.
  if (!outgoing.headersSent) socket?.resetAndDestroy();
  else socket?.destroy();
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  let request: Request;
  try {
    request = await toRequest(incoming, gone.signal);
  } catch {
    outgoing.writeHead(400, { connection: 'close' }).end();
    return;
  }
  try {
    await send(await handler(request), outgoing);
  } catch (cause) {
    fail(outgoing, cause);
  }
}

/** Listens on 127.0.0.1 and answers every request with the handler. */
export async function listen(handler: Handler, port: number): Promise<ListeningServer> {
  // Longer than any test, so that no connection closes under a request that is just being sent.
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    void serve(handler, incoming, outgoing);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // The address of a TCP server is never text, and not null while it listens.
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
