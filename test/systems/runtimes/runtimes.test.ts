import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { codeBlocksUnder } from '../../docs/support/documents.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { type Outcome, runProcess } from '../../support/processes.js';
import { makeCertificates, openConnectProxy, openTlsFront } from '../../support/tls.js';
import { checks } from './programs/checks.mjs';
import { jestVersions, type Runtime, runtimes } from './runtimes.js';

const consumer = inject('consumer');

/** Runs a program to its end. */
function run({ name, args, argsOfCommonJs }: Runtime, program: string[], env = {}): Promise<Outcome> {
  const options = program[0]?.endsWith('.cjs') ? argsOfCommonJs : args;
  return runProcess(inject('binaries')[name] ?? '', [...options, ...program], {
    cwd: consumer,
    env: { ...process.env, ...env },
  });
}

const programsOf = ({ hasUndici8 }: Runtime) => ['esm.mjs', 'cjs.cjs', ...(hasUndici8 ? ['undici8.mjs'] : [])];

describe.each(runtimes)('on $name', (runtime) => {
  describe.each(programsOf(runtime))('the package in %s', (program) => {
    let outcome: Outcome;

    beforeAll(async () => {
      outcome = await run(runtime, [program]);
    });

    it.each(Object.keys(checks))('%s', (check) => {
      expect(outcome.stdout.split('\n')).toContain(`ok ${check}`);
    });

    it('ends by itself, without a warning', () => {
      const warnings = outcome.stderr.match(/\w+Warning\b/g);
      expect({ exitCode: outcome.exitCode, warnings }).toEqual({ exitCode: 0, warnings: null });
    });
  });

  it('runs the command', async () => {
    const emulator = await openEmulator();
    const command = 'node_modules/atlas-tenant-snapshots/dist/cli.js';
    const { exitCode, stdout } = await run(runtime, [command, 'check'], environmentOf(emulator));
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining('1 in 1 project (1 fresh). Server: http'),
    });
  });

  it('calls over TLS through the proxy that HTTPS_PROXY names, logs its attempt, and ends without close()', async () => {
    const emulator = await openEmulator();
    const { groupId, clusterName, snapshotId } = emulator;
    const { ca, server } = await makeCertificates();
    const proxy = await openConnectProxy();
    const { url } = await openTlsFront(emulator.url, server);
    const environment = {
      ...environmentOf(emulator),
      MONGODB_ATLAS_BASE_URL: url,
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: ca.certFile,
      NODE_DEBUG: 'atlas-tenant-snapshots',
      // Otherwise Deno asks its own server for updates, through the proxy.
      DENO_NO_UPDATE_CHECK: '1',
    };
    const outcome = await run(runtime, ['unclosed.mjs', groupId, clusterName, snapshotId], environment);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'COMPLETED\n' });
    expect(outcome.stderr).toMatch(
      /^.*call 1: POST \/api\/oauth\/token ended with 200 .*\n.*call 1: GET \/api\S+: attempt 1 ended with 200 after \d+ ms\n$/,
    );
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(url).host]));
  });
});

it.each(jestVersions)('Jest %s mocks the package by itself, and loads each of its entries', async (version) => {
  const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testMatch=**/*.test.cjs'];
  const { exitCode, stderr } = await runProcess(process.execPath, args, { cwd: inject('jestProjects')[version] ?? '' });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('3 passed, 3 total') });
});

it('the README installs the tarball in a new project, whose shell then finds the command', async () => {
  const folder = dirname(consumer);
  for (const name of ['clone', 'backups']) mkdirSync(`${folder}/${name}`);
  const code = codeBlocksUnder('README.md', 'Install')[0]?.code.replace(/^npm ci.*$/m, 'cp ../*.tgz ../backups');
  const outcome = await runProcess('sh', ['-ec', `${code}\natlas-tenant-snapshots --version`], {
    cwd: `${folder}/clone`,
  });
  expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/m) });
});
