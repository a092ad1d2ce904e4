import { expect, it } from 'vitest';
import { tokensFrom } from '../../../examples/secret-manager.mjs';
import { openClient } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';

it('secret-manager.mjs fetches one token for many calls, and another with the new secret after Atlas refuses it', async () => {
  const atlas = await openEmulator();
  let reads = 0;
  const readSecret = async () => {
    reads += 1;
    return atlas.credentials.serviceAccount;
  };
  const accessToken = tokensFrom(readSecret, atlas.url);
  const client = openClient({ baseUrl: atlas.url, credentials: { accessToken } });
  const callTwice = () => Promise.all([1, 2].map(() => client.listTenantSnapshots(atlas.groupId, atlas.clusterName)));
  await callTwice();
  expect(reads).toBe(1);
  atlas.revokeTokens();
  await callTwice();
  expect(reads).toBe(2);
});
