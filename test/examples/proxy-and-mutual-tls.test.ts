import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../examples/proxy-and-mutual-tls.mjs';
import { isAtlasError } from '../../src/index.js';
import { openEmulator } from '../support/open-emulator.js';
import { makeCertificates } from './support/certificates.js';
import { openConnectProxy } from './support/connect-proxy.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { environmentOf, runExample } from './support/run-example.js';
import { temporaryFolder } from './support/temporary-folder.js';
import { openTlsFront } from './support/tls-front.js';

async function openWorld() {
  const { ca, server, client } = await makeCertificates();
  const atlas = await openEmulator();
  const front = await openTlsFront(atlas.url, server, ca);
  const proxy = await openConnectProxy();
  const list = async (options: Parameters<typeof createDispatcher>[0]) => {
    const dispatcher = createDispatcher(options);
    const credentials = atlas.credentials.apiKey;
    const asking = new TenantSnapshotsClient({ baseUrl: front.url, credentials, dispatcher, maxRetries: 0 });
    onTestFinished(async () => {
      await asking.close();
      await dispatcher.close();
    });
    return asking.listTenantSnapshots(atlas.groupId, atlas.clusterName);
  };
  return { atlas, ca, client, front, proxy, list };
}

describe('the dispatcher', { timeout: 20_000 }, () => {
  it('sends its certificate', async () => {
    const { ca, client, front, list } = await openWorld();
    expect(await list({ ca, ...client })).toHaveLength(5);
    expect(new Set(front.clients)).toEqual(new Set(['client of the test']));
  });

  it('connects through the proxy, and sends its certificate through the tunnel', async () => {
    const { ca, client, front, proxy, list } = await openWorld();
    expect(await list({ proxy: proxy.url, ca, ...client })).toHaveLength(5);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(front.url).host]));
    expect(new Set(front.clients)).toEqual(new Set(['client of the test']));
  });

  it.each(['no certificate to send', 'no authority to trust'])('%s is a connection error', async (missing) => {
    const { ca, client, front, list } = await openWorld();
    const options = missing.startsWith('no certificate') ? { ca } : client;
    const error: unknown = await list(options).catch((reason: unknown) => reason);
    expect(isAtlasError(error, 'CONNECTION')).toBe(true);
    expect(front.clients).toEqual([]);
  });

  it('runs from a shell', async () => {
    const { atlas, ca, client, front, proxy } = await openWorld();
    const folder = await temporaryFolder();
    const files = { CA: ca, CERT: client.cert, KEY: client.key };
    const environment: Record<string, string> = { ...environmentOf(atlas), PROXY: proxy.url };
    for (const [name, text] of Object.entries(files)) {
      environment[name] = join(folder, `${name}.pem`);
      await writeFile(environment[name], text);
    }
    environment['MONGODB_ATLAS_BASE_URL'] = front.url;
    const parameters = ['proxy-and-mutual-tls.mjs', atlas.groupId, atlas.clusterName];
    const { exit, output } = runExample(parameters, environment);
    expect(await exit, output.stderr).toBe(0);
    expect(output.stdout).toContain(`${atlas.snapshotId} COMPLETED`);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(front.url).host]));
  });
});
