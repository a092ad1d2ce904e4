/**
 * A nightly check that every Flex cluster of your projects has a fresh backup. It pauses before it uses up the rate limit.
 *
 *   npm install zod atlas-tenant-snapshots
 *   MONGODB_ATLAS_CLIENT_ID=… MONGODB_ATLAS_CLIENT_SECRET=… node nightly-check.mjs 32b6e34b3d91647abb20e7b8
 *
 * The arguments are project ids. Problems and a summary go to stdout, progress goes to stderr. Exit codes:
 *   0  every cluster has a fresh backup
 *   1  a cluster has none, a project has no cluster, or Atlas did not say
 *   2  the check could not run
 */
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { z } from 'zod';

/**
 * @typedef {object} Finding
 * @property {string} groupId
 * @property {string} [clusterName] absent if the finding is about the whole project.
 * @property {'fresh' | 'stale' | 'no backup' | 'no clusters' | 'unknown'} state
 * @property {Date} [finishTime] of the newest backup.
 * @property {Error} [error] why the state is unknown.
 *
 * @typedef {object} CheckOptions
 * @property {number} [maxAge] ms since the newest backup finished. Default: 26 hours.
 * @property {number} [concurrency] calls at a time. Default: 8.
 * @property {number} [reserve] the part of the rate limit to leave to others. Default: 0.25.
 * @property {() => Promise<unknown>} [pause] waits when only the reserve is left. Default: 5 s.
 * @property {(finding: Finding) => void} [onFinding]
 */

const hour = 3_600_000;
const pageSize = 500;
const pageSchema = z.object({ results: z.array(z.object({ name: z.string() })) });

/**
 * @param {TenantSnapshotsClient} client
 * @param {string[]} groupIds project ids.
 * @param {CheckOptions} [options]
 * @returns {Promise<Finding[]>}
 */
export async function checkProjects(client, groupIds, options = {}) {
  const findings = [];
  // One project after the other, because each has a rate limit of its own.
  for (const groupId of groupIds) findings.push(...(await checkProject(client, groupId, options)));
  return findings;
}

/**
 * @param {TenantSnapshotsClient} client
 * @param {string} groupId
 * @param {CheckOptions} options
 */
async function checkProject(client, groupId, options) {
  const { concurrency = 8, onFinding } = options;
  /** @type {Finding[]} */
  const findings = [];
  /** @param {Finding} finding */
  const report = (finding) => {
    findings.push(finding);
    onFinding?.(finding);
  };
  try {
    const names = await listClusterNames(client, groupId, options);
    if (names.length === 0) report({ groupId, state: 'no clusters' });
    // The workers share one iterator, so each takes the next name.
    const queue = names.values();
    const work = async () => {
      for (const clusterName of queue) report(await checkCluster(client, groupId, clusterName, options));
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  } catch (error) {
    report({ groupId, state: 'unknown', error: asAtlasError(error) });
  }
  return findings;
}

/**
 * @param {TenantSnapshotsClient} client
 * @param {string} groupId
 * @param {CheckOptions} options
 */
async function listClusterNames(client, groupId, options) {
  const names = [];
  for (let pageNum = 1; ; pageNum += 1) {
    const query = { itemsPerPage: pageSize, pageNum };
    const call = client.get(`/api/atlas/v2/groups/${groupId}/flexClusters`, { schema: pageSchema, query });
    const { results } = await paced(call, options);
    names.push(...results.map(({ name }) => name));
    if (results.length < pageSize) return names;
  }
}

/**
 * @param {TenantSnapshotsClient} client
 * @param {string} groupId
 * @param {string} clusterName
 * @param {CheckOptions} options
 * @returns {Promise<Finding>}
 */
async function checkCluster(client, groupId, clusterName, options) {
  const { maxAge = 26 * hour } = options;
  try {
    // Only Flex responses report the rate limit.
    const snapshots = await paced(client.listTenantSnapshots(groupId, clusterName, { endpoint: 'flex' }), options);
    const times = snapshots.flatMap(({ status, finishTime }) =>
      status === 'COMPLETED' && finishTime !== undefined ? [finishTime.getTime()] : [],
    );
    if (times.length === 0) return { groupId, clusterName, state: 'no backup' };
    const newest = Math.max(...times);
    const state = Date.now() - newest > maxAge ? 'stale' : 'fresh';
    return { groupId, clusterName, state, finishTime: new Date(newest) };
  } catch (error) {
    return { groupId, clusterName, state: 'unknown', error: asAtlasError(error) };
  }
}

/**
 * Waits for a call, then pauses if only the reserve of the rate limit is left.
 *
 * @template T
 * @param {import('atlas-tenant-snapshots').AtlasPromise<T>} call
 * @param {CheckOptions} options
 * @returns {Promise<T>}
 */
async function paced(call, { reserve = 0.25, pause = () => sleep(5_000) }) {
  const { data, response } = await call.withResponse();
  const { limit, remaining } = response.rateLimit ?? {};
  if (limit !== undefined && remaining !== undefined && remaining < limit * reserve) await pause();
  return data;
}

/**
 * Returns an error of Atlas, so that one cluster does not hide the others. Throws any other error, because it is a bug.
 *
 * @param {unknown} error
 */
function asAtlasError(error) {
  if (isAtlasError(error)) return error;
  throw error;
}

/** @param {Finding} finding */
function describe({ groupId, clusterName, state, finishTime, error }) {
  const what = [groupId, clusterName].filter(Boolean).join(' ');
  const detail = error?.message ?? (finishTime && `newest backup ${finishTime.toISOString()}`);
  return `${what}: ${[state, detail].filter(Boolean).join(', ')}`;
}

/**
 * @param {string[]} groupIds
 * @returns {Promise<0 | 1>} the exit code.
 */
async function main(groupIds) {
  if (groupIds.length === 0) throw new Error('Pass the ids of the projects to check.');
  const client = new TenantSnapshotsClient({ maxRetries: 6, timeout: 5 * 60_000 });
  try {
    const findings = await checkProjects(client, groupIds, {
      onFinding: (finding) => console.error(describe(finding)),
    });
    const problems = findings.filter(({ state }) => state !== 'fresh');
    for (const problem of problems) console.log(describe(problem));
    const clusters = findings.filter(({ clusterName }) => clusterName !== undefined);
    console.log(`Clusters checked: ${clusters.length}. Problems: ${problems.length}.`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error);
    process.exitCode = 2;
  }
}
