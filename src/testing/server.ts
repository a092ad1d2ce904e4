import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from './emulator.js';
import { type Reply, render } from './http/reply.js';
import { isOAuth, type ReceivedRequest, receive, toRecord } from './http/request.js';
import { refuseLogin } from './login/login.js';
import { answerByRoute, findRoute, type Route } from './routes.js';
import { type ScriptedAnswer, scriptedReply } from './script.js';

/** Serves an emulator on 127.0.0.1. Port 0 is any free one. */
export async function listen(emulator: Emulator, port: number): Promise<{ url: string; close(): Promise<void> }> {
  // Longer than any test, so that no connection closes while a request is being sent.
  const server = createServer({ keepAliveTimeout: 120_000 }, (incoming, outgoing) => {
    serve(incoming, outgoing, emulator).catch((error) => showFailure(error, outgoing));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo, never a pipe's name or null.
  const address = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      emulator.isClosed = true;
      closed ??= new Promise((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Serves one request: reads it, records it, finds its reply, and sends that, unless the script breaks it. */
async function serve(incoming: IncomingMessage, outgoing: ServerResponse, emulator: Emulator): Promise<void> {
  const body = await text(incoming);
  // A proxied request has the whole URL on its request line.
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
  const { route, names } = findRoute(url.pathname);
  const request = receive(incoming, url, body, names, route?.kind);
  const record = toRecord(request);
  const { requests, options } = emulator;
  requests.push(record);

  const { reply, scripted } = answer(request, route, emulator);
  const { delay, hang, reset = false } = scripted;
  outgoing.once('close', () => {
    record.aborted = !outgoing.writableFinished && reset === false && !emulator.isClosed;
  });
  // Without `ref`, so that a wait does not keep the process alive after the emulator is closed.
  if (delay !== undefined) await sleep(delay, undefined, { ref: false });
  if (hang === true || outgoing.destroyed) return;
  if (reset === true) {
    // destroy() would send FIN, which looks like a normal close before the head.
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const response = render(reply, request);
  record.status = response.status;
  options.onResponse?.(record);
  outgoing.statusCode = response.status;
  for (const [name, value] of Object.entries(response.headers)) outgoing.setHeader(name, value);
  if (hang === 'body' || reset === 'body') sendHalf(response.body, outgoing, reset === 'body');
  else outgoing.end(response.body);
}

/** A reply, and what was scripted for the request. */
interface Answer {
  readonly reply: Reply;
  readonly scripted: ScriptedAnswer;
}

/** Asks in turn, up to the first reply: the script, the login, the script after login, and the route. */
function answer(request: ReceivedRequest, route: Route | undefined, emulator: Emulator): Answer {
  const { script, digest, tokens } = emulator;
  const { kind } = request;
  const beforeLogin = script.take(request, 'any');
  const early = scriptedReply(beforeLogin, request) ?? refuseLogin(request, digest, tokens);
  if (early !== undefined) return { reply: early, scripted: beforeLogin };
  const afterLogin = isOAuth(request) ? script.take(request, kind) : script.take(request, 'api', kind);
  const reply = scriptedReply(afterLogin, request) ?? answerByRoute(request, route, emulator);
  return { reply, scripted: { ...beforeLogin, ...afterLogin } };
}

/** Sends a response whose second half never arrives. */
function sendHalf(body: string, outgoing: ServerResponse, isReset: boolean): void {
  const bytes = Buffer.from(body);
  outgoing.setHeader('content-length', bytes.length);
  outgoing.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => {
    if (isReset) outgoing.destroy();
  });
}

/** Shows the author of a test what is wrong with a scripted answer, such as a status that HTTP does not have. */
function showFailure(error: unknown, outgoing: ServerResponse): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const message = `The emulator failed: ${error}`;
  // Without it, Node would send the length of the body that has failed.
  outgoing.writeHead(500, { 'content-type': 'text/plain;charset=utf-8', 'content-length': Buffer.byteLength(message) });
  outgoing.end(message);
}
