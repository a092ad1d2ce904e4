import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useProcesses } from '../support/processes.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, good, pause, refusal } from '../support/raw-steps.js';

const runProcess = useProcesses();

/** A client that has a connection already, and names its process in each request. The limits are in ms. */
const open = (url: string) => `
  const client = new atlas.TenantSnapshotsClient({
    baseUrl: '${url}', credentials: { accessToken: 'token' }, endpoint: 'tenant', userAgent: 'pid/' + process.pid,
  });
  const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
  const limits = { timeout: 150, attemptTimeout: 150, maxRetries: 0 };
  const report = (call) => call.then(({ status }) => print(status), ({ code }) => print(code));
  await client.getTenantSnapshot(...path);`;

it('a process whose event loop is blocked past a deadline gets what arrived meanwhile, or else a timeout', async () => {
  const server = await startRawServer([good, [pause(50), ...good], [pause(50), ...refusal(404)], []]);
  const end = await runProcess(`${open(server.url)}
    const block = () => { for (const end = performance.now() + 300; performance.now() < end; ); };
    for (let call = 0; call < 3; call += 1) {
      // In setImmediate, so that the event loop continues with timers, not with sockets.
      setTimeout(setImmediate, 10, block);
      await report(client.getTenantSnapshot(...path, limits));
    }`);
  expect(end).toMatchObject({ code: 0, output: 'COMPLETED\nAPI_ERROR\nTIMEOUT\n' });
  expect(server.requests).toHaveLength(4);
});

/** Stops the process that sent a request, and resumes it 300 ms after this resolves. */
async function stopSender(userAgent = ''): Promise<void> {
  const pid = Number(/pid\/(\d+)/.exec(userAgent)?.[1]);
  process.kill(pid, 'SIGSTOP');
  // The signal takes effect before the response is sent.
  await sleep(50);
  setTimeout(() => process.kill(pid, 'SIGCONT'), 300);
}

it('a process that is stopped past a deadline gets what arrived meanwhile, and continues to poll', async () => {
  const running = [answer(200, '{"status":"RUNNING"}')];
  const server = await startRawServer(({ number, headers }) => {
    const stop = () => stopSender(headers['user-agent']);
    if (number === 2) return [stop, ...good];
    return number === 3 ? [stop, ...running] : good;
  });
  const end = await runProcess(`${open(server.url)}
    await report(client.getTenantSnapshot(...path, limits));
    await report(client.waitForTenantSnapshot(...path, { ...limits, timeout: 5000, pollInterval: 100 }));`);
  expect(end).toMatchObject({ code: 0, output: 'COMPLETED\nCOMPLETED\n' });
  expect(server.requests).toHaveLength(4);
});
