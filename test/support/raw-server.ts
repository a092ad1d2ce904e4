// The scripted raw server: what networks do. It plays a script for each request, which sends exact bytes, waits, resets
// or closes the connection (raw-steps.ts), and records requests and connections:
//
//   const server = await startRawServer([sendRefusal(503), good]);    // the first request fails, all others succeed
//   const server = await startRawServer();                        // hangs until the test responds:
//   await server.respond(1, answer(200, '{}'));

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import type { Script, Step } from './raw-steps.js';

/** A received request. Strings have one character per octet. */
export interface RawRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** The number of earlier requests on that connection. */
  readonly before: number;
  /** Everything up to the empty line. */
  readonly head: string;
  readonly method: string;
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly body: string;
  /** The time of arrival by `performance.now()`, which may be stopped. */
  readonly at: number;
}

/** What to do for a request: one script for all, one for each (the last one also for later requests), or a function. */
export type Scripts = Script | readonly Script[] | ((request: RawRequest) => Script);

/** Starts a server on a loopback port, which stops after the test. */
export async function startRawServer(scripts: Scripts = []): Promise<RawServer> {
  const server = new RawServer(toFunction(scripts));
  await server.listen();
  onTestFinished(() => server.close());
  return server;
}

/** A server that plays scripts. */
export class RawServer {
  readonly requests: RawRequest[] = [];
  /** The number of connections so far. */
  connections = 0;
  /** The highest number of open connections. */
  mostOpen = 0;
  readonly #server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  readonly #script: (request: RawRequest) => Script;
  readonly #open = new Set<Socket>();
  /** The connection of each request. */
  readonly #sockets: Socket[] = [];

  constructor(script: (request: RawRequest) => Script) {
    this.#script = script;
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1', 4096), 'listening');
  }

  get port(): number {
    // A TCP server that listens has a port.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The number of open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** The number of connections that have ended. */
  get closed(): number {
    return this.connections - this.open;
  }

  /** Resolves once that many requests have arrived. */
  async arrived(count: number): Promise<void> {
    await expect.poll(() => this.requests.length, { interval: 1 }).toBeGreaterThanOrEqual(count);
  }

  /** Plays more steps for the request with that number, once it has arrived. */
  async respond(number: number, ...script: Step[]): Promise<void> {
    await this.arrived(number);
    const socket = this.#sockets[number - 1];
    if (socket !== undefined) await play(script, socket);
  }

  /** Closes every connection, like a server that ends idle ones. */
  closeConnections(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.closeConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#open.add(socket);
    this.mostOpen = Math.max(this.mostOpen, this.open);
    socket.on('close', () => this.#open.delete(socket));
    // The client may disconnect at any time.
    socket.on('error', () => undefined);
    const connection = this.connections;
    let before = 0;
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      for (let end = endOfRequest(received); end > 0; end = endOfRequest(received)) {
        const number = this.requests.length + 1;
        const request = { number, connection, before, ...parse(received.slice(0, end)), at: performance.now() };
        received = received.slice(end);
        before += 1;
        this.requests.push(request);
        this.#sockets.push(socket);
        void play(this.#script(request), socket);
      }
    });
  }
}

/** The end of the first request including its body, or 0 if the request is incomplete. */
function endOfRequest(received: string): number {
  const headEnd = received.indexOf('\r\n\r\n') + 4;
  if (headEnd === 3) return 0;
  const length = Number(/^content-length: (\d+)\r$/im.exec(received.slice(0, headEnd))?.[1] ?? 0);
  return received.length < headEnd + length ? 0 : headEnd + length;
}

function parse(request: string) {
  const headEnd = request.indexOf('\r\n\r\n') + 4;
  const head = request.slice(0, headEnd);
  const [line = '', ...fields] = head.trimEnd().split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers: Record<string, string> = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 1).trim(),
    ]),
  );
  return { head, method, target, headers, authorization: headers['authorization'], body: request.slice(headEnd) };
}

async function play(script: Script, socket: Socket): Promise<void> {
  for (const step of script) {
    if (socket.destroyed) return;
    await step(socket);
  }
}

function toFunction(scripts: Scripts): (request: RawRequest) => Script {
  if (typeof scripts === 'function') return scripts;
  // Both are arrays: a script contains functions, a list contains scripts.
  const list = scripts.every((item) => typeof item === 'function') ? [scripts] : scripts;
  return ({ number }) => list[Math.min(number, list.length) - 1] ?? [];
}
