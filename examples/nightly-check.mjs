/**
 * A nightly check that each of many clusters has a fresh backup. It keeps to Atlas's rate limit, shows its progress on
 * stderr, prints what is wrong on stdout, and ends with exit code 1 where anything is.
 *
 *   npm install atlas-tenant-snapshots
 *   echo '[{ "groupId": "32b6e34b3d91647abb20e7b8", "clusterName": "Cluster0" }]' > clusters.json
 *   MONGODB_ATLAS_CLIENT_ID=… MONGODB_ATLAS_CLIENT_SECRET=… node nightly-check.mjs clusters.json
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';

/**
 * @typedef {{ groupId: string, clusterName: string }} Cluster
 * @typedef {Cluster & { state: 'fresh' | 'stale' | 'none' | 'unknown', finishTime?: Date, error?: Error }} Finding
 */

const hour = 3_600_000;

/**
 * @param {TenantSnapshotsClient} client
 * @param {Cluster[]} clusters
 * @param {object} [options]
 * @param {number} [options.maxAge] ms since the newest complete snapshot was written.
 * @param {number} [options.concurrency] calls at once.
 * @param {number} [options.reserve] the part of the rate limit that is left to others.
 * @param {() => Promise<unknown>} [options.pause] waits while that part is touched.
 * @param {(finding: Finding, done: number) => void} [options.onProgress]
 * @returns {Promise<Finding[]>}
 */
export async function checkBackups(client, clusters, options = {}) {
  const { maxAge = 26 * hour, concurrency = 8, reserve = 0.25, pause = () => sleep(5_000), onProgress } = options;
  /** @type {Finding[]} */
  const findings = [];
  // The workers share one iterator: each takes the next cluster that nobody has.
  const queue = clusters.values();
  async function work() {
    for (const cluster of queue) {
      const { finding, rateLimit } = await check(client, cluster, maxAge);
      findings.push(finding);
      onProgress?.(finding, findings.length);
      // Not every answer tells the limit. Where none does, the client's own retries of a 429 have to do.
      const { limit, remaining } = rateLimit ?? {};
      if (limit !== undefined && remaining !== undefined && remaining < limit * reserve) await pause();
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return findings;
}

/**
 * @param {TenantSnapshotsClient} client
 * @param {Cluster} cluster
 * @param {number} maxAge
 * @returns {Promise<{ finding: Finding, rateLimit?: import('atlas-tenant-snapshots').AtlasResponse['rateLimit'] }>}
 */
async function check(client, cluster, maxAge) {
  try {
    const call = client.listTenantSnapshots(cluster.groupId, cluster.clusterName);
    const { data: snapshots, response } = await call.withResponse();
    const times = snapshots.flatMap(({ status, finishTime }) =>
      status === 'COMPLETED' && finishTime !== undefined ? [finishTime.getTime()] : [],
    );
    return { finding: { ...cluster, ...judge(times, maxAge) }, rateLimit: response.rateLimit };
  } catch (error) {
    // One cluster that cannot be read does not hide the others; what is no error of Atlas's is a bug.
    if (!isAtlasError(error)) throw error;
    return { finding: { ...cluster, state: 'unknown', error } };
  }
}

/**
 * @param {number[]} times when complete snapshots were written, in ms since 1970.
 * @param {number} maxAge
 * @returns {{ state: 'fresh' | 'stale' | 'none', finishTime?: Date }}
 */
function judge(times, maxAge) {
  if (times.length === 0) return { state: 'none' };
  const newest = Math.max(...times);
  return { state: Date.now() - newest > maxAge ? 'stale' : 'fresh', finishTime: new Date(newest) };
}

if (process.argv[1] === import.meta.filename) {
  const client = new TenantSnapshotsClient({ maxRetries: 6, timeout: 5 * 60_000 });
  try {
    /** @type {Cluster[]} */
    const clusters = JSON.parse(await readFile(process.argv[2] ?? 'clusters.json', 'utf8'));
    const findings = await checkBackups(client, clusters, {
      onProgress: ({ clusterName, state }, done) => console.error(`${done}/${clusters.length} ${clusterName} ${state}`),
    });
    for (const { groupId, clusterName, state, finishTime, error } of findings) {
      if (state === 'fresh') continue;
      console.log(`${groupId} ${clusterName}: ${state}`, finishTime?.toISOString() ?? error?.message ?? '');
      process.exitCode = 1;
    }
  } finally {
    await client.close();
  }
}
