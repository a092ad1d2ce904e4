import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A received request. */
export interface SeenRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** The request target. */
  readonly path: string;
  /** One character per octet. */
  readonly authorization: string | undefined;
}

/** A complete response. Header values are sent as one octet per character, and arrays as one line per value. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

/** `reset` resets the connection before the response, `cut` during the body, and `hang` sends nothing. */
export type Answer = WholeAnswer | 'reset' | 'cut' | 'hang';

export type Respond = (request: SeenRequest) => Answer | Promise<Answer>;

/** A server with scripted responses on a loopback socket. */
interface DigestServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/** Starts a server that stops after the test. */
export async function startDigestServer(respond: Respond): Promise<DigestServer> {
  const requests: SeenRequest[] = [];
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    const request = see(incoming, requests.length + 1);
    requests.push(request);
    void Promise.resolve(respond(request)).then((answer) => send(answer, outgoing));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

function see({ method = '', url = '', headers }: IncomingMessage, number: number): SeenRequest {
  return { number, method, path: url, authorization: headers.authorization };
}

function send(answer: Answer, outgoing: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (answer === 'cut') {
    outgoing.writeHead(200, { 'content-length': 99 });
    outgoing.write('{', () => outgoing.socket?.resetAndDestroy());
    return;
  }
  const { status, headers, body = '' } = answer;
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(body);
}
