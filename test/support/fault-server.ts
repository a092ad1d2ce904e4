import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Script } from './fault-steps.js';

/** A received request. */
export interface FaultRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** The number of earlier requests on that connection. */
  readonly before: number;
  /** Everything up to the empty line, with one character per octet. */
  readonly head: string;
  /** The request target. */
  readonly target: string;
  readonly authorization: string | undefined;
  /** The time of arrival by `performance.now()`, which may be faked. */
  readonly at: number;
}

/** What to do for a request: one script for all, one for each (the last one also for later requests), or a function. */
export type Scripts = Script | readonly Script[] | ((request: FaultRequest) => Script);

/** A server that sends raw bytes, on a loopback socket. */
export interface FaultServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly FaultRequest[];
  /** The number of connections so far. */
  readonly connections: number;
  /** The number of connections that have ended. */
  readonly closed: number;
  /** The number of open connections. */
  readonly open: number;
  /** The highest number of open connections. */
  readonly mostOpen: number;
  /** Closes every connection, like a server that ends idle ones. */
  closeConnections(): void;
  close(): Promise<void>;
}

/** Starts a server that stops after the test. */
export async function startFaultServer(scripts: Scripts = []): Promise<FaultServer> {
  const state = new State(toFunction(scripts));
  const server = createServer({ noDelay: true }, (socket) => state.serve(socket));
  server.listen(0, '127.0.0.1', 4096);
  await once(server, 'listening');
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  const close = () => stop(server, state);
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: state.requests,
    get connections() {
      return state.connections;
    },
    get closed() {
      return state.connections - state.open.size;
    },
    get open() {
      return state.open.size;
    },
    get mostOpen() {
      return state.mostOpen;
    },
    closeConnections() {
      for (const socket of state.open) socket.destroy();
    },
    close,
  };
}

class State {
  readonly requests: FaultRequest[] = [];
  readonly open = new Set<Socket>();
  connections = 0;
  mostOpen = 0;
  readonly #script: (request: FaultRequest) => Script;

  constructor(script: (request: FaultRequest) => Script) {
    this.#script = script;
  }

  serve(socket: Socket): void {
    this.connections += 1;
    this.open.add(socket);
    this.mostOpen = Math.max(this.mostOpen, this.open.size);
    socket.on('close', () => this.open.delete(socket));
    // The client may disconnect at any time.
    socket.on('error', () => undefined);
    const connection = this.connections;
    let before = 0;
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      for (let end = endOfRequest(received); end > 0; end = endOfRequest(received)) {
        const request = this.#see(received.slice(0, end), connection, before);
        received = received.slice(end);
        before += 1;
        void play(this.#script(request), socket);
      }
    });
  }

  #see(head: string, connection: number, before: number): FaultRequest {
    const target = head.split(' ', 2)[1] ?? '';
    const authorization = /^authorization: (.*)\r$/im.exec(head)?.[1];
    const number = this.requests.length + 1;
    const request = { number, connection, before, head, target, authorization, at: performance.now() };
    this.requests.push(request);
    return request;
  }
}

/** The end of the first request including its body, or 0 if the request is incomplete. */
function endOfRequest(received: string): number {
  const headEnd = received.indexOf('\r\n\r\n') + 4;
  if (headEnd === 3) return 0;
  const length = Number(/^content-length: (\d+)\r$/im.exec(received.slice(0, headEnd))?.[1] ?? 0);
  return received.length < headEnd + length ? 0 : headEnd + length;
}

async function play(script: Script, socket: Socket): Promise<void> {
  for (const step of script) {
    if (socket.destroyed) return;
    await step(socket);
  }
}

function toFunction(scripts: Scripts): (request: FaultRequest) => Script {
  if (typeof scripts === 'function') return scripts;
  // Both are arrays: a script contains functions, a list contains scripts.
  const list = scripts.every((item) => typeof item === 'function') ? [scripts] : scripts;
  return ({ number }) => list[Math.min(number, list.length) - 1] ?? [];
}

async function stop(server: Server, { open }: State): Promise<void> {
  for (const socket of open) socket.destroy();
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
