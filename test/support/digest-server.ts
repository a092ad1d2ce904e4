import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it came. */
export interface SeenRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** The request target. */
  readonly path: string;
  /** One character an octet. */
  readonly authorization: string | undefined;
}

/** An answer. What stands in its headers goes out one octet a character; an array is a header line each. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly trailers?: Readonly<Record<string, string>>;
}

/** `reset` breaks the connection, `cut` does so in the body; `hang` says nothing until the client gives up. */
export type Answer = WholeAnswer | 'reset' | 'cut' | 'hang';

export type Respond = (request: SeenRequest) => Answer | Promise<Answer>;

/** A server that answers as it is told, on a loopback socket. */
interface DigestServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/** Starts one that lives until the test is over. */
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
  // The address of a TCP server is never text, and not null while it listens.
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
  const { status, headers, body = '', trailers } = answer;
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  // Written before the end, the body is chunked: without chunks there are no trailers.
  if (trailers !== undefined) {
    outgoing.write(body);
    outgoing.addTrailers(trailers);
    outgoing.end();
  } else outgoing.end(body);
}
