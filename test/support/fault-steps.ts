import type { Socket } from 'node:net';

/** One thing that a fault server does for a request. */
export type Step = (socket: Socket) => void | Promise<void>;

/** What it does, in order. After the last it says nothing more, and leaves the connection open. */
export type Script = readonly Step[];

// Taken before a test fakes the clock: a server keeps real time.
const { setTimeout: later } = globalThis;

/** Sends bytes, and waits until they are out. Text is one octet a character. */
export function send(bytes: string | Uint8Array): Step {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return (socket) => new Promise((resolve) => socket.write(data, () => resolve()));
}

/** Waits, in ms: what is sent before and after comes in packets of their own. */
export function pause(duration = 5): Step {
  return () => new Promise((resolve) => later(resolve, duration));
}

/** Waits for something of the test's. */
export function until(promise: Promise<unknown>): Step {
  return async () => {
    await promise;
  };
}

/** Sends the same bytes for ever, until the client goes. */
export function drip(bytes: string, interval = 2): Step {
  return async (socket) => {
    while (!socket.destroyed) {
      await send(bytes)(socket);
      await pause(interval)(socket);
    }
  };
}

/** Breaks the connection (RST). */
export const reset: Step = (socket) => {
  socket.resetAndDestroy();
};

/** Closes the connection (FIN). */
export const end: Step = (socket) => {
  socket.end();
};

/** A head with the header lines given. */
export function head(status: number, ...fields: string[]): string {
  return `HTTP/1.1 ${status} Status\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

/** A whole answer that tells its length. */
export function answer(status: number, body: string | Uint8Array, ...fields: string[]): Step {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return send(Buffer.concat([Buffer.from(head(status, `content-length: ${bytes.length}`, ...fields)), bytes]));
}

/** A whole answer in chunks: one a part. */
export function chunked(status: number, parts: readonly (string | Uint8Array)[], ...fields: string[]): Step {
  const opening = Buffer.from(head(status, 'transfer-encoding: chunked', ...fields));
  return send(Buffer.concat([opening, ...parts.map(chunk), Buffer.from('0\r\n\r\n')]));
}

function chunk(part: string | Uint8Array): Buffer {
  const bytes = Buffer.from(part);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** A snapshot, as JSON. */
export const snapshotJson = '{"id":"5cc310ace5dc7ce369814bc8","status":"COMPLETED"}';

/** The answer that a call hopes for. */
export const good: Script = [answer(200, snapshotJson)];

/** An answer that is an error as Atlas forms it. */
export function refusal(status: number, ...fields: string[]): Script {
  return [answer(status, JSON.stringify({ error: status, errorCode: 'SOME_CODE' }), ...fields)];
}
