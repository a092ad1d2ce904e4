import { importPeer } from '../peers.mjs';
import { nextSnapshotId, pathOf, privateKey, publicKey } from '../target.mjs';

const { default: DigestClient } = await importPeer('digest-fetch');

export function connect(origin) {
  const client = new DigestClient(publicKey, privateKey);
  return {
    async call() {
      const response = await client.fetch(origin + pathOf(nextSnapshotId()));
      return response.json();
    },
    close() {},
  };
}
