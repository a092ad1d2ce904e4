import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import { command } from '../../support/command.js';
import { openEmulator } from '../../support/open-emulator.js';
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
    const { code, output } = await command('curl', [...options, url + flexPath]);
    return { code, output, statuses: requests.map(({ status }) => status) };
  }

  it('logs in at the emulator', async () => {
    expect(await curl()).toEqual({ code: 0, output: expect.stringContaining(snapshotId), statuses: [401, 200] });
  });

  it('gets a 401 from the emulator for a wrong key', async () => {
    const { code, output } = await curl({ privateKey: 'wrong' });
    // 22: the HTTP status was an error.
    expect({ code, output }).toEqual({ code: 22, output: expect.stringContaining('"error" : 401') });
  });
});
