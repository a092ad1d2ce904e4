/**
 * A proxy and mutual TLS: `dispatcher` takes any undici agent, so whatever undici can do, the client can.
 *
 *   npm install undici@7 atlas-tenant-snapshots
 *   PROXY=http://proxy.example:3128 CA=ca.pem CERT=client.pem KEY=client-key.pem node proxy-and-mutual-tls.mjs \
 *     32b6e34b3d91647abb20e7b8 Cluster0
 *
 * For a plain proxy none of this is needed: the client goes by HTTPS_PROXY and NO_PROXY. For a CA of your own alone,
 * NODE_EXTRA_CA_CERTS does.
 */
import { readFileSync } from 'node:fs';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { Agent, ProxyAgent } from 'undici';

/**
 * @param {object} options
 * @param {string | undefined} [options.proxy] its URL.
 * @param {string | Buffer | undefined} [options.ca] who has signed the server's certificate, as PEM.
 * @param {string | Buffer | undefined} [options.cert] the certificate that this side shows, as PEM.
 * @param {string | Buffer | undefined} [options.key] its key, as PEM.
 */
export function createDispatcher({ proxy, ca, cert, key }) {
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  // A limit, as undici's own default is a socket a call.
  if (proxy === undefined) return new Agent({ connections: 64, connect: tls });
  return new ProxyAgent({ uri: proxy, connections: 64, requestTls: tls });
}

if (process.argv[1] === import.meta.filename) {
  /** @param {string | undefined} path */
  const read = (path) => (path === undefined ? undefined : readFileSync(path));
  const { PROXY: proxy, CA, CERT, KEY } = process.env;
  const dispatcher = createDispatcher({ proxy, ca: read(CA), cert: read(CERT), key: read(KEY) });
  const client = new TenantSnapshotsClient({ dispatcher });
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    // The client leaves open what it was given.
    await client.close();
    await dispatcher.close();
  }
}
