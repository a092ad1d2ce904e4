import { setTimeout as sleep } from 'node:timers/promises';
import type { WireReply } from './reply.js';
import type { ScriptedAnswer } from './script.js';

/** What the emulator's `fetch` rejects with, and its bodies fail with, where the connection is to be reset. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = 'ECONNRESET';

  constructor() {
    super('The emulator was told to reset this connection.');
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Plays what comes before the head of an answer: a delay, a stall, a reset. */
export async function playBeforeHead(answer: ScriptedAnswer, signal: AbortSignal): Promise<void> {
  if (answer.delay !== undefined) await sleep(answer.delay, undefined, { signal });
  if (answer.hang === true) await untilAborted(signal);
  if (answer.reset === true) throw new ConnectionReset();
}

/** A body that comes half-way and then stalls or fails. */
function brokenBody(body: Uint8Array, answer: ScriptedAnswer, signal: AbortSignal): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream(
    {
      async pull(controller) {
        if (!sent) {
          sent = true;
          controller.enqueue(body.subarray(0, Math.ceil(body.byteLength / 2)));
          return;
        }
        if (answer.hang === 'body') await untilAborted(signal);
        throw new ConnectionReset();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The reply as a `Response`, whole unless the script breaks its body. */
export function toResponse(wire: WireReply, answer: ScriptedAnswer | undefined, signal: () => AbortSignal): Response {
  const { status } = wire;
  if (status === 204 || status === 304) return new Response(null, { status, headers: wire.headers });
  const bytes = new TextEncoder().encode(wire.body);
  const headers = { 'content-length': String(bytes.byteLength), ...wire.headers };
  const isBroken = answer?.reset === 'body' || answer?.hang === 'body';
  const body = isBroken ? brokenBody(bytes, answer, signal()) : bytes;
  return new Response(body, { status, headers });
}
