import { describe, expect, it } from 'vitest';
import { useProcesses } from '../support/fault-process.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, type Script } from '../support/fault-steps.js';

const runProcess = useProcesses();

const open = (url: string, options = '') => `
  const client = new atlas.TenantSnapshotsClient({
    baseUrl: '${url}', credentials: { accessToken: 'token' }, endpoint: 'tenant', ${options}
  });
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const get = (options) => client.getTenantSnapshot(...path, options);
  const told = (promise) => promise.then(() => print('fulfilled'), (error) => print(error.code ?? String(error)));`;

it('ends by itself after an abort in a connect that never finishes', async () => {
  // A handshake of TLS that nobody answers.
  const server = await startFaultServer();
  const url = `https://127.0.0.1:${server.port}`;
  const end = await runProcess(`${open(url)}
    const stop = new AbortController();
    const call = told(get({ signal: stop.signal }));
    setTimeout(() => stop.abort('stopped'), 100);
    await call;`);
  expect(end).toEqual({ code: 0, signal: null, output: 'stopped\n' });
});

it.each([
  ['which the proxy never opens', ''],
  ['past the proxy, in a handshake that nobody answers', "process.env.NO_PROXY = '127.0.0.1';"],
])('ends by itself after the timeout of a call behind a proxy, %s', async (_name, setup) => {
  const server = await startFaultServer();
  const end = await runProcess(`process.env.HTTPS_PROXY = '${server.url}'; ${setup}
    ${open(`https://127.0.0.1:${server.port}`)}
    await told(get({ timeout: 100 }));
    setTimeout(() => print('it lives on'), 1500).unref();`);
  expect(end).toEqual({ code: 0, signal: null, output: 'TIMEOUT\n' });
});

// Each ends by itself, or the test takes too long: nobody closes the client.
describe('a process ends by itself', () => {
  it.each<[name: string, script: Script, code: string, output: string]>([
    ['with a client that did nothing', [], '', ''],
    ['with a client that is idle', good, 'await told(get());', 'fulfilled\n'],
    ['after many calls', good, 'await Promise.all(Array.from({ length: 100 }, () => get())); print("all");', 'all\n'],
    ['after an error', refusal(404), 'await told(get());', 'API_ERROR\n'],
    [
      'after an abort on the wire',
      [],
      'const stop = new AbortController(); const call = told(get({ signal: stop.signal })); ' +
        'setTimeout(() => stop.abort("stopped"), 50); await call;',
      'stopped\n',
    ],
    ['after a timeout', [], 'await told(get({ timeout: 50 }));', 'TIMEOUT\n'],
    ['after an attempt timeout', [], 'await told(get({ attemptTimeout: 50, maxRetries: 0 }));', 'TIMEOUT\n'],
    ['after close()', good, 'await told(get()); await client.close(); await told(get());', 'fulfilled\nCLOSED\n'],
  ])('%s', async (_name, script, code, output) => {
    const server = await startFaultServer(script);
    const end = await runProcess(`${open(server.url)} ${code}`);
    expect(end).toEqual({ code: 0, signal: null, output });
  });
});

// Nobody waits for it any more: neither it nor what comes after it holds the process.
describe('a process ends at once though a token request of its goes on', () => {
  const account = (rest = '') =>
    `credentials: { clientId: 'id', clientSecret: 'secret' }, ${rest} attemptTimeout: 3000,`;
  const overLimit = answer(429, '{}');
  const storeOf = (get: string) => `tokenStore: { get: async () => ${get}, set: async () => true },`;
  // Holds no process itself, and says so where something else does for that long.
  const watch = 'setTimeout(() => print("it lives on"), 1500).unref();';
  // A store is waited for no longer than that.
  const timers = 'print(String(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length));';
  const giveUp = `await told(get({ timeout: 150 })); ${watch}`;

  it.each<[name: string, tokenScripts: Script[], options: string, code: string, output: string]>([
    ['on a new connection', [[]], account(), giveUp, 'TIMEOUT\n'],
    [
      'and the store hangs before it',
      [[]],
      account(storeOf('new Promise(() => {})')),
      `await told(get({ timeout: 50 })); ${timers}`,
      'TIMEOUT\n0\n',
    ],
    ['and the store is looked into after it', [[overLimit]], account(storeOf('undefined')), giveUp, 'TIMEOUT\n'],
  ])('%s', async (_name, tokenScripts, options, code, output) => {
    let tokens = 0;
    const server = await startFaultServer(({ target }) => {
      if (!target.endsWith('/token')) return good;
      tokens += 1;
      return tokenScripts[tokens - 1] ?? [];
    });
    const end = await runProcess(`${open(server.url, options)} ${code}`);
    expect(end).toEqual({ code: 0, signal: null, output });
  });
});

describe('a process does not end', () => {
  it.each<[name: string, script: Script | readonly Script[], code: string]>([
    ['under a call', good, 'told(get());'],
    ['under a retry wait', [refusal(503), good], 'told(get());'],
    [
      'under a poll wait',
      [[answer(200, '{}')], good],
      'told(client.waitForTenantSnapshot(...path, { pollInterval: 50 }));',
    ],
    ['under a wait for a token of the caller\u2019s', good, 'told(get());'],
  ])('%s', async (name, scripts, code) => {
    const server = await startFaultServer(scripts);
    const slowToken =
      'credentials: { accessToken: () => new Promise((resolve) => setTimeout(resolve, 50, "t").unref()) }';
    const end = await runProcess(`${open(server.url, name.includes('token') ? slowToken : '')} ${code}`);
    expect(end).toEqual({ code: 0, signal: null, output: 'fulfilled\n' });
  });
});
