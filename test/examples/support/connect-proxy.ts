import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy that makes tunnels. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each tunnel. */
  readonly tunnels: (string | undefined)[];
}

export async function openConnectProxy(): Promise<ConnectProxy> {
  const tunnels: (string | undefined)[] = [];
  const server = createServer((_request, answer) => answer.writeHead(405).end());
  server.on('connect', (request, socket) => {
    tunnels.push(request.url);
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    socket.on('error', () => target.destroy());
    target.on('error', () => socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  // The address of a TCP server is never text, and not null while it listens.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}
