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
  const report = (promise) => promise.then(() => print('fulfilled'), (error) => print(error.code ?? String(error)));`;

it('a process exits after an abort of a call that is still connecting', async () => {
  // The server never responds to the TLS handshake.
  const server = await startFaultServer();
  const url = `https://127.0.0.1:${server.port}`;
  const end = await runProcess(`${open(url)}
    const stop = new AbortController();
    const call = report(get({ signal: stop.signal }));
    setTimeout(() => stop.abort('stopped'), 100);
    await call;`);
  expect(end).toEqual({ code: 0, signal: null, output: 'stopped\n' });
});

it.each([
  ['during the CONNECT', ''],
  ['during a TLS handshake past the proxy', "process.env.NO_PROXY = '127.0.0.1';"],
])('a process exits after the timeout of a call with a proxy, %s', async (_name, setup) => {
  const server = await startFaultServer();
  const end = await runProcess(`process.env.HTTPS_PROXY = '${server.url}'; ${setup}
    ${open(`https://127.0.0.1:${server.port}`)}
    await report(get({ timeout: 100 }));
    setTimeout(() => print('still running'), 1500).unref();`);
  expect(end).toEqual({ code: 0, signal: null, output: 'TIMEOUT\n' });
});

// Nothing closes the client, so the test times out if something keeps the process alive.
describe('a process exits', () => {
  it.each<[name: string, script: Script, code: string, output: string]>([
    ['with an unused client', [], '', ''],
    ['with an idle client', good, 'await report(get());', 'fulfilled\n'],
    ['after many calls', good, 'await Promise.all(Array.from({ length: 100 }, () => get())); print("all");', 'all\n'],
    ['after an error', refusal(404), 'await report(get());', 'API_ERROR\n'],
    [
      'after an abort on the wire',
      [],
      'const stop = new AbortController(); const call = report(get({ signal: stop.signal })); ' +
        'setTimeout(() => stop.abort("stopped"), 50); await call;',
      'stopped\n',
    ],
    ['after a timeout', [], 'await report(get({ timeout: 50 }));', 'TIMEOUT\n'],
    ['after an attempt timeout', [], 'await report(get({ attemptTimeout: 50, maxRetries: 0 }));', 'TIMEOUT\n'],
    ['after close()', good, 'await report(get()); await client.close(); await report(get());', 'fulfilled\nCLOSED\n'],
  ])('%s', async (_name, script, code, output) => {
    const server = await startFaultServer(script);
    const end = await runProcess(`${open(server.url)} ${code}`);
    expect(end).toEqual({ code: 0, signal: null, output });
  });
});

// No call waits for the token any more, so neither the fetch nor its follow-ups may keep the process alive.
describe('a process exits during a token fetch', () => {
  const account = (rest = '') =>
    `credentials: { clientId: 'id', clientSecret: 'secret' }, ${rest} attemptTimeout: 3000,`;
  const overLimit = answer(429, '{}');
  const storeOf = (get: string) => `tokenStore: { get: async () => ${get}, set: async () => true },`;
  // Does not keep the process alive, and reports if something else does.
  const watch = 'setTimeout(() => print("still running"), 1500).unref();';
  // Counts the timers, as the timeout for a store read would keep the process alive for too short a time to notice.
  const timers = 'print(String(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length));';
  const giveUp = `await report(get({ timeout: 150 })); ${watch}`;

  it.each<[name: string, tokenScripts: Script[], options: string, code: string, output: string]>([
    ['on a new connection', [[]], account(), giveUp, 'TIMEOUT\n'],
    [
      'if the store hangs before it',
      [[]],
      account(storeOf('new Promise(() => {})')),
      `await report(get({ timeout: 50 })); ${timers}`,
      'TIMEOUT\n0\n',
    ],
    ['if the store is read after it', [[overLimit]], account(storeOf('undefined')), giveUp, 'TIMEOUT\n'],
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

describe('a process keeps running', () => {
  it.each<[name: string, script: Script | readonly Script[], code: string]>([
    ['during a call', good, 'report(get());'],
    ['while a call waits for a retry', [refusal(503), good], 'report(get());'],
    [
      'between two polls',
      [[answer(200, '{}')], good],
      'report(client.waitForTenantSnapshot(...path, { pollInterval: 50 }));',
    ],
    ['while a call waits for a token of the accessToken function', good, 'report(get());'],
  ])('%s', async (name, scripts, code) => {
    const server = await startFaultServer(scripts);
    const slowToken =
      'credentials: { accessToken: () => new Promise((resolve) => setTimeout(resolve, 50, "t").unref()) }';
    const end = await runProcess(`${open(server.url, name.includes('token') ? slowToken : '')} ${code}`);
    expect(end).toEqual({ code: 0, signal: null, output: 'fulfilled\n' });
  });
});
