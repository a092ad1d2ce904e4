import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TenantSnapshotsClient } from '../../src/index.js';
import { startMswServer } from '../support/msw-server.js';
import { openEmulator } from '../support/open-emulator.js';
import { optionsError } from '../support/options-error.js';
import { path } from '../support/snapshot-routes.js';

const names = [
  'MONGODB_ATLAS_ACCESS_TOKEN',
  'MONGODB_ATLAS_CLIENT_ID',
  'MONGODB_ATLAS_CLIENT_SECRET',
  'MONGODB_ATLAS_PUBLIC_KEY',
  'MONGODB_ATLAS_PRIVATE_KEY',
  'MONGODB_ATLAS_PUBLIC_API_KEY',
  'MONGODB_ATLAS_PRIVATE_API_KEY',
  'MONGODB_ATLAS_BASE_URL',
] as const;
type Name = (typeof names)[number];

beforeEach(() => set({}));

/** Sets these variables, and unsets the others. */
function set(values: Partial<Record<Name, string>>): void {
  for (const name of names) vi.stubEnv(name, values[name]);
}

const token = { MONGODB_ATLAS_ACCESS_TOKEN: 'token-1' };
const account = { MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1', MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1' };
const key = { MONGODB_ATLAS_PUBLIC_KEY: 'publickey', MONGODB_ATLAS_PRIVATE_KEY: 'private-1' };
const cliKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'clipublic', MONGODB_ATLAS_PRIVATE_API_KEY: 'private-2' };

