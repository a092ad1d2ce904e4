import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { AtlasEmulator } from '../../../src/testing/index.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { openFolder } from '../../support/open-folder.js';
import { type RunningProcess, startProcess } from '../../support/processes.js';
import { makeCertificates, openConnectProxy, openTlsFront } from '../../support/tls.js';

/**
 * Starts an example in a process of its own, which ends with the test. The symbolic link shows that an example notices that it is
 * the main program, even if its path is not its real path.
 *
 * @param env - variables besides those that point to the emulator.
 */
function startExample(name: string, atlas: AtlasEmulator, env: Record<string, string> = {}): RunningProcess {
  const link = join(openFolder(), name);
  symlinkSync(resolve('examples', name), link);
  const args = [link, atlas.groupId, atlas.clusterName];
  return startProcess(process.execPath, args, { env: { ...environmentOf(atlas), ...env } });
}

it.each([
  ['http2.mjs', /^Cluster0 \w{24} COMPLETED$/m],
  ['logging-with-pino.mjs', /^{"level":30,.*"status":200,.*"msg":"Atlas call succeeded"}\n$/],
  ['openapi-fetch.mjs', /^Cluster0 IDLE\n$/],
])('%s runs to its end', async (name, stdout) => {
  const atlas = await openEmulator();
  const { ended } = startExample(name, atlas);
  expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(stdout), stderr: '' });
});

it('logging-with-pino.mjs warns of a failed call, with the class, the message and the stack of its error', async () => {
  const atlas = await openEmulator();
  atlas.respond({ status: 403 });
  const { stdout } = await startExample('logging-with-pino.mjs', atlas).ended;
  const message = expect.stringContaining('listTenantSnapshots failed with status 403');
  const stack = expect.stringMatching(/^AtlasApiError: listTenantSnapshots failed .*\n +at /);
  expect(JSON.parse(stdout)).toMatchObject({ level: 40, status: 403, err: { type: 'AtlasApiError', message, stack } });
});

it.each([false, true])('proxy-and-mutual-tls.mjs sends its certificate (through a proxy: %j)', async (isProxied) => {
  const { ca, server, client } = await makeCertificates();
  const atlas = await openEmulator();
  const front = await openTlsFront(atlas.url, server, ca);
  const proxy = await openConnectProxy();
  const { ended } = startExample('proxy-and-mutual-tls.mjs', atlas, {
    MONGODB_ATLAS_BASE_URL: front.url,
    ...(isProxied && { PROXY: proxy.url }),
    CA: ca.certFile,
    CERT: client.certFile,
    KEY: client.keyFile,
  });
  const stdout = expect.stringContaining(`${atlas.snapshotId} COMPLETED`);
  expect(await ended).toMatchObject({ exitCode: 0, stdout });
  expect(new Set(front.clients)).toEqual(new Set(['client of the test']));
  expect(new Set(proxy.tunnels)).toEqual(new Set(isProxied ? [new URL(front.url).host] : []));
});

const ownPort = { HOST: '127.0.0.1', PORT: '0' };

it('backup-metrics.mjs serves metrics, and stops on SIGTERM', async () => {
  const atlas = await openEmulator();
  const { child, output, ended } = startExample('backup-metrics.mjs', atlas, ownPort);
  await expect.poll(() => output.stdout).toContain('Listening at');
  const url = `http://127.0.0.1:${/port: (\d+)/.exec(output.stdout)?.[1]}`;
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const labels = `project_id="${atlas.groupId}",project="Project 0",cluster="Cluster0",type="flex",state="fresh",reason=""`;
  await expect.poll(metrics).toContain(`atlas_backup_state{${labels}} 1\n`);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ exitCode: 0 });
});
