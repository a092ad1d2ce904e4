/**
 * A Prometheus endpoint that says how old the newest backup of each cluster is. It checks all Flex and dedicated clusters
 * every 10 minutes.
 *
 *   npm install prom-client # in a project that has installed atlas-tenant-snapshots
 *   node node_modules/atlas-tenant-snapshots/examples/backup-metrics.mjs # the login is in the environment (README.md)
 *   curl localhost:9464/metrics
 *
 * It takes no options: to leave out clusters or to change limits, copy it, and pass options to createMetrics(). It listens on
 * port 9464 of all interfaces, as a container needs it. HOST and PORT change that. backup-alerts.yml has alert rules.
 */
import { realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAtlasApiError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { checkBackups } from 'atlas-tenant-snapshots/check';
import { Gauge, Registry } from 'prom-client';

/**
 * @typedef {object} Cluster what is known about a cluster, or about clusters of a project that could not be listed.
 * @property {{ project_id: string, project: string, cluster: string, type: string }} labels `cluster` is empty for a list.
 * @property {import('atlas-tenant-snapshots/check').BackupState} state
 * @property {string} reason why the state is unknown, or why Atlas takes no backup; empty if neither applies.
 * @property {number | undefined} time of the newest backup, in ms since 1970; undefined if not known.
 * @property {number | undefined} maxAge how old the newest backup may be, in ms; undefined if not known.
 */

/** @type {import('atlas-tenant-snapshots/check').BackupState[]} */
const states = ['fresh', 'stale', 'short', 'none', 'paused', 'new', 'unknown'];

/**
 * @param {Parameters<typeof checkBackups>[0]} client
 * @param {import('atlas-tenant-snapshots/check').BackupCheckOptions} [options]
 */
export function createMetrics(client, options) {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['project_id', 'project', 'cluster', 'type'];
  /** @type {Map<string, Cluster>} */
  let clusters = new Map();

  new Gauge({
    name: 'atlas_backup_age_seconds',
    help: 'Age of the newest backup of a cluster, as far as it is known',
    labelNames,
    registers,
    // Computed for each scrape, so that an age goes on growing while checks fail.
    collect() {
      this.reset();
      for (const { labels, time } of clusters.values()) {
        if (time !== undefined) this.set(labels, Math.max(Date.now() - time, 0) / 1000);
      }
    },
  });
  new Gauge({
    name: 'atlas_backup_limit_seconds',
    help: 'How old the newest backup of a cluster may be: longer if its schedule takes a snapshot a week',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { labels, maxAge } of clusters.values()) if (maxAge !== undefined) this.set(labels, maxAge / 1000);
    },
  });
  new Gauge({
    name: 'atlas_backup_state',
    help: '1 for the state of a cluster at the last check, 0 for the others. Without a cluster name: of a list of clusters',
    labelNames: [...labelNames, 'state', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { labels, state: current, reason } of clusters.values()) {
        for (const state of states) {
          const isCurrent = state === current;
          this.set({ ...labels, state, reason: isCurrent ? reason : '' }, isCurrent ? 1 : 0);
        }
      }
    },
  });
  const endedAt = new Gauge({
    name: 'atlas_backup_check_end_timestamp_seconds',
    help: 'When the last check ended that could list the projects',
    registers,
  });
  const failedAt = new Gauge({
    name: 'atlas_backup_check_failure_timestamp_seconds',
    help: 'When the last check failed',
    registers,
  });
  // prom-client starts with 0, which would be a check in 1970.
  for (const gauge of [endedAt, failedAt]) gauge.remove();

  return {
    registry,
    /**
     * Checks all clusters, and logs why something is unknown. A check that fails leaves the metrics of the clusters as they
     * are.
     *
     * @param {AbortSignal} [signal]
     */
    async refresh(signal) {
      /** @type {Map<string, Cluster>} */
      const checked = new Map();
      try {
        for await (const finding of checkBackups(client, { ...options, signal })) {
          // As JSON, because what Atlas sends may contain line breaks.
          if (finding.state === 'unknown') console.error(JSON.stringify(finding));
          for (const cluster of clustersIn(finding, clusters)) checked.set(keyOf(cluster), cluster);
        }
      } catch (error) {
        failedAt.setToCurrentTime();
        throw error;
      }
      // Clusters that are gone are not in the new map.
      clusters = checked;
      endedAt.setToCurrentTime();
    },
  };
}

/**
 * The clusters that a finding is about. What is unknown keeps its last backup.
 *
 * @param {import('atlas-tenant-snapshots/check').BackupFinding} finding
 * @param {ReadonlyMap<string, Cluster>} known
 * @returns {Cluster[]}
 */
function clustersIn(finding, known) {
  const { groupId, groupName = groupId, clusterName, clusterType, state, newest, maxAge } = finding;
  const labels = { project_id: groupId, project: groupName, cluster: clusterName ?? '', type: clusterType };
  const before = state === 'unknown' ? known.get(keyOf({ labels })) : undefined;
  const reason = reasonOf(finding);
  const found = {
    labels,
    state,
    reason,
    time: newest?.time.getTime() ?? before?.time,
    maxAge: maxAge ?? before?.maxAge,
  };
  if (clusterName !== undefined) return [found];
  const ofList = [...known.values()].filter(
    ({ labels }) => labels.project_id === groupId && labels.type === clusterType,
  );
  // Also a sample of its own, because no cluster of the list may be known.
  return [...ofList.map((cluster) => ({ ...cluster, state, reason })), found];
}

/**
 * A short text with few different values, because it becomes a label: a note of the check such as `backup off`, a code of Atlas
 * such as `USER_UNAUTHORIZED`, or one of the client such as `TIMEOUT`.
 *
 * @param {import('atlas-tenant-snapshots/check').BackupFinding} finding
 */
function reasonOf({ reason, error }) {
  if (reason !== undefined || error === undefined) return reason ?? '';
  return isAtlasApiError(error) ? (error.errorCode ?? String(error.status)) : error.code;
}

/** @param {Pick<Cluster, 'labels'>} cluster */
function keyOf({ labels }) {
  return `${labels.project_id}/${labels.type}/${labels.cluster}`;
}

/** @param {Registry} registry */
export function createMetricsServer(registry) {
  return createServer(async (request, response) => {
    if (request.url !== '/metrics') response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  });
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const { HOST: host = '0.0.0.0', PORT: port = '9464' } = process.env;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  const client = new TenantSnapshotsClient();
  const { registry, refresh } = createMetrics(client);
  const server = createMetricsServer(registry).listen(Number(port), host);
  server.on('listening', () => console.log('Listening at', server.address()));
  while (!stop.signal.aborted) {
    try {
      await refresh(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) console.error('The check failed:', error);
    }
    await sleep(10 * 60_000, undefined, { signal: stop.signal }).catch(() => {});
  }
  server.close();
  server.closeAllConnections();
  await client.close();
}
