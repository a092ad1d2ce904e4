import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { startProcess } from '../../support/processes.js';

/** Starts a `redis-server` on a port of 127.0.0.1, which writes nothing to disk and ends with the test. */
export async function openRedis(port: number) {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const { ended } = startProcess('redis-server', options);
  const failed = ended.then(({ stdout, stderr }) => {
    throw new Error(`redis-server did not start:\n${stdout}${stderr}`);
  });
  failed.catch(() => undefined);
  await Promise.race([expect.poll(() => answersPing(port), { timeout: 10_000, interval: 20 }).toBe(true), failed]);
  return { url: `redis://127.0.0.1:${port}` };
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [text] = await once(socket, 'data');
    return String(text).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
