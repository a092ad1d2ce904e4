import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts a `redis-server` on 127.0.0.1 that writes nothing to disk.
 *
 * @param {number} [port] a free one where it is left out
 */
export async function startRedis(port) {
  const at = port ?? (await findPort());
  const options = ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => output.push(text));
  const failed = new Promise((_resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server did not start:\n${output.join('')}`)));
  });
  failed.catch(() => undefined);
  await Promise.race([untilReady(at), failed]);
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    /** Ends it at once, like a crash. May be called twice. */
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    },
    /** Makes it hang: connections stay open, and it responds to nothing. */
    freeze() {
      server.kill('SIGSTOP');
    },
    thaw() {
      server.kill('SIGCONT');
    },
  };
}

async function findPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
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
