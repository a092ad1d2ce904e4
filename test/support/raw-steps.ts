// The steps of the scripted raw server (raw-server.ts), and complete responses made of them.

import type { Socket } from 'node:net';

/** One step of a response. */
export type Step = (socket: Socket) => void | Promise<void>;

/** The steps for a request, in order. The connection stays open after the last one. */
export type Script = readonly Step[];

// The real timer, as the server must not use a clock that a test stops.
const { setTimeout: later } = globalThis;

/** Sends bytes, and waits until they are written. Strings are sent as one octet per character. */
export function send(bytes: string | Uint8Array): Step {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return (socket) => new Promise((resolve) => socket.write(data, () => resolve()));
}

/** Waits some ms, so that the bytes before and after it are sent in separate packets. */
export function pause(duration = 5): Step {
  return () => new Promise((resolve) => later(resolve, duration));
}

/** Sends the same bytes repeatedly until the client disconnects. */
export function drip(bytes: string, interval = 2): Step {
  return async (socket) => {
    while (!socket.destroyed) {
      await send(bytes)(socket);
      await pause(interval)(socket);
    }
  };
}

/** Resets the connection (RST). */
export const reset: Step = (socket) => {
  socket.resetAndDestroy();
};

/** Closes the connection (FIN). */
export const end: Step = (socket) => {
  socket.end();
};

/** The head of a response with these header lines. */
export function head(status: number, ...fields: string[]): string {
  return `HTTP/1.1 ${status} Status\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

/** A complete response with a Content-Length. Objects are sent as JSON. */
export function answer(status: number, body: string | Uint8Array | object, ...fields: string[]): Step {
  const bytes = toBytes(body);
  return send(
    Buffer.concat([Buffer.from(head(status, `content-length: ${bytes.length}`, ...fields), 'latin1'), bytes]),
  );
}

function toBytes(body: string | Uint8Array | object): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A complete response with one chunk per part. */
export function chunked(status: number, parts: readonly (string | Uint8Array)[], ...fields: string[]): Step {
  const opening = Buffer.from(head(status, 'transfer-encoding: chunked', ...fields), 'latin1');
  return send(Buffer.concat([opening, ...parts.map(chunk), Buffer.from('0\r\n\r\n')]));
}

function chunk(part: string | Uint8Array): Buffer {
  const bytes = Buffer.from(part);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** A snapshot as JSON. */
export const snapshotJson = '{"id":"5cc310ace5dc7ce369814bc8","status":"COMPLETED"}';

/** A response with a snapshot. */
export const good: Script = [answer(200, snapshotJson)];

/** A response with an ApiError. */
export function sendRefusal(status: number, ...fields: string[]): Script {
  return [answer(status, { error: status, errorCode: 'SOME_CODE' }, ...fields)];
}

/** A response with a Digest challenge. */
export function sendChallenge(nonce = 'n'): Script {
  return [answer(401, '{}', `www-authenticate: Digest realm="r", nonce="${nonce}", qop="auth"`)];
}

/** A response with a token that is valid for an hour. */
export function sendToken(value = 't'): Script {
  return [answer(200, { access_token: value, token_type: 'Bearer', expires_in: 3600 })];
}
