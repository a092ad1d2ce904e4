import { afterEach, describe, expect, it } from 'vitest';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { command } from '../package/command.js';
import { startDigestFront } from '../support/digest-front/front.js';
import type { DigestFrontOptions } from '../support/digest-front/options.js';

let emulator: AtlasEmulator | undefined;

afterEach(async () => {
  await emulator?.close();
});

/** Requests the emulator's snapshot with curl, with the right key or another one. */
async function curl(digest: DigestFrontOptions, privateKey?: string) {
  const started = await startDigestFront(digest);
  emulator = started;
  const { groupId, clusterName, snapshotId } = started;
  const key = started.credentials.apiKey;
  const path = `/api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots/${snapshotId}`;
  const user = `${key.publicKey}:${privateKey ?? key.privateKey}`;
  const args = ['--silent', '--show-error', '--digest', '--user', user, '--fail-with-body', started.url + path];
  return { ...(await command('curl', args, process.cwd())), emulator: started };
}

const offers: { name: string; digest: DigestFrontOptions }[] = [
  { name: 'MD5', digest: { algorithms: ['MD5'] } },
  { name: 'MD5-sess', digest: { algorithms: ['MD5-sess'] } },
  { name: 'SHA-256', digest: { algorithms: ['SHA-256'] } },
  { name: 'SHA-256-sess', digest: { algorithms: ['SHA-256-sess'] } },
  { name: 'SHA-512-256', digest: { algorithms: ['SHA-512-256'] } },
  { name: 'a hashed user name', digest: { algorithms: ['SHA-256'], userhash: true } },
  { name: 'no qop, as RFC 2069 has it', digest: { algorithms: ['MD5'], qop: [] } },
  { name: 'an opaque', digest: { algorithms: ['SHA-256'], opaque: '5ccc069c403ebaf9f0171e9517f40e41' } },
];

describe('curl --digest', () => {
  it.each(offers)('logs in with $name', async ({ digest }) => {
    const { code, output, emulator } = await curl(digest);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(emulator.snapshotId) });
    expect(emulator.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  it.each(offers)('gets a 401 for a wrong key with $name', async ({ digest }) => {
    const { code, stdout } = await curl(digest, 'wrong');
    // 22: the HTTP status was an error.
    expect(code).toBe(22);
    expect(JSON.parse(stdout)).toMatchObject({ error: 401 });
  });
});
