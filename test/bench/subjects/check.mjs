import { checkBackups } from '../../../dist/check.js';
import { TenantSnapshotsClient } from '../../../dist/index.js';
import { clusterCount, privateKey, publicKey } from '../target.mjs';

/** A whole check of backups for a call. */
export function connect(origin) {
  const client = new TenantSnapshotsClient({ baseUrl: origin, credentials: { publicKey, privateKey } });
  return {
    async call() {
      let fresh = 0;
      for await (const { state } of checkBackups(client)) if (state === 'fresh') fresh += 1;
      return { status: fresh === clusterCount ? 'COMPLETED' : `${fresh} fresh clusters` };
    },
    close: () => client.close(),
  };
}
