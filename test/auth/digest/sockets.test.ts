// Whole logins over real sockets: the emulator checks them by code of its own.

import { describe, expect, it } from 'vitest';
import type { AtlasEmulatorOptions, DigestAlgorithm } from '../../../src/testing/index.js';
import { get, openBareClient } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, good } from '../../support/raw-steps.js';

async function open(digest: AtlasEmulatorOptions['digest'] = {}, privateKey?: string) {
  const emulator = await openEmulator({ digest });
  const { groupId, clusterName, snapshotId, credentials } = emulator;
  const key = { ...credentials.apiKey, ...(privateKey === undefined ? {} : { privateKey }) };
  const client = openBareClient(emulator, { credentials: key });
  return {
    getOne: () => client.getTenantSnapshot(groupId, clusterName, snapshotId),
    statuses: () => emulator.requests.map(({ status }) => status),
  };
}

const algorithms: DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'];

describe('the emulator', () => {
  it.each(algorithms)('accepts a login by %s, and further ones with the same nonce', async (algorithm) => {
    const { getOne, statuses } = await open({ algorithms: [algorithm] });
    for (let call = 0; call < 3; call += 1) await getOne();
    expect(statuses()).toEqual([401, 200, 200, 200]);
  });

  it('refuses a wrong key, which costs two requests', async () => {
    const { getOne, statuses } = await open({}, 'not-the-key');
    await expect(getOne()).rejects.toMatchObject({ code: 'API_ERROR', status: 401, attempts: 1 });
    expect(statuses()).toEqual([401, 401]);
  });
});

it.each([
  ['UTF-8', Buffer.from('Zürich ✓').toString('latin1')],
  ['Latin-1', 'Zürich'],
])('a challenge in %s is sent back octet by octet', async (_charset, text) => {
  const challenge = `www-authenticate: Digest realm="${text}", nonce="${text}", opaque="${text}", qop="auth"`;
  const server = await startRawServer([[answer(401, '{}', challenge)], good]);
  await get(openBareClient(server, { credentials: { publicKey: 'Jäsøn', privateKey: 'secret-key' } }));
  const sent = server.requests[1]?.authorization;
  expect(sent).toContain(`Digest username*=UTF-8''J%C3%A4s%C3%B8n, realm="${text}", nonce="${text}", uri="/`);
  expect(sent).toContain(`opaque="${text}"`);
});
