import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Script } from './fault-steps.js';

/** A request as its bytes came. */
export interface FaultRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  /** Which connection it came over, from 1. */
  readonly connection: number;
  /** How many that connection had brought before. */
  readonly before: number;
  /** Everything up to the empty line, one character an octet. */
  readonly head: string;
  /** The request target. */
  readonly target: string;
  readonly authorization: string | undefined;
  /** On the clock of `performance.now()`, which a test may have faked. */
  readonly at: number;
}

/** What to do for a request: one script for all, one each (the last goes on), or a function. */
export type Scripts = Script | readonly Script[] | ((request: FaultRequest) => Script);

/** A server of raw bytes on a loopback socket. */
export interface FaultServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly FaultRequest[];
  /** Connections that were opened so far. */
  readonly connections: number;
  /** Connections that have ended. */
  readonly closed: number;
  /** Connections that are open now. */
  readonly open: number;
  /** The most that were open at once. */
  readonly mostOpen: number;
  /** Closes every connection before it returns, as a server does with those that were idle for too long. */
  closeConnections(): void;
  close(): Promise<void>;
}

/** Starts one that lives until the test is over. */
export async function startFaultServer(scripts: Scripts = []): Promise<FaultServer> {
  const state = new State(toFunction(scripts));
  const server = createServer({ noDelay: true }, (socket) => state.serve(socket));
  server.listen(0, '127.0.0.1', 4096);
  await once(server, 'listening');
  // The address of a TCP server is never text, and not null while it listens.
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
    // The client may go at any time.
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

/** Where the first request ends, its body included; 0 while it is not whole. */
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
  // Each is an array: only what is in it tells a script from a list of them.
  const list = scripts.every((item) => typeof item === 'function') ? [scripts] : scripts;
  return ({ number }) => list[Math.min(number, list.length) - 1] ?? [];
}

async function stop(server: Server, { open }: State): Promise<void> {
  for (const socket of open) socket.destroy();
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
