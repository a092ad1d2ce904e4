import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useProcesses } from '../support/fault-process.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, pause, refusal, type Script } from '../support/fault-steps.js';

const runProcess = useProcesses();

/** In ms. Shorter than each delay below. */
const limits = 'timeout: 150, attemptTimeout: 150, maxRetries: 0';

/** A client that has a connection already, and names its process in each request. */
const open = (url: string) => `
  const client = new atlas.TenantSnapshotsClient({
    baseUrl: '${url}', credentials: { accessToken: 'token' }, endpoint: 'tenant', userAgent: 'pid/' + process.pid,
  });
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const get = (options) => client.getTenantSnapshot(...path, options);
  const report = (call) => call.then(({ status }) => print(status), ({ code, message }) => print(code + ' ' + message));
  // In setImmediate, so that the event loop continues with timers, not with sockets.
  const block = () => { for (const end = performance.now() + 400; performance.now() < end; ); };
  const blockSoon = () => setTimeout(setImmediate, 10, block);
  await get();`;

describe('a process whose event loop is blocked past the deadline of a call', () => {
  it.each<[name: string, script: Script]>([
    ['gets the response that arrived meanwhile', good],
    ['gets an error that arrived meanwhile', refusal(404)],
  ])('%s', async (_name, script) => {
    const server = await startFaultServer(({ number }) => (number === 1 ? good : [pause(50), ...script]));
    const end = await runProcess(`${open(server.url)}
      const call = report(get({ ${limits} }));
      blockSoon();
      await call;`);
    expect(end.output).toMatch(script === good ? /^COMPLETED/ : /^API_ERROR/);
    expect(server.requests).toHaveLength(2);
  });

  it('gets a timeout if no response arrived', async () => {
    const server = await startFaultServer([good, []]);
    const end = await runProcess(`${open(server.url)}
      const call = report(get({ ${limits} }));
      blockSoon();
      await call;`);
    expect(end.output).toMatch(/^TIMEOUT/);
  });
});

/** Stops the process that sent a request with this head, and resumes it 350 ms after this resolves. */
async function stopSender(head: string): Promise<void> {
  const pid = Number(/pid\/(\d+)/.exec(head)?.[1]);
  process.kill(pid, 'SIGSTOP');
  // The signal takes effect before the response is sent.
  await wait(50);
  setTimeout(() => process.kill(pid, 'SIGCONT'), 350);
}

describe('a process that is stopped past the deadline of a call', () => {
  it('gets the response that arrived meanwhile', async () => {
    const server = await startFaultServer(({ number, head }) =>
      number === 1 ? good : [() => stopSender(head), ...good],
    );
    const end = await runProcess(`${open(server.url)} await report(get({ ${limits} }));`);
    expect(end).toMatchObject({ code: 0, output: 'COMPLETED\n' });
  });

  it('continues to poll', async () => {
    const server = await startFaultServer(({ number, head }) => {
      if (number === 2) return [() => stopSender(head), answer(200, '{"status":"RUNNING"}')];
      return good;
    });
    const end = await runProcess(`${open(server.url)}
      await report(client.waitForTenantSnapshot(...path, { attemptTimeout: 150, pollInterval: 100, maxRetries: 0 }));`);
    expect(end).toMatchObject({ code: 0, output: 'COMPLETED\n' });
    expect(server.requests).toHaveLength(3);
  });
});
