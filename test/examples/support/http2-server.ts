import { once } from 'node:events';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { makeCertificates } from './certificates.js';

/** A request that has no response yet. */
export interface HeldRequest {
  readonly stream: ServerHttp2Stream;
  /** Sends the snapshot that the path names, or a list of one snapshot, or a 401 if the bearer token is wrong. */
  answer(): void;
}

export interface Http2Server {
  readonly url: string;
  /** The certificate authority that a client has to trust. */
  readonly ca: string;
  /** The number of connections so far. */
  readonly connections: () => number;
}

interface Http2ServerOptions {
  readonly accessToken: string;
  /** How many requests to hold before any of them gets a response. */
  readonly hold: number;
  /** Called once with the held requests. Later requests get their response at once. */
  readonly release: (held: readonly HeldRequest[]) => void;
}

/** Starts an HTTP/2 server with TLS on loopback. It stops when the test ends. */
export async function startHttp2Server({ accessToken, hold, release }: Http2ServerOptions): Promise<Http2Server> {
  const { ca, server: certificate } = await makeCertificates();
  const server = createSecureServer(certificate);
  const held: HeldRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    // A client may give up a request.
    stream.on('error', () => undefined);
    const request = { stream, answer: () => answer(stream, headers, accessToken) };
    if (held.length === hold) return request.answer();
    held.push(request);
    if (held.length === hold) release(held);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, ca, connections: () => sessions.size };
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, accessToken: string): void {
  const isAllowed = headers.authorization === `Bearer ${accessToken}`;
  stream.respond({ ':status': isAllowed ? 200 : 401, 'content-type': 'application/json' });
  stream.end(JSON.stringify(isAllowed ? bodyAt(headers[':path'] ?? '') : {}));
}

function bodyAt(path: string): object {
  const name = path.split('/').at(-1);
  if (name !== 'snapshots') return { id: name, status: 'COMPLETED' };
  return { results: [{ id: '0'.repeat(24), status: 'COMPLETED' }], totalCount: 1 };
}
