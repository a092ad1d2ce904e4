import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getResponse, type RequestHandler } from 'msw';
import { onTestFinished } from 'vitest';

/** A received request. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Alternating names and values, as sent. */
  readonly rawHeaders: readonly string[];
}

export interface MswServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** The number of connections so far. */
  readonly connections: number;
}

/** Starts an HTTP server that responds with MSW handlers, or 418 if none matches. It stops after the test. */
export async function startMswServer(...handlers: RequestHandler[]): Promise<MswServer> {
  const requests: SeenRequest[] = [];
  let connections = 0;
  const server = createServer((message, reply) => {
    requests.push(see(message));
    void answer(handlers, message, reply);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
  };
}

function see({ method = '', url = '', headers, rawHeaders }: IncomingMessage): SeenRequest {
  return { method, path: url, headers, rawHeaders };
}

async function answer(handlers: RequestHandler[], message: IncomingMessage, reply: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = message;
  const request = new Request(`http://${headers.host}${url}`, { method, headers: toHeaders(message) });
  const response = await getResponse(handlers, request);
  if (response?.type === 'error') {
    reply.destroy();
    return;
  }
  reply.statusCode = response?.status ?? 418;
  response?.headers.forEach((value, name) => {
    reply.appendHeader(name, value);
  });
  reply.end(Buffer.from((await response?.arrayBuffer()) ?? new ArrayBuffer(0)));
}

function toHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return headers;
}
