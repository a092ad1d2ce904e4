import { bearerHeaders as headers, nextSnapshotId, pathOf } from '../target.mjs';

export function connect(origin) {
  return {
    async call() {
      const response = await fetch(origin + pathOf(nextSnapshotId()), { headers });
      return response.json();
    },
    close() {},
  };
}
