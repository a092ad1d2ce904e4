import { describe, expect, it } from 'vitest';
import { useProcesses } from '../support/fault-process.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, pause, refusal, type Script } from '../support/fault-steps.js';

const runProcess = useProcesses();

const accessToken = "{ accessToken: 'token' }";
const serviceAccount = "{ clientId: 'id', clientSecret: 'secret' }";

const open = (baseUrl: string, credentials: string) => `
  const client = new atlas.TenantSnapshotsClient({
    baseUrl: '${baseUrl}', credentials: ${credentials}, endpoint: 'tenant', attemptTimeout: 200,
  });
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const report = (call) => call.then(() => print('fulfilled'), (error) => print(error.code ?? String(error)));
  const get = (options) => report(client.getTenantSnapshot(...path, options));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;

// Node exits with code 13 if a top-level await is pending and nothing keeps the process alive.
describe('a process that awaits close() exits with code 0', () => {
  const token = [answer(200, '{"access_token":"the-token","expires_in":3600}')];

  it.each<[name: string, api: Script, code: string, output: string]>([
    ['before any call', [], '', ''],
    ['after a call', good, 'await get();', 'fulfilled\n'],
    ['during a call', [pause(50), ...good], 'get(); await sleep(20);', 'fulfilled\n'],
    ['right after the start of a call', good, 'get();', 'fulfilled\n'],
    ['during a call that gets no response', [], 'get(); await sleep(20);', 'CLOSED\n'],
    ['while a call waits for a retry', refusal(503), 'get(); await sleep(100);', 'CLOSED\n'],
    [
      'during a poll wait',
      [answer(200, '{}')],
      'report(client.waitForTenantSnapshot(...path)); await sleep(100);',
      'CLOSED\n',
    ],
  ])('%s', async (_name, api, code, output) => {
    const server = await startFaultServer(api);
    const end = await runProcess(`${open(server.url, accessToken)} ${code} await client.close(); print('closed');`);
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.output.split('\n').sort()).toEqual(`${output}closed\n`.split('\n').sort());
  });

  it.each<[name: string, scripts: Record<string, Script>, code: string]>([
    ['with a token to revoke', {}, 'await get();'],
    ['with a token whose revocation gets no response', { revoke: [] }, 'await get();'],
    ['during a token fetch of a call that has ended', { token: [pause(100), ...token] }, 'await get({ timeout: 40 });'],
    ['during a token fetch that gets no response', { token: [] }, 'await get({ timeout: 40 });'],
  ])('%s', async (_name, scripts, code) => {
    const server = await startFaultServer(({ target }) => {
      const { token: ofToken = token, revoke = [answer(200, '')] } = scripts;
      if (target.endsWith('/token')) return ofToken;
      return target.endsWith('/revoke') ? revoke : good;
    });
    const end = await runProcess(`${open(server.url, serviceAccount)} ${code} await client.close(); print('closed');`);
    expect(end).toMatchObject({ code: 0, signal: null, output: expect.stringMatching(/\nclosed\n$/) });
  });

  it.each(['https', 'http'])('while a call connects by %s without a response', async (scheme) => {
    const server = await startFaultServer();
    const url = `${scheme}://127.0.0.1:${server.port}`;
    const end = await runProcess(`${open(url, accessToken)}
      const stop = new AbortController();
      const call = get({ signal: stop.signal });
      await sleep(50);
      stop.abort('stopped');
      await call;
      await client.close();
      print('closed');`);
    expect(end).toMatchObject({ code: 0, signal: null, output: 'stopped\nclosed\n' });
  });
});
