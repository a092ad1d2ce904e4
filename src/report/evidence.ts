import { fieldsOf, isOfAllShards, isSharded, itemsOf, type JsonObject, scheduleItems } from '../client/atlas/json.js';
import type { Cluster, Finding } from './jobs.js';
import { dayOf, formatDuration, formatTime, getOrAdd, type Notes, note } from './time.js';

// What Atlas answered, in which any field may be missing or odd.

type Evidence = NonNullable<Finding['evidence']>;

/** Adds what Atlas answered. @param time - of the report, in ms since 1970. */
export function addEvidence(cluster: Cluster, finding: Finding, time: number, evidence: Evidence = {}): void {
  const day = dayOf(time);
  for (const [title, value] of Object.entries(settingsOf(finding, evidence))) {
    const values: Notes = getOrAdd(cluster.settings, title, () => new Map());
    if (value) note(values, value, day);
  }
  for (const snapshot of snapshotsOf(evidence)) addSnapshot(cluster, snapshot);
  if (evidence.restores !== undefined) cluster.areRestoresRead = true;
  for (const restore of listOf(evidence.restores)) addRestore(cluster, restore, time);
  for (const error of listOf(evidence.errors)) {
    const part = textOf(error['path'])?.split('/').at(-1) ?? 'a part';
    note(cluster.notRead, `${part} (${codeOf(error)})`, day);
  }
}

/** What names an error in a few characters. */
export function codeOf(error: unknown): string {
  const { errorCode, status, code } = fieldsOf(error);
  return textOf(errorCode ?? status ?? code) ?? 'an error without a code';
}

const listOf = (value: unknown): JsonObject[] => itemsOf(value).map(fieldsOf);

/** A value as a text for people. Undefined if it is none. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const zone = /(Z|[+-]\d\d:\d\d)$/;

/** A time of Atlas in ms since 1970. One without a zone is none: it would be read in the zone of this machine. */
function timeOf(value: unknown): number | undefined {
  const time = zone.test(String(value)) ? Date.parse(String(value)) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The snapshots of the whole cluster, and not those of single shards. */
function snapshotsOf({ cluster, snapshots }: Evidence): JsonObject[] {
  const hasShards = isSharded(fieldsOf(cluster));
  return listOf(snapshots).filter((snapshot) => !hasShards || isOfAllShards(snapshot));
}

function addSnapshot({ backups, failures }: Cluster, snapshot: JsonObject): void {
  const { status, finishTime, createdAt, startTime, scheduledTime } = snapshot;
  const taken = timeOf(finishTime ?? createdAt);
  const tried = taken ?? timeOf(startTime ?? scheduledTime);
  const outcome = String(status).toLowerCase();
  if (outcome === 'completed' && taken !== undefined) backups.add(dayOf(taken));
  if (outcome === 'failed' && tried !== undefined) failures.add(dayOf(tried));
}

function addRestore({ restores }: Cluster, restore: JsonObject, readAt: number): void {
  const { id, status, finishedAt, failed, cancelled, restoreFinishedDate, deliveryType } = restore;
  // Not the timestamp of a dedicated cluster: that is the time of the snapshot.
  const time = timeOf(restoreFinishedDate ?? finishedAt);
  const isCompleted = status === undefined ? !failed && !cancelled : status === 'COMPLETED';
  const completed = isCompleted ? time : undefined;
  const isDownload = /download/i.test(String(deliveryType));
  const text = sayRestore(restore, completed, isDownload);
  const key = textOf(id) ?? text;
  // A restore that was running may have completed in a later report.
  if (readAt < (restores.get(key)?.readAt ?? 0)) return;
  restores.set(key, { readAt, day: completed === undefined || isDownload ? undefined : dayOf(completed), text });
}

/** Such as `2026-11-03 09:00 UTC, snapshot of 2026-11-01 06:00 UTC (2 d 3 h old then), to restore-test`. */
function sayRestore(restore: JsonObject, completed: number | undefined, isDownload: boolean): string {
  const takenAt = timeOf(restore['timestamp'] ?? restore['snapshotFinishedDate']);
  const target = textOf(restore['targetDeploymentItemName'] ?? restore['targetClusterName']);
  const age = completed === undefined ? '' : ` (${formatDuration(completed - (takenAt ?? completed))} old then)`;
  const snapshot = takenAt === undefined ? textOf(restore['snapshotId']) : `of ${formatTime(takenAt)}${age}`;
  const parts = [
    completed === undefined ? 'not completed' : formatTime(completed),
    snapshot && `snapshot ${snapshot}`,
    isDownload ? 'a download, which is no restore' : `to ${target ?? 'a target without a name'}`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** How a cluster is configured. Undefined if the report does not say it. */
function settingsOf({ reason, pitEnabled, clusterId }: Finding, evidence: Evidence) {
  const cluster = fieldsOf(evidence.cluster);
  const schedule = evidence.schedule ?? (reason === 'no schedule' ? {} : undefined);
  const { copySettings, restoreWindowDays } = fieldsOf(schedule);
  const items = scheduleItems(schedule).map(printPolicyItem);
  const key = textOf(cluster['encryptionAtRestProvider']);
  const regions = listOf(copySettings).map(({ regionName }) => textOf(regionName));
  const window = pitEnabled === true && textOf(restoreWindowDays);
  return {
    'Schedule and retention': schedule && (items.join(', ') || 'none'),
    'Copies by schedule': Array.isArray(copySettings) && (regions.join(', ') || 'none'),
    'Point in time': onOrOff(pitEnabled),
    'Window of point in time': window && `${window} days`,
    Encryption: key === 'NONE' ? 'with the key of Atlas' : key && `with a key of yours (${key})`,
    'Termination protection': onOrOff(cluster['terminationProtectionEnabled']),
    'Cluster ID': clusterId,
  };
}

function printPolicyItem(item: JsonObject): string {
  const fields = ['frequencyType', 'frequencyInterval', 'retentionValue', 'retentionUnit'];
  const [type, interval, value, unit] = fields.map((field) => textOf(item[field]) ?? '?');
  return `${type}${type === 'hourly' ? ` (every ${interval} h)` : ''} for ${value} ${unit}`;
}

const onOrOff = (value: unknown): string | undefined =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : undefined;
