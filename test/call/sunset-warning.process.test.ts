import { expect, it } from 'vitest';
import { useProcesses } from '../support/processes.js';
import { startRawServer } from '../support/raw-server.js';
import { answer, good } from '../support/raw-steps.js';

const runProcess = useProcesses();

it('a process that throws deprecations keeps running, and gets the warnings', async () => {
  const gone = answer(410, { error: 410, errorCode: 'VERSION_GONE' }, 'sunset: Thu, 1 Jul 2027 00:00:00 GMT');
  const server = await startRawServer(({ target }) => (target.includes('/tenant/') ? [gone] : good));
  const { code, output } = await runProcess(`
    process.throwDeprecation = true;
    process.on('warning', ({ name }) => print(name));
    const client = new atlas.TenantSnapshotsClient({ baseUrl: '${server.url}', credentials: { accessToken: 'token' } });
    await client.getTenantSnapshot('32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8');
    await client.close();`);
  expect(code).toBe(0);
  expect(output.match(/^AtlasSunsetWarning$/gm)).toHaveLength(2);
});
