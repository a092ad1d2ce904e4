import { AsyncLocalStorage } from 'node:async_hooks';
import * as z from 'zod';
import { checkBackups } from '../../src/check/index.js';
import { isObject } from '../../src/client/atlas/json.js';
import { listPageSchema } from '../../src/client/atlas/schemas.js';
import { TenantSnapshotsClient, tenantSnapshotSchema } from '../../src/client/index.js';

const groupId = '0123456789abcdef01234567';
const snapshotId = 'fedcba9876543210fedcba98';
const clusterName = 'Cluster0';

const past = '2026-01-01T00:00:00Z';

// Each item of a list is a project, a cluster and a snapshot in one. As a snapshot, one has expired and the other has failed, so
// that a check makes all its reads.
function bodyFor(pathname) {
  const isFlex = pathname.includes('/flexClusters/');
  const cluster = { name: clusterName, stateName: 'IDLE', createDate: past, paused: false, pitEnabled: false };
  const more = { backupEnabled: true, internalClusterRole: 'NONE', effectiveDatabaseEdition: 'CORE' };
  const replicationSpecs = [{ regionConfigs: [{ providerName: 'AWS' }] }];
  const times = { createdAt: past, expiresAt: past, finishTime: past, expiration: past };
  const type = pathname.endsWith('/shardedClusters') ? 'shardedCluster' : 'replicaSet';
  const item = { id: groupId, ...cluster, ...more, replicationSpecs, type, ...times };
  const results = [
    { ...item, clusterType: 'SHARDED', status: isFlex ? 'COMPLETED' : 'completed' },
    { ...item, clusterType: 'REPLICASET', status: isFlex ? 'FAILED' : 'failed' },
  ];
  return { id: snapshotId, results, policies: [{ policyItems: [{ frequencyType: 'daily' }] }] };
}

/**
 * Runs the client and a check, and records what they read from Atlas.
 *
 * @returns for each path: its version, the parameters of its query, and a JSON Schema of the fields that are read.
 */
export async function recordReads() {
  const reads = new Map();
  /** The fields that the current call reads. */
  const fields = new AsyncLocalStorage();

  const client = new TenantSnapshotsClient({
    baseUrl: 'https://cloud.mongodb.com',
    credentials: { accessToken: 'unused' },
    maxRetries: 0,
    async fetch(url, { headers }) {
      const { pathname, searchParams } = new URL(url);
      const path = templateOf(pathname);
      const [version] = /\d{4}-\d\d-\d\d/.exec(new Headers(headers).get('accept'));
      const read = reads.get(path) ?? { path, version, query: new Set(), fields: { allOf: [] } };
      for (const name of searchParams.keys()) read.query.add(name);
      read.fields.allOf.push(fields.getStore());
      reads.set(path, read);
      return Response.json(bodyFor(pathname));
    },
  });

  const snapshot = fieldsOf(tenantSnapshotSchema);
  const recorder = {
    getTenantSnapshot: (...args) => fields.run(snapshot, () => client.getTenantSnapshot(...args)),
    listTenantSnapshots: (...args) => fields.run(pageOf(snapshot), () => client.listTenantSnapshots(...args)),
    async get(path, options) {
      const read = fieldsOf(options.schema);
      return watched(await fields.run(read, () => client.get(path, options)), read);
    },
    async getAll(path, options) {
      const read = fieldsOf(options.schema);
      const items = await fields.run(pageOf(read), () => client.getAll(path, options));
      return items.map((value) => watched(value, read));
    },
  };

  const allParameters = { envelope: true, pretty: true };
  await recorder.getTenantSnapshot(groupId, clusterName, snapshotId, allParameters);
  await recorder.listTenantSnapshots(groupId, clusterName, allParameters);
  // After an error, reads would be missing.
  for await (const { error } of checkBackups(recorder)) if (error !== undefined) throw error;
  await client.close();
  return [...reads.values()];
}

function templateOf(path) {
  return path.replace(groupId, '{groupId}').replace(clusterName, '{clusterName}').replace(snapshotId, '{snapshotId}');
}

/** The fields of a schema, as a JSON Schema. Those of a transformed value are in its input, those of a piped one in its output. */
function fieldsOf(schema) {
  // The check reads most without a schema.
  if (schema === undefined) return {};
  return { allOf: ['input', 'output'].map((io) => z.toJSONSchema(schema, { io, unrepresentable: 'any' })) };
}

function pageOf(itemFields) {
  return { allOf: [fieldsOf(listPageSchema), { properties: { results: { items: itemFields } } }] };
}

/** Returns a value that adds to `fields` what is read of it. The check reads some fields without a schema. */
function watched(value, fields) {
  if (!isObject(value) && !Array.isArray(value)) return value;
  return new Proxy(value, {
    get(target, name) {
      const member = target[name];
      // Not what is inherited, such as the methods of a list.
      if (!Object.hasOwn(target, name)) return member;
      if (Array.isArray(target)) {
        fields.items ??= {};
        return watched(member, fields.items);
      }
      fields.properties ??= {};
      // The type that the check expects, which a schema may not have.
      fields.properties[name] ??= { sample: member };
      return watched(member, fields.properties[name]);
    },
  });
}
