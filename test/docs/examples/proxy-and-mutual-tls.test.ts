import { describe, expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../../examples/proxy-and-mutual-tls.mjs';
import { isAtlasError } from '../../../src/index.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { makeCertificates, openConnectProxy, openTlsFront } from '../../support/tls.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

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

describe('the dispatcher', () => {
  it.each(['without a proxy', 'through the tunnel of a proxy'])('sends its certificate %s', async (how) => {
    const { ca, client, front, proxy, list } = await openWorld();
    const isProxied = how.startsWith('through');
    expect(await list({ ...(isProxied && { proxy: proxy.url }), ca: ca.cert, ...client })).toHaveLength(5);
    expect(new Set(front.clients)).toEqual(new Set(['client of the test']));
    expect(new Set(proxy.tunnels)).toEqual(new Set(isProxied ? [new URL(front.url).host] : []));
  });

  it.each(['no certificate to send', 'no authority to trust'])('%s is a connection error', async (missing) => {
    const { ca, client, front, list } = await openWorld();
    const options = missing.startsWith('no certificate') ? { ca: ca.cert } : client;
    const error: unknown = await list(options).catch((reason: unknown) => reason);
    expect(isAtlasError(error, 'CONNECTION')).toBe(true);
    expect(front.clients).toEqual([]);
  });

  it('runs from a shell', async () => {
    const { atlas, ca, client, front, proxy } = await openWorld();
    const { ended } = runExample('proxy-and-mutual-tls.mjs', [atlas.groupId, atlas.clusterName], {
      ...environmentOf(atlas),
      MONGODB_ATLAS_BASE_URL: front.url,
      PROXY: proxy.url,
      CA: ca.certFile,
      CERT: client.certFile,
      KEY: client.keyFile,
    });
    const stdout = expect.stringContaining(`${atlas.snapshotId} COMPLETED`);
    expect(await ended).toMatchObject({ exitCode: 0, stdout });
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(front.url).host]));
  });
});
