import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, startCommand } from '../support/processes.js';

const apiKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'mine', MONGODB_ATLAS_PRIVATE_API_KEY: 'my-private-key' };

/** Starts the emulator on a free port. `variables` are those that it exports. */
async function startEmulator(env: Record<string, string> = {}, ...options: string[]) {
  const { child, ended } = startCommand(['emulate', '--port', String(await freePort()), ...options], env);
  const [chunk] = await once(child.stdout, 'data');
  const lines = String(chunk).trimEnd().split('\n');
  const exported = lines.flatMap((line) => [...line.matchAll(/^export (\w+)=(\S+)$/g)]);
  const variables: Record<string, string> = Object.fromEntries(
    exported.map(([, name = '', value = '']) => [name, value]),
  );
  return { child, ended, variables, rest: lines.slice(exported.length) };
}

describe('the emulator from a shell', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves a check, shows its requests, and ends on %s', async (signal) => {
    const { child, ended, variables, rest } = await startEmulator();
    expect(variables['MONGODB_ATLAS_BASE_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(variables).map((name) => name.replace('MONGODB_ATLAS_', ''))).toEqual([
      'BASE_URL',
      'ACCESS_TOKEN',
      'CLIENT_ID',
      'CLIENT_SECRET',
      'PUBLIC_KEY',
      'PRIVATE_KEY',
    ]);
    expect(rest).toEqual([expect.stringMatching(/^# Project [a-f0-9]{24}, cluster Cluster0, snapshot [a-f0-9]{24}$/)]);
    expect(await startCommand(['check'], variables).ended).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        / flex +fresh .* dedicated +fresh .*\nClusters: 2 in 1 project \(2 fresh\)\. Server: .*\n$/s,
      ),
    });
    child.kill(signal);
    const { exitCode, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stderr.split('\n')).toHaveLength(6);
    expect(stderr).toMatch(/^GET \/api\/atlas\/v2\/groups\?itemsPerPage=500&pageNum=1 200\n/);
  });

  it.each([
    ['an access token', { MONGODB_ATLAS_ACCESS_TOKEN: 'my-access-token' }, 'ACCESS_TOKEN'],
    ['a service account', { MONGODB_ATLAS_CLIENT_ID: 'my-id', MONGODB_ATLAS_CLIENT_SECRET: 'my-secret' }, 'CLIENT'],
    ['an API key', { MONGODB_ATLAS_PUBLIC_KEY: 'mine', MONGODB_ATLAS_PRIVATE_KEY: 'my-private-key' }, 'PUBLIC'],
    ['an API key of the Atlas CLI', apiKey, 'PUBLIC'],
  ])('accepts %s of the environment, and does not print it', async (_name, credentials, name) => {
    const { variables } = await startEmulator(credentials);
    expect(Object.keys(variables).filter((variable) => variable.includes(name))).toEqual([]);
    const { MONGODB_ATLAS_BASE_URL = '' } = variables;
    expect(await startCommand(['check'], { MONGODB_ATLAS_BASE_URL, ...credentials }).ended).toMatchObject({
      exitCode: 0,
    });
  });

  it('adds a cluster in each state with --demo', async () => {
    const { variables } = await startEmulator({}, '--demo');
    const { exitCode, stdout } = await startCommand(['check'], variables).ended;
    const shown = Array.from(stdout.matchAll(/^Demo +\w+ +\w+ +(\w+) /gm), ([, state]) => state);
    expect({ exitCode, shown }).toEqual({ exitCode: 2, shown: ['none', 'stale', 'unknown', 'paused', 'new', 'fresh'] });
    const [table = ''] = stdout.split('\n\n');
    for (const line of table.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('makes up a login of which half is set', async () => {
    const { variables } = await startEmulator({ MONGODB_ATLAS_CLIENT_ID: 'my-id' });
    expect(variables['MONGODB_ATLAS_CLIENT_ID']).not.toBe('my-id');
    expect(variables).toHaveProperty('MONGODB_ATLAS_CLIENT_SECRET');
  });

  it('says that its port is in use', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    expect(await startCommand(['emulate', '--port', String(port)]).ended).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: `Port ${port} is in use. Choose another with --port.\n`,
    });
  });
});