/** Calls an emulator, which accepts each of these credentials except `cliKey`, with those from the environment. */
async function callFromEnvironment(values: Partial<Record<Name, string>>, apiKey = key) {
  const emulator = await openEmulator({
    credentials: {
      accessToken: token.MONGODB_ATLAS_ACCESS_TOKEN,
      serviceAccount: { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' },
      apiKey: { publicKey: apiKey.MONGODB_ATLAS_PUBLIC_KEY, privateKey: apiKey.MONGODB_ATLAS_PRIVATE_KEY },
    },
  });
  set({ MONGODB_ATLAS_BASE_URL: emulator.url, ...values });
  await using client = new TenantSnapshotsClient();
  const snapshot = await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
  expect(snapshot.id).toBe(emulator.snapshotId);
  return emulator.requests.map(({ kind, scheme }) => `${kind} ${scheme}`);
}

const byToken = ['tenant bearer'];
const byAccount = ['token basic', 'tenant bearer'];
const byKey = ['tenant undefined', 'tenant digest'];

describe('credentials from the environment', () => {
  it.each([
    ['an access token', token, byToken],
    ['a service account', account, byAccount],
    ['an API key', key, byKey],
    ['a token before a service account and a key', { ...key, ...account, ...token }, byToken],
    ['a service account before a key', { ...key, ...account }, byAccount],
    ["an API key in the Go SDK's variables before one in the CLI's", { ...cliKey, ...key }, byKey],
    ['a service account if the token is empty', { ...account, MONGODB_ATLAS_ACCESS_TOKEN: '' }, byAccount],
    ['an API key if the client secret is missing', { ...key, MONGODB_ATLAS_CLIENT_ID: 'x' }, byKey],
    ['an API key if the client secret is empty', { ...account, ...key, MONGODB_ATLAS_CLIENT_SECRET: '' }, byKey],
  ])('%s', async (_name, values, requests) => {
    expect(await callFromEnvironment(values)).toEqual(requests);
  });

  it.each([
    ['alone', cliKey],
    ["beside one of the Go SDK's", { ...cliKey, MONGODB_ATLAS_PUBLIC_KEY: 'publickey' }],
  ])("an API key in the CLI's variables, %s", async (_name, values) => {
    const accepted = { MONGODB_ATLAS_PUBLIC_KEY: 'clipublic', MONGODB_ATLAS_PRIVATE_KEY: 'private-2' };
    expect(await callFromEnvironment(values, accepted)).toEqual(byKey);
  });

  it('are ignored if the option is set', async () => {
    const emulator = await openEmulator();
    set(token);
    await using client = new TenantSnapshotsClient({
      baseUrl: emulator.url,
      credentials: emulator.credentials.accessToken,
    });
    await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
  });
});

describe('an environment without credentials', () => {
  it('leads to a message that says what to set', () => {
    const message = optionsError({});
    for (const name of ['credentials', ...names.slice(0, 5)]) expect(message).toContain(name);
    expect(message).toBe(optionsError(undefined));
  });

  it.each(names.slice(1, 7))('leads to a message that names the missing variable if only %s is set', (name) => {
    set({ [name]: 'a-value-of-mine' });
    const other = names[names.indexOf(name) % 2 === 1 ? names.indexOf(name) + 1 : names.indexOf(name) - 1];
    const message = optionsError({});
    for (const variable of [name, other]) expect(message).toMatch(new RegExp(`${variable}\\b`));
    expect(message).not.toContain('a-value-of-mine');
  });

  it('may have empty variables', () => {
    set(Object.fromEntries(names.map((name) => [name, ''])));
    expect(optionsError({})).toContain('option credentials');
  });
});

describe('invalid credentials in the environment', () => {
  it.each<[string, Partial<Record<Name, string>>]>([
    ['MONGODB_ATLAS_ACCESS_TOKEN', { MONGODB_ATLAS_ACCESS_TOKEN: 'HIDDEN\r\nX-Evil: 1' }],
    ['MONGODB_ATLAS_ACCESS_TOKEN', { MONGODB_ATLAS_ACCESS_TOKEN: 'HIDDEN\n' }],
    ['MONGODB_ATLAS_CLIENT_ID', { ...account, MONGODB_ATLAS_CLIENT_ID: 'HIDDEN:1' }],
    ['MONGODB_ATLAS_CLIENT_SECRET', { ...account, MONGODB_ATLAS_CLIENT_SECRET: 'HIDDEN\n' }],
    ['MONGODB_ATLAS_PUBLIC_KEY', { ...key, MONGODB_ATLAS_PUBLIC_KEY: 'HIDDEN\r\nX-Evil: 1' }],
    ['MONGODB_ATLAS_PRIVATE_KEY', { ...key, MONGODB_ATLAS_PRIVATE_KEY: 'HIDDEN\n' }],
    ['MONGODB_ATLAS_PUBLIC_API_KEY', { ...cliKey, MONGODB_ATLAS_PUBLIC_API_KEY: 'HIDDEN\x01' }],
    ['MONGODB_ATLAS_PRIVATE_API_KEY', { ...cliKey, MONGODB_ATLAS_PRIVATE_API_KEY: 'HIDDEN\x7f' }],
  ])('lead to a message that names %s, but not its value', (name, values) => {
    set(values);
    const message = optionsError({});
    expect(message).not.toContain('HIDDEN');
    expect(message).toContain(`${name}: must`);
  });
});

describe('baseUrl from the environment', () => {
  it('is used if the option is missing, with its path prefix', async () => {
    const server = await startMswServer();
    set({ ...token, MONGODB_ATLAS_BASE_URL: `${server.url}/atlas/` });
    await using client = new TenantSnapshotsClient();
    await client.getTenantSnapshot(...path, { endpoint: 'tenant' }).catch(() => undefined);
    expect(server.requests[0]?.path).toMatch(/^\/atlas\/api\/atlas\/v1\.0\//);
  });

  it('is validated like the option', () => {
    set({ ...token, MONGODB_ATLAS_BASE_URL: 'http://cloud.mongodb.com' });
    expect(optionsError({})).toContain('MONGODB_ATLAS_BASE_URL: must use https');
  });

  it('is ignored if the option is set, or if it is empty', async () => {
    set({ ...token, MONGODB_ATLAS_BASE_URL: 'nonsense' });
    await new TenantSnapshotsClient({ baseUrl: 'https://cloud.mongodb.com' }).close();
    set({ ...token, MONGODB_ATLAS_BASE_URL: '' });
    await new TenantSnapshotsClient().close();
  });
});
