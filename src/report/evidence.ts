import { type Cluster, keepHighest, limitTitle } from './history.js';
import { codeOf, type Fields, type Finding, fieldsOf, listed, listOf, shown, timeOf } from './json.js';
import { dayOf, note, printDay, printDuration, printTime } from './time.js';

/**
 * Adds what Atlas answered.
 *
 * @param snapshots - of the whole cluster.
 * @param day - of the report.
 */
export function addEvidence(
  cluster: Cluster,
  finding: Finding,
  evidence: Fields,
  snapshots: readonly Fields[],
  day: number,
): void {
  for (const snapshot of snapshots) addCopies(cluster, snapshot);
  addSettings(cluster, settingsOf(finding, evidence, cluster.checks.at(-1)?.limit), day);
  const createdAt = timeOf(fieldsOf(evidence['cluster'])['createDate']);
  // A later cluster may have the same name.
  if (createdAt !== undefined) cluster.createdAt = Math.min(createdAt, cluster.createdAt ?? createdAt);
  if (Array.isArray(evidence['restores'])) addRestores(cluster, listOf(evidence['restores']), day);
  else if (evidence['cluster'] !== undefined) note(cluster.notRead, 'restore jobs', day);
  for (const error of listOf(evidence['errors'])) {
    const part = shown(error['path'])?.split('/').at(-1) ?? 'a part';
    note(cluster.notRead, `${part} (${codeOf(error)})`, day);
  }
}

function addCopies(cluster: Cluster, snapshot: Fields): void {
  const time = timeOf(snapshot['finishTime'] ?? snapshot['createdAt']);
  if (time === undefined || String(snapshot['status']).toLowerCase() !== 'completed') return;
  const members = listOf(snapshot['members']);
  const lists = (members.length > 0 ? members : [snapshot]).map(({ copyRegions }) => copyRegions).filter(Array.isArray);
  // Those that have a copy of every shard.
  const regions = lists[0]?.filter((region) => lists.every((list) => list.includes(region)));
  const print = () => {
    const key = shown(snapshot['masterKeyUUID']);
    return [printTime(time), key && `with the key ${key}`, regions && `copies: ${listed(regions)}`]
      .filter(Boolean)
      .join(', ');
  };
  keepHighest(cluster, 'Newest backup', time, print);
  if (regions?.length) keepHighest(cluster, 'Newest backup with copies', time, print);
}

function addRestores(cluster: Cluster, restores: readonly Fields[], day: number): void {
  keepHighest(cluster, 'Last restore', Number.NEGATIVE_INFINITY, () => 'none in the restore jobs that were read');
  for (const restore of restores) addRestore(cluster, restore, day);
}

/** @param day - of the report. */
function addRestore(cluster: Cluster, restore: Fields, day: number): void {
  const { id, status, deliveryType, finishedAt, failed, cancelled, restoreFinishedDate, restoreScheduledDate } =
    restore;
  // Not the timestamp of a dedicated cluster: that is the time of the snapshot.
  const time = timeOf(restoreFinishedDate ?? finishedAt);
  const isCompleted = time !== undefined && (status === undefined ? !failed && !cancelled : status === 'COMPLETED');
  // A download is no restore.
  const isDownload = /download/i.test(String(deliveryType));
  const target =
    shown(restore['targetDeploymentItemName'] ?? restore['targetClusterName']) ?? 'a target without a name';
  // A later report of the same job counts: a restore that was running may have completed.
  const key = shown(id ?? time) ?? '';
  const firstDay = cluster.restores.get(key)?.day ?? day;
  cluster.restores.set(key, { isDownload, isCompleted, target, day: isCompleted ? dayOf(time) : firstDay });
  if (!isCompleted || isDownload) return;
  const scheduledAt = timeOf(restoreScheduledDate);
  const scheduled = scheduledAt === undefined ? '' : `, scheduled ${printTime(scheduledAt)}`;
  keepHighest(cluster, 'Last restore', time, () => `${printTime(time)}, to ${target}${scheduled}`);
}

/** What may differ between two reports. Undefined if a report does not say it. */
function settingsOf(
  { clusterType, reason, minHistory, pitEnabled }: Finding,
  evidence: Fields,
  limit: number | undefined,
) {
  const cluster = fieldsOf(evidence['cluster']);
  const schedule = evidence['schedule'] ?? (reason === 'no schedule' ? {} : undefined);
  const { policies, copySettings, restoreWindowDays } = fieldsOf(schedule);
  const items = listOf(policies).flatMap(({ policyItems }) => listOf(policyItems).map(printPolicyItem));
  const flexSchedule = clusterType === 'flex' ? 'one a day, the last 8 are kept (no setting)' : undefined;
  const key = shown(cluster['encryptionAtRestProvider']);
  const tags = listOf(cluster['tags']).map(({ key, value }) => `${shown(key) ?? '?'}=${shown(value) ?? '?'}`);
  return {
    Created: shown(cluster['createDate']),
    [limitTitle]: limit === undefined ? undefined : printDuration(limit),
    'Least history': minHistory === undefined ? undefined : printDuration(minHistory),
    Backup: onOrOff(cluster['backupEnabled'] ?? fieldsOf(cluster['backupSettings'])['enabled']),
    Paused: onOrOff(cluster['paused']),
    'Schedule and retention': flexSchedule ?? (schedule === undefined ? undefined : listed(items)),
    'Copies by schedule': Array.isArray(copySettings) && listed(listOf(copySettings).map((copy) => copy['regionName'])),
    'Point in time': onOrOff(pitEnabled),
    'Window of point in time':
      pitEnabled === false ? 'none' : restoreWindowDays !== undefined && `${shown(restoreWindowDays)} days`,
    Encryption: key === 'NONE' ? 'with the key of Atlas' : key && `with a key of yours (${key})`,
    'Termination protection': onOrOff(cluster['terminationProtectionEnabled']),
    Tags: Array.isArray(cluster['tags']) && listed(tags),
  };
}

function printPolicyItem({ frequencyType, frequencyInterval, retentionValue, retentionUnit }: Fields): string {
  const texts = [frequencyType, frequencyInterval, retentionValue, retentionUnit].map((value) => shown(value) ?? '?');
  const [type, interval, value, unit] = texts;
  return `${type}${type === 'hourly' ? ` (${interval} h)` : ''} for ${value} ${unit}`;
}

const onOrOff = (value: unknown): string | undefined =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : undefined;

/** @param day - of the report. */
function addSettings(cluster: Cluster, settings: ReturnType<typeof settingsOf>, day: number): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!value) continue;
    const before = cluster.settings.get(name);
    if (before !== undefined && before.value !== value) {
      cluster.changes.push(`${printDay(before.day)} to ${printDay(day)}: ${name}: ${before.value} → ${value}`);
    }
    cluster.settings.set(name, { value, day });
  }
}
