import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { loginVariables } from '../support/defaults.js';
import { optionsError } from '../support/options-error.js';
import { type Behavior, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { path, tenantPath } from '../support/snapshot-routes.js';

const baseUrlVariable = 'MONGODB_ATLAS_BASE_URL';
const variables: string[] = loginVariables.flat();

type Environment = Readonly<Record<string, string>>;

/** Sets these variables, and unsets the others. */
function set(values: Environment): void {
  for (const name of [...variables, baseUrlVariable]) vi.stubEnv(name, values[name]);
}

beforeEach(() => set({}));

/** The credentials of each login, in the order in which the client looks for them. */
const token = { MONGODB_ATLAS_ACCESS_TOKEN: 'token-1' };
const account = { MONGODB_ATLAS_CLIENT_ID: 'mdb_sa_id_1', MONGODB_ATLAS_CLIENT_SECRET: 'mdb_sa_sk_1' };
const key = { MONGODB_ATLAS_PUBLIC_KEY: 'publickey', MONGODB_ATLAS_PRIVATE_KEY: 'private-1' };
const cliKey = { MONGODB_ATLAS_PUBLIC_API_KEY: 'clipublic', MONGODB_ATLAS_PRIVATE_API_KEY: 'private-2' };

const byToken = 'Bearer token-1';
const byAccount = `Basic ${btoa('mdb_sa_id_1:mdb_sa_sk_1')}`;
const byKey = 'Digest username="publickey"';
const byCliKey = 'Digest username="clipublic"';

/** The URL and the login of the first request that has one. */
async function firstRequest(values: Environment, options: TenantSnapshotsClientOptions = {}) {
  set(values);
  const challenge = { status: 401, headers: { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' } };
  const answerOrChallenge: Behavior = (request) => request.reply(request.headers['authorization'] ? {} : challenge);
  const dispatcher = scriptedDispatcher(answerOrChallenge);
  const client = new TenantSnapshotsClient({ dispatcher, maxRetries: 0, endpoint: 'tenant', ...options });
  await client.getTenantSnapshot(...path).catch(() => undefined);
  const [request] = dispatcher.requests.filter(({ headers }) => headers['authorization']);
  const { origin, path: target } = request?.options ?? {};
  return { url: `${origin}${target}`, login: request?.headers['authorization']?.split(',')[0] };
}

describe('credentials from the environment', () => {
  it.each<[name: string, values: Environment, login: string]>([
    ['an access token', token, byToken],
    ['a service account', account, byAccount],
    ['an API key', key, byKey],
    ["an API key in the CLI's variables", cliKey, byCliKey],
    ['a token before all others', { ...cliKey, ...key, ...account, ...token }, byToken],
    ['a service account before a key', { ...cliKey, ...key, ...account }, byAccount],
    ["an API key in the Go SDK's variables before one in the CLI's", { ...cliKey, ...key }, byKey],
    ['a service account if the token is empty', { ...account, MONGODB_ATLAS_ACCESS_TOKEN: '' }, byAccount],
    ['an API key if the client secret is missing', { ...key, MONGODB_ATLAS_CLIENT_ID: 'x' }, byKey],
    ['an API key if the client secret is empty', { ...account, ...key, MONGODB_ATLAS_CLIENT_SECRET: '' }, byKey],
    ["the CLI's if the Go SDK's are incomplete", { ...cliKey, MONGODB_ATLAS_PUBLIC_KEY: 'publickey' }, byCliKey],
  ])('are %s', async (_name, values, login) => {
    expect((await firstRequest(values)).login).toBe(login);
  });

  it('are ignored if the option is set', async () => {
    const credentials = { accessToken: 'another-token' };
    expect((await firstRequest(token, { credentials })).login).toBe('Bearer another-token');
  });
});

describe('an environment without credentials', () => {
  it('leads to a message that says what to set', () => {
    const message = optionsError({});
    for (const name of ['credentials', ...variables.slice(0, 5)]) expect(message).toContain(name);
    expect(message).toBe(optionsError(undefined));
    set(Object.fromEntries(variables.map((name) => [name, ''])));
    expect(optionsError({})).toBe(message);
  });

  const pairs = loginVariables
    .filter((names) => names.length === 2)
    .flatMap(([first, second]) => [
      { name: first, missing: second },
      { name: second, missing: first },
    ]);

  it.each(pairs)('leads to a message that names the missing variable if only $name is set', ({ name, missing }) => {
    set({ [name]: 'a-value-of-mine' });
    expect(optionsError({})).toContain(`Set ${missing} too, because ${name} is set.`);
    expect(optionsError({})).not.toContain('a-value-of-mine');
  });
});

it.each(variables)('an invalid %s leads to a message that names it, but not its value', (name) => {
  const others = loginVariables.find((names) => names.some((other) => other === name)) ?? [];
  set({ ...Object.fromEntries(others.map((other) => [other, 'valid'])), [name]: 'HIDDEN\r\nX-Evil: 1' });
  expect(optionsError({})).toContain(`${name}: must`);
  expect(optionsError({})).not.toContain('HIDDEN');
});

describe('the base URL from the environment', () => {
  const proxy = { ...token, [baseUrlVariable]: 'https://proxy.example/atlas/' };

  it('is used if the option is missing, with its path prefix', async () => {
    expect((await firstRequest(proxy)).url).toBe(`https://proxy.example/atlas${tenantPath}`);
  });

  it('is validated like the option', () => {
    set({ ...token, [baseUrlVariable]: 'http://cloud.mongodb.com' });
    expect(optionsError({})).toContain('MONGODB_ATLAS_BASE_URL: must use https');
  });

  it('is ignored if the option is set, or if it is empty', async () => {
    const baseUrl = 'https://cloud.mongodbgov.com';
    expect((await firstRequest({ ...proxy, [baseUrlVariable]: 'nonsense' }, { baseUrl })).url).toBe(
      baseUrl + tenantPath,
    );
    expect((await firstRequest({ ...proxy, [baseUrlVariable]: '' })).url).toBe(
      `https://cloud.mongodb.com${tenantPath}`,
    );
  });
});

describe('the proxy from the environment', () => {
  it.each([
    'user:SECRET@proxy',
    'proxy.example:3128',
    '//user:SECRET@proxy',
    'ftp://proxy.example',
    'socks5://u:SECRET@proxy.example',
    'http://u:SECRET%zz@p',
  ])('may not be %s, and the message does not show it', (proxy) => {
    set(token);
    vi.stubEnv('https_proxy', undefined);
    vi.stubEnv('HTTPS_PROXY', proxy);
    expect(optionsError({})).toBe(
      'HTTPS_PROXY is not the URL of a proxy. Set it to one, such as http://proxy.example:3128.',
    );
  });
});
