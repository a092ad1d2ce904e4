import { Agent } from 'undici';
import { bearerHeaders as headers, nextSnapshotId, pathOf } from '../target.mjs';

export function connect(origin) {
  const agent = new Agent({ connections: 64 });
  return {
    async call() {
      const { body } = await agent.request({ origin, path: pathOf(nextSnapshotId()), method: 'GET', headers });
      return body.json();
    },
    close: () => agent.close(),
  };
}
