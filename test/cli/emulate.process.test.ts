import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startCommand } from '../support/processes.js';

/** Starts the emulator on a free port. `variables` are those that it exports, `others` those in comments. */
async function startEmulator() {
  const { child, ended } = startCommand(['emulate', '--port', '0']);
  const [text] = await once(child.stdout, 'data');
  const exported = Array.from(String(text).matchAll(/^export (\w+)=(\S+)$/gm), ([, name, value]) => [name, value]);
  const variables: Record<string, string> = Object.fromEntries(exported);
  const others = Array.from(String(text).matchAll(/^# export MONGODB_ATLAS_(\w+)=/gm), ([, name]) => name);
  return { child, ended, variables, others: others.join(' ') };
}

describe('the emulator from a shell', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves a check, shows its requests, and ends on %s', async (signal) => {
    const { child, ended, variables, others } = await startEmulator();
    expect(variables['MONGODB_ATLAS_BASE_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(variables).slice(1)).toEqual(['MONGODB_ATLAS_ACCESS_TOKEN']);
    expect(others).toBe('CLIENT_ID CLIENT_SECRET PUBLIC_KEY PRIVATE_KEY');
    expect(await startCommand(['check'], variables).ended).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringMatching(
        / flex +fresh .* dedicated +fresh .*\nClusters: 2 in 1 project \(2 fresh\)\. Server: .*\n$/s,
      ),
    });
    child.kill(signal);
    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/=\S+\n# Project [a-f0-9]{24}, cluster Cluster0, snapshot [a-f0-9]{24}\n$/);
    expect(stderr.split('\n')).toHaveLength(6);
    expect(stderr).toMatch(/^GET \/api\/atlas\/v2\/groups\?itemsPerPage=500&pageNum=1 200\n/);
  });

  it('says that its port is in use', async () => {
    const { variables } = await startEmulator();
    const { port } = new URL(variables['MONGODB_ATLAS_BASE_URL'] ?? '');
    expect(await startCommand(['emulate', '--port', port]).ended).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringMatching(/^Port \d+ is not available: .* in use .*\. Choose another with --port\.\n$/),
    });
  });
});
