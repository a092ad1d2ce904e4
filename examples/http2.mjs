/**
 * HTTP/2: concurrent calls share one connection. The option `dispatcher` takes any undici agent.
 *
 *   npm install undici@7 # in a project that has installed atlas-tenant-snapshots
 *   # The login is in the environment (README.md). The arguments are a project ID and Flex clusters.
 *   node node_modules/atlas-tenant-snapshots/examples/http2.mjs 32b6e34b3d91647abb20e7b8 Cluster0
 *
 * Use it if the server, or the gateway in front of it, supports HTTP/2. Otherwise undici sends the requests in turn over
 * one HTTP/1.1 connection, and the client's own connections are faster.
 */
import { realpathSync } from 'node:fs';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { Agent } from 'undici';

/** @param {import('undici').buildConnector.BuildOptions} [connect] TLS options, such as `ca`. */
export function createDispatcher(connect = {}) {
  // `pipelining` is the number of concurrent requests on the connection. By default it is 1.
  return new Agent({ allowH2: true, connections: 1, pipelining: 100, connect });
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const dispatcher = createDispatcher();
  const client = new TenantSnapshotsClient({ dispatcher });
  try {
    const [groupId = '', ...clusterNames] = process.argv.slice(2);
    const lists = await Promise.all(clusterNames.map((name) => client.listTenantSnapshots(groupId, name)));
    lists.forEach((snapshots, n) => {
      for (const { id, status } of snapshots) console.log(clusterNames[n], id, status);
    });
  } finally {
    // The client does not close a dispatcher that was passed to it.
    await client.close();
    await dispatcher.close();
  }
}
