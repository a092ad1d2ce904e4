import { fieldsOf, type JsonObject } from '../client/atlas/json.js';
import { addBackup, type Cluster, keepHighest } from './history.js';
import { codeOf, joined, listOf, shown, snapshotsOf, timeOf } from './json.js';
import type { Evidence, Finding } from './lenient.js';
import { dayOf, note, printDay, printTime } from './time.js';

/** Adds what Atlas answered. @param day - of the report. */
export function addEvidence(cluster: Cluster, finding: Finding, day: number): void {
  const { evidence = {} } = finding;
  for (const snapshot of snapshotsOf(evidence)) addSnapshot(cluster, snapshot);
  addSettings(cluster, settingsOf(finding, evidence), day);
  const createdAt = timeOf(fieldsOf(evidence.cluster)['createDate']);
  // A later cluster may have the same name.
  if (createdAt !== undefined) cluster.createdAt = Math.min(createdAt, cluster.createdAt ?? createdAt);
  addRestores(cluster, evidence, day);
  for (const error of listOf(evidence.errors)) {
    const part = shown(error['path'])?.split('/').at(-1) ?? 'a part';
    note(cluster.notRead, `${part} (${codeOf(error)})`, day);
  }
}

function addSnapshot(cluster: Cluster, snapshot: JsonObject): void {
  const { status, finishTime, createdAt, startTime, scheduledTime } = snapshot;
  const time = timeOf(finishTime ?? createdAt ?? startTime ?? scheduledTime);
  if (time === undefined) return;
  if (/^failed$/i.test(String(status))) cluster.failures.add(dayOf(time));
  if (!/^completed$/i.test(String(status)) || (finishTime ?? createdAt) === undefined) return;
  addBackup(cluster, time);
  const members = listOf(snapshot['members']);
  const lists = (members.length > 0 ? members : [snapshot]).map(({ copyRegions }) => copyRegions).filter(Array.isArray);
  // Those that have a copy of every shard.
  const regions = lists[0]?.filter((region) => lists.every((list) => list.includes(region)));
  const print = () => {
    const key = shown(snapshot['masterKeyUUID']);
    const texts = [printTime(time), key && `with the key ${key}`, regions && `copies: ${joined(regions)}`];
    return texts.filter(Boolean).join(', ');
  };
  keepHighest(cluster, 'Newest backup', time, print);
  if (regions?.length) keepHighest(cluster, 'Newest backup with copies', time, print);
}

function addRestores(cluster: Cluster, { restores, cluster: described }: Evidence, day: number): void {
  if (restores === undefined && described !== undefined) note(cluster.notRead, 'restore jobs', day);
  if (restores === undefined) return;
  cluster.areRestoresRead = true;
  keepHighest(cluster, 'Last restore', Number.NEGATIVE_INFINITY, () => 'none in the restore jobs that were read');
  for (const restore of listOf(restores)) addRestore(cluster, restore, day);
}

function addRestore(cluster: Cluster, restore: JsonObject, day: number): void {
  const { id, status, finishedAt, failed, cancelled, restoreFinishedDate } = restore;
  // Not the timestamp of a dedicated cluster: that is the time of the snapshot.
  const time = timeOf(restoreFinishedDate ?? finishedAt);
  const isCompleted = time !== undefined && (status === undefined ? !failed && !cancelled : status === 'COMPLETED');
  // A download is no restore.
  const isDownload = /download/i.test(String(restore['deliveryType']));
  const named = restore['targetDeploymentItemName'] ?? restore['targetClusterName'];
  const takenAt = timeOf(restore['timestamp'] ?? restore['snapshotFinishedDate']);
  const snapshot = takenAt === undefined ? shown(restore['snapshotId']) : `of ${printTime(takenAt)}`;
  const text = `${snapshot ? `the snapshot ${snapshot}, ` : ''}to ${shown(named) ?? 'a target without a name'}`;
  // A later report of the same job counts: a restore that was running may have completed.
  const key = shown(id ?? time) ?? '';
  const firstDay = cluster.restores.get(key)?.day ?? day;
  cluster.restores.set(key, { isDownload, isCompleted, text, day: isCompleted ? dayOf(time) : firstDay });
  if (!isCompleted || isDownload) return;
  keepHighest(cluster, 'Last restore', time, () => `${printTime(time)}, ${text}`);
}

/** What may differ between two reports. Undefined if a report does not say it. */
function settingsOf(finding: Finding, evidence: Evidence) {
  const { clusterType, reason, pitEnabled } = finding;
  const cluster = fieldsOf(evidence.cluster);
  const schedule = evidence.schedule ?? (reason === 'no schedule' ? {} : undefined);
  const { policies, copySettings, restoreWindowDays } = fieldsOf(schedule);
  const items = listOf(policies).flatMap(({ policyItems }) => listOf(policyItems).map(printPolicyItem));
  const flexSchedule = clusterType === 'flex' ? 'one a day, the last 8 are kept (no setting)' : undefined;
  const key = shown(cluster['encryptionAtRestProvider']);
  return {
    Backup: onOrOff(cluster['backupEnabled'] ?? fieldsOf(cluster['backupSettings'])['enabled']),
    'Schedule and retention': flexSchedule ?? (schedule === undefined ? undefined : joined(items)),
    'Copies by schedule': Array.isArray(copySettings) && joined(listOf(copySettings).map((copy) => copy['regionName'])),
    'Point in time': onOrOff(pitEnabled),
    'Window of point in time':
      pitEnabled === true && restoreWindowDays !== undefined && `${shown(restoreWindowDays)} days`,
    Encryption: key === 'NONE' ? 'with the key of Atlas' : key && `with a key of yours (${key})`,
    'Termination protection': onOrOff(cluster['terminationProtectionEnabled']),
  };
}

function printPolicyItem({ frequencyType, frequencyInterval, retentionValue, retentionUnit }: JsonObject): string {
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
