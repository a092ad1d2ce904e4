import { expect, it } from 'vitest';
import { useProcesses } from '../support/processes.js';
import { startRawServer } from '../support/raw-server.js';
import { good, pause, refusal } from '../support/raw-steps.js';

const runProcess = useProcesses();

it('a process whose event loop is blocked past a deadline gets what arrived meanwhile, or else a timeout', async () => {
  const server = await startRawServer([good, [pause(50), ...good], [pause(50), ...refusal(404)], []]);
  const end = await runProcess(`
    const client = new atlas.TenantSnapshotsClient({
      baseUrl: '${server.url}', credentials: { accessToken: 'token' }, endpoint: 'tenant',
    });
    const path = ['32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8'];
    // Opens the connection.
    await client.getTenantSnapshot(...path);
    const block = () => { for (const end = performance.now() + 300; performance.now() < end; ); };
    for (let call = 0; call < 3; call += 1) {
      // In setImmediate, so that the event loop continues with timers, not with sockets.
      setTimeout(setImmediate, 10, block);
      await client.getTenantSnapshot(...path, { timeout: 150, attemptTimeout: 150, maxRetries: 0 })
        .then(({ status }) => print(status), ({ code }) => print(code));
    }`);
  expect(end).toMatchObject({ code: 0, output: 'COMPLETED\nAPI_ERROR\nTIMEOUT\n' });
  expect(server.requests).toHaveLength(4);
});
