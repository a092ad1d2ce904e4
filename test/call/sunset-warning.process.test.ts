import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const type = 'AtlasSunsetWarning';
const url = (file: string) => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href);

describe('a process', { timeout: 30_000 }, () => {
  const script = `
    import { TenantSnapshotsClient } from ${url('index.js')};
    import { startAtlasEmulator } from ${url('testing.js')};
    const types = [];
    process.on('warning', ({ name }) => types.push(name));
    for (const deprecation of [new Date(), new Date()]) {
      const emulator = await startAtlasEmulator();
      emulator.sunset();
      emulator.deprecate({ deprecation });
      const { url: baseUrl, groupId, clusterName, snapshotId } = emulator;
      const client = new TenantSnapshotsClient({ baseUrl, credentials: emulator.credentials.apiKey });
      const { response } = await client.getTenantSnapshot(groupId, clusterName, snapshotId).withResponse();
      await client.close();
      await emulator.close();
      console.log(response.endpoint);
    }
    await new Promise(setImmediate);
    console.log(types.join());`;

  it.each(['--no-deprecation', '--throw-deprecation', '--trace-deprecation'])(
    'started with %s keeps running, and gets one warning of the deprecation and one of the retirement',
    async (flag) => {
      const run = promisify(execFile);
      const { stdout, stderr } = await run(process.execPath, [flag, '--input-type=module', '--eval', script]);
      expect(stdout).toBe(`flex\nflex\n${type},${type}\n`);
      expect(stderr.match(new RegExp(type, 'g'))).toHaveLength(2);
    },
  );
});
