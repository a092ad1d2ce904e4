import { Agent, request } from 'undici';
import { bearerHeaders as headers, nextSnapshotId, pathOf } from '../target.mjs';

export function connect(origin) {
  const dispatcher = new Agent({ connections: 64 });
  return {
    async call() {
      const { body } = await request(origin + pathOf(nextSnapshotId()), { dispatcher, headers });
      return body.json();
    },
    close: () => dispatcher.close(),
  };
}
