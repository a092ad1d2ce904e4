import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A received request. */
export interface RawRequest {
  readonly line: string;
  /** Names as sent, without `host` and `connection`, which undici adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A server whose token endpoint, under any prefix, issues one token, and which responds to other requests with an empty
 * snapshot. It checks no credentials.
 */
export async function startTokenServer(): Promise<{ url: string; requests: RawRequest[] }> {
  const requests: RawRequest[] = [];
  const server = createServer(async (message, reply) => {
    requests.push(await readRequest(message));
    reply.setHeader('content-type', 'application/json');
    const isToken = message.url?.endsWith('/api/oauth/token');
    reply.end(JSON.stringify(isToken ? { access_token: 'the-token', expires_in: 3600, token_type: 'Bearer' } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

async function readRequest(message: IncomingMessage): Promise<RawRequest> {
  const { method, url, httpVersion, rawHeaders } = message;
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!/^(?:host|connection)$/i.test(name)) headers[name] = value;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return { line: `${method} ${url} HTTP/${httpVersion}`, headers, body: Buffer.concat(chunks).toString() };
}
