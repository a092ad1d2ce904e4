import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/**
 * Starts a `redis-server` on a port of 127.0.0.1, which writes nothing to disk and ends with the test.
 *
 * @param {number} port
 */
export async function openRedis(port) {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => output.push(text));
  const failed = new Promise((_resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server did not start:\n${output.join('')}`)));
  });
  failed.catch(() => undefined);
  /** Ends it at once, like a crash. May be called twice. */
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  onTestFinished(stop);
  await Promise.race([untilReady(port), failed]);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    /** Makes it hang: connections stay open, and it responds to nothing. */
    freeze() {
      server.kill('SIGSTOP');
    },
  };
}

async function untilReady(port) {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await answersPing(port)) return;
    await sleep(20);
  }
  throw new Error('redis-server does not answer');
}

function answersPing(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isReady) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.on('error', () => end(false));
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (text) => end(text.toString().startsWith('+PONG')));
  });
}
