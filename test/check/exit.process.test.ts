import { expect, it } from 'vitest';
import { runCode } from '../support/processes.js';

// The calls of this client keep no process alive. One hangs, and one meets a rate limit, whose wait is in ms.
const preamble = (wait: number) => `
  import { checkBackups } from 'atlas-tenant-snapshots/check';
  const answers = {
    flexClusters: [{ name: 'Fresh' }, { name: 'Hangs' }, { name: 'Limited' }],
    Fresh: [{ status: 'COMPLETED', finishTime: new Date().toISOString() }],
    Limited: [],
  };
  const refused = [new atlas.AtlasApiError('Too many requests.', { status: 429, retryAfterMs: ${wait} })];
  const client = {
    async getAll(path, { signal }) {
      const name = path.split('/').at(path.endsWith('/snapshots') ? -3 : -1);
      if (name === 'Hangs') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      if (name === 'Limited' && refused.length > 0) throw refused.pop();
      return answers[name] ?? [];
    },
  };
  const check = checkBackups(client, { groupIds: ['${'a'.repeat(24)}'], timeout: 3000 });`;

it('a process exits although a check is not over, if nobody reads on', async () => {
  const end = await runCode(`${preamble(2000)}
    print((await check.next()).value.state);
    setTimeout(() => print('still running'), 1500).unref();`);
  expect(end).toMatchObject({ exitCode: 0, stdout: 'fresh\n', stderr: '' });
});

it('a process keeps running while somebody waits for a finding, after a rate limit and until the time is over', async () => {
  // Without a top-level await, which would make Node report that nothing keeps the process alive.
  const end = await runCode(`${preamble(1000)}
    (async () => {
      for await (const { state } of check) print(state);
    })();`);
  expect(end).toMatchObject({ exitCode: 0, stdout: 'fresh\nnone\nunknown\n', stderr: '' });
});
