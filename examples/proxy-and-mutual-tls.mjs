/**
 * A proxy and mutual TLS. The option `dispatcher` takes any undici agent.
 *
 *   npm install undici@7 # in a project that has installed atlas-tenant-snapshots
 *   # The login is in the environment (README.md). Leave out the variables that you do not need.
 *   PROXY=http://proxy.example:3128 CA=ca.pem CERT=client.pem KEY=client-key.pem \
 *     node node_modules/atlas-tenant-snapshots/examples/proxy-and-mutual-tls.mjs 32b6e34b3d91647abb20e7b8 Cluster0
 *
 * You need none of this for a plain proxy, because the client reads HTTPS_PROXY and NO_PROXY. If you only have a
 * certificate authority of your own, set NODE_EXTRA_CA_CERTS.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { Agent, ProxyAgent } from 'undici';

/**
 * @param {object} options
 * @param {string | undefined} [options.proxy] URL of the proxy.
 * @param {string | Buffer | undefined} [options.ca] certificate authority of the server, as PEM.
 * @param {string | Buffer | undefined} [options.cert] client certificate, as PEM.
 * @param {string | Buffer | undefined} [options.key] key of the client certificate, as PEM.
 */
export function createDispatcher({ proxy, ca, cert, key }) {
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  // Without a limit, undici opens a connection for every concurrent call.
  if (proxy === undefined) return new Agent({ connections: 64, connect: tls });
  return new ProxyAgent({ uri: proxy, connections: 64, requestTls: tls });
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  /** @param {string | undefined} path */
  const read = (path) => (path === undefined ? undefined : readFileSync(path));
  const { PROXY: proxy, CA, CERT, KEY } = process.env;
  const dispatcher = createDispatcher({ proxy, ca: read(CA), cert: read(CERT), key: read(KEY) });
  const client = new TenantSnapshotsClient({ dispatcher });
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    // The client does not close a dispatcher that was passed to it.
    await client.close();
    await dispatcher.close();
  }
}
