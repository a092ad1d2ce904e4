import { afterEach, describe, expect, it } from 'vitest';
import { type AtlasEmulator, type DigestAlgorithm, startAtlasEmulator } from '../../src/testing/index.js';
import { command } from '../support/command.js';

let emulator: AtlasEmulator | undefined;

afterEach(async () => {
  await emulator?.close();
});

/** Requests the emulator's snapshot with curl, with the right key or another one. */
async function curl(algorithm: DigestAlgorithm, privateKey?: string) {
  const started = await startAtlasEmulator({ digest: { algorithms: [algorithm] } });
  emulator = started;
  const { groupId, clusterName, snapshotId } = started;
  const key = started.credentials.apiKey;
  const path = `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots/${snapshotId}`;
  const user = `${key.publicKey}:${privateKey ?? key.privateKey}`;
  const args = ['--silent', '--show-error', '--digest', '--user', user, '--fail-with-body', started.url + path];
  return { ...(await command('curl', args)), emulator: started };
}

const algorithms: DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256'];

describe('curl --digest', () => {
  it.each(algorithms)('logs in at the emulator by %s', async (algorithm) => {
    const { code, output, emulator } = await curl(algorithm);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(emulator.snapshotId) });
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  it.each(algorithms)('gets a 401 for a wrong key from the emulator by %s', async (algorithm) => {
    const { code, stdout } = await curl(algorithm, 'wrong');
    // 22: the HTTP status was an error.
    expect(code).toBe(22);
    expect(JSON.parse(stdout)).toMatchObject({ error: 401 });
  });
});
