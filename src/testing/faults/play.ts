import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionReset } from '../http/connection-reset.js';
import type { WireReply } from '../http/reply.js';
import type { ScriptedAnswer } from './script.js';

/** Plays the faults that come before the response: a delay, a hang, a reset. */
export async function playBeforeResponse(answer: ScriptedAnswer, signal: AbortSignal): Promise<void> {
  if (answer.delay !== undefined) await sleep(answer.delay, undefined, { signal });
  if (answer.hang === true) await untilAborted(signal);
  if (answer.reset === true) throw new ConnectionReset();
}

/** Makes the `Response`, with a broken body if the script asks for one. */
export function toResponse(wire: WireReply, answer: ScriptedAnswer | undefined, signal: () => AbortSignal): Response {
  const { status } = wire;
  if (status === 204 || status === 304) return new Response(null, { status, headers: wire.headers });
  const bytes = new TextEncoder().encode(wire.body);
  const headers = { 'content-length': String(bytes.byteLength), ...wire.headers };
  const isBroken = answer?.reset === 'body' || answer?.hang === 'body';
  const body = isBroken ? brokenBody(bytes, answer, signal()) : bytes;
  return new Response(body, { status, headers });
}

/** A body whose second half never arrives. */
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

async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
