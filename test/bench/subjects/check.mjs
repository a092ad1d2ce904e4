import { checkBackups, TenantSnapshotsClient } from '../../../dist/index.js';
import { clusters, privateKey, projects, publicKey } from '../target.mjs';

/** A whole check of backups for a call. */
export function connect(origin) {
  const client = new TenantSnapshotsClient({ baseUrl: origin, credentials: { publicKey, privateKey } });
  return {
    async call() {
      let fresh = 0;
      for await (const { state } of checkBackups(client)) if (state === 'fresh') fresh += 1;
      return { status: fresh === projects.length * clusters.length ? 'COMPLETED' : `${fresh} fresh clusters` };
    },
    close: () => client.close(),
  };
}
