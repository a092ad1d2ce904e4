import { Agent } from 'undici';
import { bearerHeaders as headers, nextSnapshotId, pathOf } from '../target.mjs';

/** The least that can be done with a response: collect it, parse it. */
class Collect {
  chunks = [];

  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
  }

  onRequestStart() {}

  onResponseStart() {}

  onResponseData(_controller, chunk) {
    this.chunks.push(chunk);
  }

  onResponseEnd() {
    const [first] = this.chunks;
    const body = this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.resolve(JSON.parse(body.toString()));
  }

  onResponseError(_controller, error) {
    this.reject(error);
  }
}

export function connect(origin) {
  const agent = new Agent({ connections: 64 });
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const path = pathOf(nextSnapshotId());
        agent.dispatch({ origin, path, method: 'GET', headers }, new Collect(resolve, reject));
      }),
    close: () => agent.close(),
  };
}
