/** Starts the other processes and talks to them: one request and one response at a time. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const longestWaitMs = 400_000;

// These would change what a client does: proxies, Node's flags, credentials from the environment.
const unwanted = /^(https?_proxy|no_proxy|all_proxy|node_options|mongodb_atlas_.*)$/i;
const cleanEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<object>} its next message */
function nextMessage(child) {
  return new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      act(value);
    };
    const fail = (what) => reject(new Error(`${child.spawnargs.slice(2).join(' ')} ${what}`));
    const onMessage = settle((message) => (message.error ? reject(new Error(message.error)) : resolve(message)));
    const onExit = settle((code) => fail(`exited with code ${code}`));
    const onTimeout = settle(() => fail(`sent nothing for ${longestWaitMs} ms`));
    const timer = setTimeout(onTimeout, longestWaitMs);
    child.once('message', onMessage).once('exit', onExit);
  });
}

/**
 * @param {string} file in this folder
 * @param {unknown[]} [args]
 * @param {Record<string, string>} [extraEnv]
 */
export async function start(file, args = [], extraEnv = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args.map(String), { env: { ...cleanEnv, ...extraEnv }, execArgv: ['--expose-gc'] });
  const { result: first } = await nextMessage(child);
  return {
    /** What the process sent when it was ready. */
    first,
    /** @param {string} order @param {object} [details] */
    async ask(order, details) {
      const response = nextMessage(child);
      child.send({ order, ...details });
      return (await response).result;
    },
    stop: () => child.disconnect(),
  };
}

/** Starts the loopback Atlas without TLS. */
export async function startAtlas() {
  const { first, ask, stop } = await start('atlas.mjs');
  return {
    origin: `http://127.0.0.1:${first.port}`,
    /** What it has counted since the last time. */
    takeCounts: () => ask('counts'),
    stop,
  };
}
