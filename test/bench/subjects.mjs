/**
 * What the bench compares. `connect(origin)` returns a function that reads one snapshot.
 *
 * @typedef {{
 *   label: string,
 *   baseline?: string, // the subject that its CPU is divided by; default undici
 *   limit?: number, // of that ratio
 *   rival?: string, // the subject of this package with the same login
 *   connect(origin: string): Promise<() => Promise<{ status?: string }>>,
 * }} Subject
 */
import { importPeer } from './peers.mjs';

const publicKey = 'kxqmzfwt';
const privateKey = '4c1a8f5e-2b7d-4e0a-9f36-d58b7c1e0a42';
export const accessToken = 'eyJhbGciOiJFUzUxMiJ9.eyJzdWIiOiJtZGJfc2FfaWQifQ.loopback';
const groupId = '5e2211c17a3e5a48f5497de3';
const clusterName = 'Cluster0';

const snapshotIds = Array.from({ length: 1024 }, (_, n) => `5cc310ac${n.toString(16).padStart(4, '0')}7ce369814bc8`);
let next = 0;
/** A different snapshot for each call, so that nobody gains from caching what it computes for a path. */
const nextSnapshotId = () => snapshotIds[next++ & 1023];
const nextPath = () =>
  `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots/${nextSnapshotId()}`;

// The headers that this client sends.
const headers = {
  accept: 'application/vnd.atlas.2024-11-13+json',
  'user-agent': 'atlas-tenant-snapshots/0.1.0',
  authorization: `Bearer ${accessToken}`,
};

async function connectClient(options) {
  const { TenantSnapshotsClient } = await import('../../dist/index.js');
  const client = new TenantSnapshotsClient(options);
  return () => client.getTenantSnapshot(groupId, clusterName, nextSnapshotId());
}

/** @type {Record<string, Subject>} */
export const subjects = {
  // Bare undici, without a URL to parse or options to merge: a third less CPU than `request(url)`.
  undici: {
    label: 'undici agent.request({ origin, path })',
    async connect(origin) {
      const { Agent } = await import('undici');
      const agent = new Agent({ connections: 64 });
      return async () => (await agent.request({ origin, path: nextPath(), method: 'GET', headers })).body.json();
    },
  },
  bearer: {
    label: 'this client, bearer token',
    limit: 1.22,
    connect: (baseUrl) => connectClient({ baseUrl, credentials: { accessToken } }),
  },
  digest: {
    label: 'this client, Digest',
    limit: 1.38,
    connect: (baseUrl) => connectClient({ baseUrl, credentials: { publicKey, privateKey } }),
  },
  fetch: {
    label: 'fetch (built into Node)',
    rival: 'bearer',
    connect: async (origin) => async () => (await fetch(origin + nextPath(), { headers })).json(),
  },
  'bearer-fetch': {
    label: 'this client, bearer token, option fetch',
    baseline: 'fetch',
    limit: 1.35,
    connect: (baseUrl) => connectClient({ baseUrl, credentials: { accessToken }, fetch: globalThis.fetch }),
  },
  'openapi-fetch': {
    label: 'openapi-fetch',
    rival: 'bearer',
    async connect(baseUrl) {
      const { default: createClient } = await importPeer('openapi-fetch');
      const client = createClient({ baseUrl, headers });
      const path = '/api/atlas/v2/groups/{groupId}/flexClusters/{clusterName}/backup/snapshots/{snapshotId}';
      return async () => {
        const params = { path: { groupId, clusterName, snapshotId: nextSnapshotId() } };
        return (await client.GET(path, { params })).data;
      };
    },
  },
  urllib: {
    label: 'urllib, Digest',
    rival: 'digest',
    async connect(origin) {
      const { HttpClient } = await importPeer('urllib');
      const client = new HttpClient();
      const options = { digestAuth: `${publicKey}:${privateKey}`, dataType: 'json' };
      return async () => (await client.request(origin + nextPath(), options)).data;
    },
  },
  'mongodb-atlas-api-client': {
    label: 'mongodb-atlas-api-client, Digest',
    rival: 'digest',
    async connect(origin) {
      const { default: getClient } = await importPeer('mongodb-atlas-api-client');
      const baseUrl = `${origin}/api/atlas/v1.0`;
      const { cloudBackup } = getClient({ publicKey, privateKey, baseUrl, projectId: groupId });
      // It has no snapshots of Flex clusters. Reading one of a replica set is the same call.
      return () => cloudBackup.getReplicaSetCloudBackup(clusterName, nextSnapshotId());
    },
  },
  'digest-fetch': {
    label: 'digest-fetch, Digest',
    rival: 'digest',
    async connect(origin) {
      const { default: DigestClient } = await importPeer('digest-fetch');
      const client = new DigestClient(publicKey, privateKey);
      return async () => (await client.fetch(origin + nextPath())).json();
    },
  },
};
