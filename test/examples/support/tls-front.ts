import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.js';

/** What stands before a server and wants a certificate of every client. */
export interface TlsFront {
  readonly url: string;
  /** Who has come, by the common name of the certificate. */
  readonly clients: unknown[];
}

/** Listens with TLS on loopback, and passes on what comes to `target`, an http URL. */
export async function openTlsFront(target: string, ca: string, own: Certificate): Promise<TlsFront> {
  const { port } = new URL(target);
  const clients: unknown[] = [];
  const server = createServer({ ...own, ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
    clients.push(socket.getPeerCertificate().subject?.CN);
    const inner = connect(Number(port), '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  // The address of a TCP server is never text, and not null while it listens.
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, clients };
}
