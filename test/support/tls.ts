// Certificates by openssl, a TLS front and a CONNECT proxy. All end with the test.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { openFolder } from './open-folder.js';

/** A certificate and its key, as PEM, and the paths of their files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const run = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];

/** A certificate authority (its own certificate), and certificates that it has signed. */
export async function makeCertificates(): Promise<Record<'ca' | 'server' | 'client', Certificate>> {
  const folder = openFolder();
  const make = async (name: string, ...extra: string[]): Promise<Certificate> => {
    const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const subject = ['-subj', `/CN=${name} of the test`];
    const options = ['-config', 'plain.cnf', ...newKey, ...subject, '-keyout', keyFile, '-out', certFile, ...extra];
    await run('openssl', ['req', '-x509', ...options], { cwd: folder });
    return { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8'), certFile, keyFile };
  };
  // Without the defaults of the machine's own configuration.
  await writeFile(join(folder, 'plain.cnf'), '[req]\ndistinguished_name=name\n[name]\n');
  const ca = await make('ca', '-addext', 'basicConstraints=critical,CA:TRUE');
  const signed = ['-CA', ca.certFile, '-CAkey', ca.keyFile];
  const server = await make('server', ...signed, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  return { ca, server, client: await make('client', ...signed) };
}

/** Terminates TLS in front of a server. */
export interface TlsFront {
  readonly url: string;
  /** For each connection, the common name of the client's certificate, if it was asked for one. */
  readonly clients: readonly unknown[];
}

/**
 * Listens with TLS on loopback and forwards to `target`, an http URL.
 *
 * @param clientCa - the authority of client certificates, which are then required.
 */
export async function openTlsFront(target: string, own: Certificate, clientCa?: Certificate): Promise<TlsFront> {
  const clients: unknown[] = [];
  const requirement = clientCa && { ca: clientCa.cert, requestCert: true };
  const server = createTlsServer({ cert: own.cert, key: own.key, ...requirement }, (socket) => {
    clients.push(socket.getPeerCertificate().subject?.CN);
    forward(socket, new URL(target).port);
  });
  return { url: `https://localhost:${await listen(server)}`, clients };
}

/** A proxy that makes tunnels. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each tunnel. */
  readonly tunnels: readonly (string | undefined)[];
}

export async function openConnectProxy(): Promise<ConnectProxy> {
  const tunnels: (string | undefined)[] = [];
  const server = createHttpServer((_request, answer) => answer.writeHead(405).end());
  server.on('connect', ({ url }, socket) => {
    tunnels.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const target = forward(socket, port, hostname);
    target.on('connect', () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, tunnels };
}

/** Connects to a port, and passes on all bytes in both directions. */
function forward(socket: Duplex, port: string, host = '127.0.0.1'): Duplex {
  const target = connect(Number(port), host);
  socket.pipe(target).pipe(socket);
  socket.on('error', () => target.destroy());
  target.on('error', () => socket.destroy());
  return target;
}

/** Starts a server on loopback. Returns its port. */
async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  // The address of a TCP server is never text, and not null while it listens.
  return (server.address() as AddressInfo).port;
}
