/** Starts a module of this folder in a process of its own, and asks it things: one message, one reply. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** @param {string} file @param {string[]} args */
export async function start(file, ...args) {
  // Proxies, flags of Node and credentials in the environment would change what a client does.
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { env: { PATH: process.env.PATH } });
  const died = once(child, 'exit').then(() => {
    throw new Error(`${file} ${args.join(' ')} exited early`);
  });
  // Expected once it is stopped.
  died.catch(() => {});
  const reply = async () => (await Promise.race([once(child, 'message'), died]))[0];
  return {
    /** What the process sent when it was ready. */
    ready: await reply(),
    ask(message) {
      child.send(message);
      return reply();
    },
    stop: () => child.disconnect(),
  };
}

/** The other side: replies to each message with what `answer` returns, and ends when the bench does. */
export function serve(ready, answer) {
  process.on('message', async (message) => process.send(await answer(message)));
  process.on('disconnect', () => process.exit());
  process.send(ready);
}

/** Measures what `work` does, in ms: its CPU time and how long it took. */
export async function measure(work) {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await work();
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / 1000, elapsed };
}
