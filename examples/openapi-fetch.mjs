/**
 * Any GET of the Atlas Administration API, with types from MongoDB's OpenAPI document. openapi-fetch builds the requests,
 * and the client sends them: it logs in and retries, and a failed call throws its errors.
 *
 *   npm install openapi-fetch # in a project that has installed atlas-tenant-snapshots
 *   npx --package typescript@5 --package openapi-typescript@7 openapi-typescript --output atlas.d.ts \
 *     https://raw.githubusercontent.com/mongodb/openapi/main/openapi/v2/openapi-2025-03-12.json
 *   # The login is in the environment (README.md).
 *   node node_modules/atlas-tenant-snapshots/examples/openapi-fetch.mjs 32b6e34b3d91647abb20e7b8
 *
 * atlas.d.ts is for a copy of this file in your project. In TypeScript: createAtlasApi<paths>(client)
 */
import { realpathSync } from 'node:fs';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import createClient, { defaultPathSerializer } from 'openapi-fetch';

/**
 * @template {{}} Paths the `paths` that openapi-typescript writes.
 * @param {TenantSnapshotsClient} client
 * @returns {Pick<import('openapi-fetch').Client<Paths>, 'GET'>}
 */
export function createAtlasApi(client) {
  const { GET } = createClient({
    // A Request needs a host. The client replaces it with that of its own baseUrl.
    baseUrl: 'https://cloud.mongodb.com',
    pathSerializer,
    fetch: (request) => send(client, request),
  });
  return { GET };
}

/**
 * @param {TenantSnapshotsClient} client
 * @param {Request} request
 */
async function send(client, { url, headers, signal }) {
  const { pathname, searchParams } = new URL(url);
  const names = new Set(searchParams.keys());
  const query = Object.fromEntries(Array.from(names, (name) => [name, searchParams.getAll(name)]));
  // Another media type than JSON is no valid version, so the client rejects it.
  const apiVersion = headers.get('accept')?.replace(/^application\/vnd\.atlas\.|\+json$/g, '');
  const { data, response } = await client.get(pathname, { query, apiVersion, signal }).withResponse();
  // These two describe the body as it was sent.
  const { 'content-length': _length, 'content-encoding': _coding, ...others } = response.headers;
  return Response.json(data, { headers: others });
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} values
 */
function pathSerializer(path, values) {
  for (const [name, value] of Object.entries(values)) {
    // A Request would resolve these, which leads to another path.
    if (value === '.' || value === '..') throw new TypeError(`${name} must not be ${value}`);
  }
  return defaultPathSerializer(path, values);
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const client = new TenantSnapshotsClient();
  try {
    /** @type {typeof createAtlasApi<import('./atlas.js').paths>} */
    const create = createAtlasApi;
    const [groupId = ''] = process.argv.slice(2);
    const { data } = await create(client).GET('/api/atlas/v2/groups/{groupId}/flexClusters', {
      params: { path: { groupId }, query: { itemsPerPage: 500 } },
      // Without this, Atlas answers in the version 2025-03-12.
      headers: { Accept: 'application/vnd.atlas.2024-11-13+json' },
    });
    for (const { name, stateName } of data?.results ?? []) console.log(name, stateName);
  } finally {
    await client.close();
  }
}
