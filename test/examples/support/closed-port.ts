import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port of loopback at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // The address of a TCP server is never text, and not null while it listens.
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
