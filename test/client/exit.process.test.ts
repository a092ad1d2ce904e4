import { describe, expect, it } from 'vitest';
import { runCode } from '../support/processes.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, good, pause, type Script, sendRefusal, sendToken } from '../support/raw-steps.js';

const bearer = "credentials: { accessToken: 'token' }";
const serviceAccount = "credentials: { clientId: 'id', clientSecret: 'secret' }";

/** The beginning of the code of each process. */
const preamble = (url: string, options = bearer) => `
  const open = (options) => new atlas.TenantSnapshotsClient({
    baseUrl: '${url}', ${options}, endpoint: 'tenant', maxRetries: 0, ...options
  });
  const client = open();
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const get = (options) => client.getTenantSnapshot(...path, options);
  const report = (call) => call.then(() => print('fulfilled'), (error) => print(error.code ?? String(error)));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  // Does not keep the process alive, and says so if something else does.
  const watch = () => setTimeout(() => print('still running'), 1500).unref();`;

const abort = `
  const stop = new AbortController();
  setTimeout(() => stop.abort('stopped'), 50);
  await report(get({ signal: stop.signal }));`;

// Nothing closes the client.
describe('a process exits', () => {
  it('after calls that succeeded, failed, were aborted and timed out', async () => {
    const server = await startRawServer([...Array.from({ length: 100 }, () => good), sendRefusal(404), []]);
    const end = await runCode(`${preamble(server.url)}
      await report(Promise.all(Array.from({ length: 100 }, () => get())));
      await report(get());
      ${abort}
      await report(get({ timeout: 50 }));
      await report(get({ attemptTimeout: 50 }));
      watch();`);
    expect(end).toMatchObject({ exitCode: 0, stdout: 'fulfilled\nAPI_ERROR\nstopped\nTIMEOUT\nTIMEOUT\n', stderr: '' });
  });

  // The server accepts connections, and never responds.
  it.each<[when: string, setup: (url: string) => string, code: string, stdout: string]>([
    ['an abort during a TLS handshake', () => '', abort, 'stopped\n'],
    [
      'a timeout during the CONNECT of a proxy',
      (url) => `process.env.HTTPS_PROXY = '${url}';`,
      'await report(get({ timeout: 100 }));',
      'TIMEOUT\n',
    ],
  ])('after %s', async (_when, setup, code, stdout) => {
    const server = await startRawServer();
    const url = `https://127.0.0.1:${server.port}`;
    const end = await runCode(`${setup(server.url)} ${preamble(url)} ${code} watch();`);
    expect(end).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  });

  it('during a token fetch whose call has ended', async () => {
    const server = await startRawServer();
    const options = `${serviceAccount}, attemptTimeout: 3000`;
    const end = await runCode(`${preamble(server.url, options)} await report(get({ timeout: 150 })); watch();`);
    expect(end).toMatchObject({ exitCode: 0, stdout: 'TIMEOUT\n', stderr: '' });
  });
});

it('a process keeps running during a call, a retry, and a call of accessToken', async () => {
  const server = await startRawServer([good, sendRefusal(503), good]);
  const slowToken = `{ accessToken: () => new Promise((resolve) => setTimeout(resolve, 50, 't').unref()) }`;
  // Without a top-level await, which would make Node report that nothing keeps the process alive.
  const end = await runCode(`${preamble(server.url)}
    report(get())
      .then(() => report(get({ maxRetries: 1 })))
      .then(() => report(open({ credentials: ${slowToken} }).getTenantSnapshot(...path)));`);
  expect(end).toMatchObject({ exitCode: 0, stdout: 'fulfilled\n'.repeat(3), stderr: '' });
});

// Node exits with code 13 if a top-level await is pending and nothing keeps the process alive.
it.each<[what: string, scripts: Partial<Record<'token' | 'revoke' | 'get', Script>>, call: string]>([
  ['a call on the wire', { get: [] }, 'report(get()); await sleep(20);'],
  [
    'the token fetch of a call that has ended',
    { token: [pause(100), ...sendToken()] },
    'await report(get({ timeout: 40 }));',
  ],
])('close() keeps its process alive until it resolves, during %s', async (_what, scripts, call) => {
  const all = { token: sendToken(), revoke: [answer(200, '')], get: good, ...scripts };
  const server = await startRawServer(({ target }) => {
    if (target.endsWith('/token')) return all.token;
    return target.endsWith('/revoke') ? all.revoke : all.get;
  });
  const end = await runCode(`${preamble(server.url, `${serviceAccount}, attemptTimeout: 200`)}
    ${call} await client.close(); print('closed');`);
  expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^[A-Z]+\nclosed\n$/i), stderr: '' });
});
