import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.js';

/** Terminates TLS in front of a server. */
export interface TlsFront {
  readonly url: string;
  /** The common name of the client certificate, for each connection. */
  readonly clients: unknown[];
}

/**
 * Listens with TLS on loopback and forwards to `target`, an http URL.
 *
 * @param clientCa - the authority of client certificates, which are then required.
 */
export async function openTlsFront(target: string, own: Certificate, clientCa?: string): Promise<TlsFront> {
  const { port } = new URL(target);
  const clients: unknown[] = [];
  const server = createServer({ ...own, ...(clientCa && { ca: clientCa, requestCert: true }) }, (socket) => {
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
