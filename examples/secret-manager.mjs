/**
 * A service account whose secret is rotated without a restart: whenever a token is needed, the secret is read anew. Here it is in
 * a file, as Kubernetes mounts it or the agent of a secret manager writes it. For another secret manager, replace readSecret().
 *
 *   echo '{ "clientId": "…", "clientSecret": "…" }' > secret.json
 *   SECRET_FILE=secret.json node secret-manager.mjs 32b6e34b3d91647abb20e7b8 Cluster0
 */
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';

/** @typedef {{ clientId: string, clientSecret: string }} Secret */

/** @returns {Promise<Secret>} */
async function readSecret() {
  return JSON.parse(await readFile(process.env.SECRET_FILE ?? 'secret.json', 'utf8'));
}

/**
 * Returns the function for `credentials: { accessToken }`. It keeps a token until shortly before its end, or until Atlas refuses it.
 *
 * @param {() => Promise<Secret>} readSecret
 * @param {string} baseUrl
 */
export function tokensFrom(readSecret, baseUrl = 'https://cloud.mongodb.com') {
  let token = { value: '', renewAt: 0 };
  /** @type {Promise<typeof token> | undefined} */
  let pending;

  async function fetchToken() {
    const { clientId, clientSecret } = await readSecret();
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const response = await fetch(`${baseUrl}/api/oauth/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(10_000),
    });
    // The body is not in the message: it is not known what it may quote.
    if (!response.ok) throw new Error(`The request for a token failed with status ${response.status}.`);
    const answer = /** @type {{ access_token: string, expires_in: number }} */ (await response.json());
    return { value: answer.access_token, renewAt: Date.now() + (answer.expires_in - 60) * 1_000 };
  }

  /** @param {{ refused?: string }} context */
  return async ({ refused }) => {
    if (token.renewAt <= Date.now() || token.value === refused) {
      // One request, however many calls wait.
      pending ??= fetchToken().finally(() => {
        pending = undefined;
      });
      token = await pending;
    }
    return token.value;
  };
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const accessToken = tokensFrom(readSecret, process.env.MONGODB_ATLAS_BASE_URL);
  const client = new TenantSnapshotsClient({ credentials: { accessToken } });
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    for (const { id, status } of await client.listTenantSnapshots(groupId, clusterName)) console.log(id, status);
  } finally {
    await client.close();
  }
}
