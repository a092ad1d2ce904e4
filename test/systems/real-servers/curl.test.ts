import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import { openEmulator } from '../../support/open-emulator.js';
import { runProcess } from '../../support/processes.js';
import { flexPath, flexType, path } from '../../support/snapshot-routes.js';

const [groupId, clusterName, snapshotId] = path;
const algorithms: DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256'];

describe.each(algorithms)('curl --digest by %s', (algorithm) => {
  /** Requests a snapshot of an emulator. */
  async function curl(changes: { privateKey?: string } = {}) {
    const seed = { groupId, clusterName, snapshots: [{ id: snapshotId }] };
    const { url, credentials, requests } = await openEmulator({ digest: { algorithms: [algorithm] }, seed });
    const { publicKey, privateKey } = { ...credentials.apiKey, ...changes };
    const login = ['--digest', '--user', `${publicKey}:${privateKey}`, '--header', `accept: ${flexType}`];
    const options = ['--silent', '--show-error', '--fail-with-body', ...login];
    const { exitCode, stdout } = await runProcess('curl', [...options, url + flexPath]);
    return { exitCode, stdout, statuses: requests.map(({ status }) => status) };
  }

  it('logs in at the emulator', async () => {
    expect(await curl()).toEqual({ exitCode: 0, stdout: expect.stringContaining(snapshotId), statuses: [401, 200] });
  });

  it('gets a 401 from the emulator for a wrong key', async () => {
    const { exitCode, stdout } = await curl({ privateKey: 'wrong' });
    // 22: the HTTP status was an error.
    expect({ exitCode, stdout }).toEqual({ exitCode: 22, stdout: expect.stringContaining('"error" : 401') });
  });
});
