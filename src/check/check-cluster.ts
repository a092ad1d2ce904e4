import * as z from 'zod';
import { clusterNameSchema } from '../index.js';
import { findBackups } from './backups.js';
import type { Calls } from './calls.js';
import { type Cluster, isSharded, otherEditionOf, toCluster } from './cluster.js';
import { invalidArguments, reportable, unjudgeable } from './errors.js';
import type { BackupFinding, ClusterName } from './finding.js';
import { judge, needsSchedule, toUnknown } from './judge.js';
import { type BackupCheckOptions, type MaxAge, maxAgeSchema } from './options.js';
import { ClusterReads, type ClusterType } from './reads.js';
import { dailySchedule, hour } from './schedule.js';

// An invalid name could change the path. An invalid limit comes from a function of the caller.
const argumentsSchema = z.object({ clusterName: clusterNameSchema, maxAge: maxAgeSchema.optional() });

/**
 * Checks one cluster.
 *
 * @param listed - the cluster as Atlas sent it.
 */
export async function checkCluster(
  name: ClusterName,
  listed: unknown,
  options: BackupCheckOptions,
  calls: Calls,
): Promise<BackupFinding> {
  const cluster = toCluster(name.clusterType, listed);
  const { pitEnabled } = cluster;
  const known = { ...name, ...(typeof pitEnabled === 'boolean' && { pitEnabled }) };
  const maxAge = typeof options.maxAge === 'function' ? options.maxAge(name) : options.maxAge;
  const invalid = invalidArguments(argumentsSchema, { clusterName: name.clusterName, maxAge });
  if (invalid !== undefined) return { ...known, state: 'unknown', error: invalid };
  const reads = new ClusterReads(name, listed, calls);
  const judgement = await judgeCluster(name.clusterType, cluster, maxAge, reads).catch((error) => ({
    state: 'unknown' as const,
    error: reportable(error),
  }));
  return { ...known, ...judgement, ...(options.evidence === true && { evidence: await reads.evidence() }) };
}

async function judgeCluster(type: ClusterType, cluster: Cluster, maxAge: MaxAge | undefined, reads: ClusterReads) {
  if (cluster['backupEnabled'] === false && otherEditionOf(cluster) === undefined) {
    return { state: 'none' as const, reason: 'backup off' as const };
  }
  const { data, sentAt, areOfSingleShards } = await reads.snapshots(isSharded(cluster));
  const backups = findBackups(type, data, sentAt);
  if (areOfSingleShards) {
    const error = unjudgeable('The cluster is sharded, but only snapshots of single shards are listed.');
    return toUnknown(backups, error, 'single shards');
  }
  if (backups.restorable !== undefined && backups.restorable.newest.time.getTime() - sentAt > hour) {
    const error = unjudgeable('The newest backup is more than an hour ahead of the time at which Atlas sent it.');
    return toUnknown(backups, error, 'future backup');
  }
  const facts = { cluster, backups, maxAge };
  if (type === 'flex' || !needsSchedule(facts)) return judge(facts, dailySchedule);
  return judge(facts, await reads.schedule().catch((error) => ({ error: reportable(error) })));
}
