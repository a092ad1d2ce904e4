/** Starting the other processes, and talking to them: one question at a time. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const longestWait = 400_000;

// What would change a client's way: proxies between it and the loopback, credentials and flags that are not the bench's.
const unwanted = /^(https?_proxy|no_proxy|all_proxy|node_options|mongodb_atlas_.*)$/i;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<object>} its next message */
function nextMessage(child) {
  return new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      act(value);
    };
    const onMessage = settle((message) => (message.error ? reject(new Error(message.error)) : resolve(message)));
    const onExit = settle((code) => reject(new Error(`${child.spawnargs.at(-2)} ended with code ${code}`)));
    const timer = setTimeout(() => onExit('none: it took too long'), longestWait);
    child.once('message', onMessage).once('exit', onExit);
  });
}

/** @param {string} file beside this one @param {string[]} args */
export async function start(file, args = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { env, execArgv: ['--expose-gc'] });
  const { result: first } = await nextMessage(child);
  return {
    /** What it said when it was ready. */
    first,
    /** @param {string} order @param {object} [details] */
    async ask(order, details) {
      const answer = nextMessage(child);
      child.send({ order, ...details });
      return (await answer).result;
    },
    stop: () => child.disconnect(),
  };
}

/** The loopback Atlas. */
export async function startAtlas() {
  const { first, ask, stop } = await start('atlas.mjs');
  return {
    origin: first.origin,
    /** What it saw since this was last asked. */
    takeCounts: () => ask('counts'),
    stop,
  };
}
