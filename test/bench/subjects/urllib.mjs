import { importPeer } from '../peers.mjs';
import { nextSnapshotId, pathOf, privateKey, publicKey } from '../target.mjs';

const { HttpClient } = await importPeer('urllib');

export function connect(origin) {
  const client = new HttpClient();
  const options = { digestAuth: `${publicKey}:${privateKey}`, dataType: 'json' };
  return {
    async call() {
      const { data } = await client.request(origin + pathOf(nextSnapshotId()), options);
      return data;
    },
    close() {},
  };
}
