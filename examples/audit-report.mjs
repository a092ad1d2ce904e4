/**
 * Answers an auditor's questions from the reports of `check --evidence --output FILE`, as Markdown. docs/audit.md explains it.
 *
 *   npm install atlas-tenant-snapshots
 *   node audit-report.mjs reports/*.json > audit.md
 *
 * With credentials in the environment, it also asks Atlas for the alerts and the events on backups. Days are those of UTC.
 */
import { readFileSync } from 'node:fs';
import { isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';

/** @typedef {Record<string, unknown>} Fields a JSON object, in which any field may be missing or odd. */
/** @typedef {Set<number>} Days days since 1970. */
/** @typedef {Map<string, Map<string, Days>>} Notes the days of each text, by title. */
/** @typedef {ReturnType<typeof newAudit>} Audit */
/** @typedef {ReturnType<typeof newProject>} Project */
/** @typedef {ReturnType<typeof newCluster>} Cluster */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

// How many days later a report still lists the backups of a day: Flex keeps 8, a new dedicated cluster 7.
const listedFor = 7;

// In the words of docs/audit.md.
const notShown = [
  'The reports prove nothing about the time before the first one, except for the snapshots that it lists.',
  'If a backup is kept for less than 7 days, it may have existed on one of the days without a backup.',
  'The reports do not prove that a backup still exists today, or that it can be restored.',
  'That a restore completed does not say that somebody looked at the data.',
  'How long a restore of a dedicated cluster took: its restore job has only the end.',
  'A project in which the login has no role is in no report.',
  'Who could have deleted backups: Atlas has the roles of users and keys.',
  'Who chose the patterns and the other options of the check: the configuration of its job has that.',
  'Whether somebody acted on what the check found.',
  'Whether somebody changed the reports: that is what their storage is for.',
  'Whether a Backup Compliance Policy is in place: only a Project Owner can read it.',
  'How long Atlas keeps events is not documented.',
];

const eventTypes = `
  CPS_SNAPSHOT_DELETED_AUDIT CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT CPS_SNAPSHOT_RETENTION_MODIFIED_AUDIT CPS_SNAPSHOT_FAILED
  CPS_SNAPSHOT_BEHIND CPS_SNAPSHOT_FALLBACK_FAILED CPS_COPY_SNAPSHOT_FAILED CPS_EXPORT_FAILED CPS_AUTO_EXPORT_FAILED
  CPS_RESTORE_REQUESTED_AUDIT CPS_RESTORE_SUCCESSFUL CPS_RESTORE_FAILED TENANT_RESTORE_REQUESTED_AUDIT
  TENANT_RESTORE_COMPLETED_AUDIT TENANT_RESTORE_FAILED TENANT_SNAPSHOT_DELETED_AUDIT TENANT_SNAPSHOT_FAILED CLUSTER_DELETED
  CPS_DATA_PROTECTION_ENABLED CPS_DATA_PROTECTION_UPDATED CPS_DATA_PROTECTION_DISABLED`
  .trim()
  .split(/\s+/);

function newAudit() {
  return {
    notes: /** @type {Notes} */ (new Map()),
    // Of the reports that list clusters.
    days: /** @type {Days} */ (new Set()),
    projects: /** @type {Map<string, Project>} */ (new Map()),
  };
}

/** @param {unknown} groupId @param {boolean} isAnonymized */
function newProject(groupId, isAnonymized) {
  return {
    groupId: String(groupId),
    name: String(groupId),
    isAnonymized,
    notes: /** @type {Notes} */ (new Map()),
    clusters: /** @type {Map<string, Cluster>} */ (new Map()),
  };
}

/** @param {Fields} names */
function newCluster({ clusterName, clusterType }) {
  return {
    name: String(clusterName),
    type: String(clusterType),
    // In ms since 1970, if it is known. A later cluster may have the same name.
    createdAt: Number.POSITIVE_INFINITY,
    notes: /** @type {Notes} */ (new Map()),
    // Of the reports that name it.
    listed: /** @type {Days} */ (new Set()),
    backups: /** @type {Days} */ (new Set()),
    // Of the reports that list its snapshots.
    read: /** @type {Days} */ (new Set()),
    // Of the reports that say that backup is off. They list no snapshots, also if there are some.
    off: /** @type {Days} */ (new Set()),
    // The restore jobs by ID.
    restores: /** @type {Map<string, { title: string, text: string, day: number }>} */ (new Map()),
    // The last value of each setting, and the day of its report.
    settings: /** @type {Map<string, { value: string, day: number }>} */ (new Map()),
    changes: /** @type {string[]} */ ([]),
    // What ranks highest under each title, such as the latest restore.
    highest: /** @type {Map<string, { rank: number, text: string }>} */ (new Map()),
  };
}

// What the reports say

/** @param {string} file */
function readReport(file) {
  const report = fieldsOf(JSON.parse(readFileSync(file, 'utf8')));
  const time = timeOf(report.checkedAt);
  if (time === undefined || !Array.isArray(report.findings)) throw new Error('It is no report of a check.');
  if ((report.formatVersion ?? 1) !== 1) throw new Error(`Its formatVersion is ${report.formatVersion}, not 1.`);
  return { report, time };
}

/**
 * Reads each report twice, to sort them by time, so that only one at a time is in memory.
 *
 * @param {readonly string[]} files
 */
function readReports(files) {
  const audit = newAudit();
  const usable = files.flatMap((file) => {
    try {
      return { file, time: readReport(file).time };
    } catch (error) {
      note(audit.notes, 'Not usable', `${file}: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  });
  for (const { file } of usable.sort((a, b) => a.time - b.time)) addReport(audit, file);
  return audit;
}

/** @param {Audit} audit @param {string} file */
function addReport(audit, file) {
  const { report, time } = readReport(file);
  const { version, server, login, loginId, options, error } = report;
  const day = dayOf(time);
  const run = [version && `version ${version}`, server, login, loginId, `options ${JSON.stringify(options ?? {})}`];
  note(audit.notes, 'Checks', run.filter((part) => part !== undefined).join(', '), day);
  if (error !== undefined) return note(audit.notes, 'The projects could not be listed', codeOf(error), day);
  audit.days.add(day);
  note(audit.notes, 'Projects listed', String(fieldsOf(report.summary).projects), day);
  // An anonymized report has only the names of its options. Its other names mean nothing in another report.
  const source = Array.isArray(options) ? ` in ${file}` : '';
  for (const listed of listOf(report.notChecked)) {
    const { notes } = clusterOf(projectOf(audit, listed, source), listed, day);
    const pattern = listed.pattern === undefined ? '' : ` by ${listed.pattern}`;
    note(notes, 'Not checked', `${listed.reason}${pattern}`, day);
  }
  for (const finding of listOf(report.findings)) {
    const project = projectOf(audit, finding, source);
    if (finding.clusterName !== undefined) addFinding(clusterOf(project, finding, day), finding, time);
    else note(project.notes, 'Clusters could not be listed', `${finding.clusterType}, ${codeOf(finding.error)}`, day);
  }
}

/** @param {Audit} audit @param {Fields} names @param {string} source */
function projectOf(audit, { groupId, groupName }, source) {
  const project = getOrAdd(audit.projects, `${groupId}${source}`, () => newProject(groupId, source !== ''));
  project.name = `${groupName ?? groupId}${source}`;
  return project;
}

/** @param {Project} project @param {Fields} names @param {number} day */
function clusterOf(project, names, day) {
  const cluster = getOrAdd(project.clusters, `${names.clusterName}/${names.clusterType}`, () => newCluster(names));
  cluster.listed.add(day);
  return cluster;
}

/** @param {Cluster} cluster @param {Fields} finding @param {number} time */
function addFinding(cluster, finding, time) {
  const day = dayOf(time);
  const { state, error, oldest, lastFailed } = finding;
  const reason = finding.reason ?? (error && codeOf(error));
  note(cluster.notes, 'States', reason ? `${state} (${reason})` : String(state), day);
  const evidence = fieldsOf(finding.evidence);
  const snapshots = snapshotsOf(finding, evidence);
  if (reason === 'backup off') cluster.off.add(day);
  // An unknown cluster may have backups that are not listed.
  else if (state === 'none' || (state !== 'unknown' && Array.isArray(evidence.snapshots))) cluster.read.add(day);
  const completed = snapshots.filter(({ status }) => /^completed$/i.test(String(status)));
  const failed = snapshots.filter(({ status }) => /^failed$/i.test(String(status)));
  for (const backup of [...completed, finding, fieldsOf(oldest)]) addBackup(cluster, backup);
  for (const snapshot of [...failed, fieldsOf(lastFailed)]) {
    const failedAt = timeOfSnapshot(snapshot);
    if (failedAt !== undefined) note(cluster.notes, 'Failed snapshots', '', dayOf(failedAt));
  }
  addReach(cluster, finding, time);
  addSettings(cluster, settingsOf(finding, evidence), day);
  cluster.createdAt = Math.min(cluster.createdAt, timeOf(fieldsOf(evidence.cluster).createDate) ?? cluster.createdAt);
  addRestores(cluster, evidence.restores, day);
  for (const failure of listOf(evidence.errors)) {
    const part = String(failure.path ?? 'unnamed')
      .split('/')
      .at(-1);
    note(cluster.notes, 'Evidence not read', `${part}, ${codeOf(failure)}`, day);
  }
}

/** The snapshots of all shards. @param {Fields} finding @param {Fields} evidence */
function snapshotsOf({ clusterType }, evidence) {
  const cluster = fieldsOf(evidence.cluster);
  const shards = listOf(cluster.replicationSpecs).length;
  const isSharded =
    /SHARDED$/.test(String(cluster.clusterType)) || (cluster.clusterType !== 'REPLICASET' && shards > 1);
  const isWhole = (/** @type {Fields} */ { type }) => type === 'shardedCluster';
  const snapshots = listOf(evidence.snapshots);
  return clusterType === 'dedicated' && isSharded ? snapshots.filter(isWhole) : snapshots;
}

/** @param {Cluster} cluster @param {Fields} backup a snapshot, or the time of one. */
function addBackup(cluster, backup) {
  const time = timeOfSnapshot(backup);
  if (time === undefined) return;
  cluster.backups.add(dayOf(time));
  // Only evidence has more than the time.
  if (backup.status === undefined) return;
  const members = listOf(backup.members);
  const lists = (members.length > 0 ? members : [backup]).map(({ copyRegions }) => copyRegions).filter(Array.isArray);
  const regions = lists[0]?.filter((region) => lists.every((list) => list.includes(region)));
  const key = backup.masterKeyUUID ? `, with the key ${backup.masterKeyUUID}` : '';
  const copies = regions ? `, copies: ${printList(regions)}` : '';
  keepHighest(cluster, 'Newest backup', time, `${printTime(time)}${key}${copies}`);
  if (regions?.length) keepHighest(cluster, 'Newest backup with copies', time, `${printTime(time)}${copies}`);
}

/** @param {Cluster} cluster @param {Fields} finding @param {number} time */
function addReach(cluster, { age, backups, oldest }, time) {
  if (typeof age === 'number') {
    keepHighest(cluster, 'Highest age at a check', age, `${(age / hourMs).toFixed(1)} h (check of ${printTime(time)})`);
  }
  const from = timeOf(fieldsOf(oldest).time);
  if (from === undefined) return;
  const days = ((time - from) / dayMs).toFixed(1);
  const text = `${backups} ${backups === 1 ? 'backup' : 'backups'}, back to ${printTime(from)}: ${days} days (check of ${printTime(time)})`;
  keepHighest(cluster, 'Retention in fact, last', time, text);
  keepHighest(cluster, 'Retention in fact, shortest', from - time, text);
}

/** @param {Cluster} cluster @param {unknown} restores @param {number} day */
function addRestores(cluster, restores, day) {
  if (!Array.isArray(restores)) return note(cluster.notes, 'Restore jobs not read', '', day);
  keepHighest(cluster, 'Last restore', Number.NEGATIVE_INFINITY, 'none in the restore jobs that were read');
  for (const restore of listOf(restores)) addRestore(cluster, restore, day);
}

/** @param {Cluster} cluster @param {Fields} restore @param {number} day of the report */
function addRestore(cluster, restore, day) {
  const { id, status, deliveryType, finishedAt, failed, cancelled, restoreFinishedDate, restoreScheduledDate } =
    restore;
  // Not the timestamp of a dedicated cluster: that is the time of the snapshot.
  const time = timeOf(restoreFinishedDate ?? finishedAt);
  const isCompleted = time !== undefined && (status === undefined ? !failed && !cancelled : status === 'COMPLETED');
  const target = restore.targetDeploymentItemName ?? restore.targetClusterName ?? 'a target that is not named';
  // A download is no restore.
  const isDownload = /download/i.test(String(deliveryType));
  const kind = isDownload ? 'Downloads' : 'Restores';
  // A later report of the same job counts: a restore that was running may have completed.
  const key = String(id ?? time);
  cluster.restores.set(key, {
    title: isCompleted ? kind : `${kind} not completed, by the first report of each`,
    text: isDownload ? '' : `to ${target}`,
    day: isCompleted ? dayOf(time) : (cluster.restores.get(key)?.day ?? day),
  });
  if (!isCompleted || isDownload) return;
  const scheduledAt = timeOf(restoreScheduledDate);
  const scheduled = scheduledAt === undefined ? '' : `, scheduled ${printTime(scheduledAt)}`;
  keepHighest(cluster, 'Last restore', time, `${printTime(time)}, to ${target}${scheduled}`);
}

/** What may change between two reports. Undefined if a report does not say it. @param {Fields} finding @param {Fields} evidence */
function settingsOf({ clusterType, reason, pitEnabled, maxAge }, evidence) {
  const cluster = fieldsOf(evidence.cluster);
  const schedule = evidence.schedule ?? (reason === 'no schedule' ? {} : undefined);
  const { policies, copySettings, restoreWindowDays } = fieldsOf(schedule);
  const items = listOf(policies).flatMap(({ policyItems }) => listOf(policyItems).map(printPolicyItem));
  const key = cluster.encryptionAtRestProvider;
  return {
    Created: cluster.createDate,
    'Limit of the check': typeof maxAge === 'number' ? `${maxAge / hourMs} h` : undefined,
    Backup: onOrOff(cluster.backupEnabled ?? fieldsOf(cluster.backupSettings).enabled),
    'Schedule and retention':
      clusterType === 'flex' ? 'one a day, the last 8 are kept (no setting)' : schedule && printList(items),
    'Copies by schedule': copySettings && printList(listOf(copySettings).map(({ regionName }) => regionName)),
    'Point in time': onOrOff(pitEnabled),
    'Window of point in time': pitEnabled === false ? 'none' : restoreWindowDays && `${restoreWindowDays} days`,
    Encryption: key === 'NONE' ? 'with the key of Atlas' : key && `with a key of yours (${key})`,
    'Termination protection': onOrOff(cluster.terminationProtectionEnabled),
    Tags: cluster.tags && printList(listOf(cluster.tags).map((tag) => `${tag.key}=${tag.value}`)),
  };
}

/** @param {Fields} item */
function printPolicyItem({ frequencyType, frequencyInterval, retentionValue, retentionUnit }) {
  const interval = frequencyType === 'hourly' ? ` (${frequencyInterval} h)` : '';
  return `${frequencyType}${interval} for ${retentionValue} ${retentionUnit}`;
}

/** @param {Cluster} cluster @param {Fields} settings @param {number} day */
function addSettings(cluster, settings, day) {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === null) continue;
    const before = cluster.settings.get(name);
    if (before !== undefined && before.value !== String(value)) {
      cluster.changes.push(`${printDay(before.day)} to ${printDay(day)}: ${name}: ${before.value} → ${value}`);
    }
    cluster.settings.set(name, { value: String(value), day });
  }
}

// The answers, as Markdown

/** @param {Audit} audit @param {TenantSnapshotsClient | undefined} client */
async function* print(audit, client) {
  const [first, last] = [Math.min(...audit.days), Math.max(...audit.days)];
  yield '# Backups, by the reports of the check\n\n';
  yield printTable([
    ['Days with a report', printDays(audit.days)],
    ['Days without a report', printDays(daysFrom(first, last).filter((day) => !audit.days.has(day)))],
    ...printNotes(audit.notes),
  ]);
  yield `## What this cannot show\n\n${notShown.map((sentence) => `- ${sentence}\n`).join('')}\n`;
  for (const project of sortByName(audit.projects)) {
    yield `## ${markdown(project.name)}\n\nProject ID: ${markdown(project.groupId)}\n\n`;
    if (project.notes.size > 0) yield printTable(printNotes(project.notes));
    for (const cluster of sortByName(project.clusters)) yield printCluster(cluster, audit.days);
    if (client !== undefined && !project.isAnonymized) yield* printAtlas(client, project.groupId, first);
  }
}

/** @param {Cluster} cluster @param {Days} reportDays */
function printCluster(cluster, reportDays) {
  const { name, type, createdAt, notes, listed, backups, read, off, restores, settings, highest, changes } = cluster;
  const [first, last] = [Math.min(...reportDays), Math.max(...reportDays)];
  const days = daysFrom(Number.isFinite(createdAt) ? Math.max(first, dayOf(createdAt)) : first, last);
  const lacking = days.filter((day) => !backups.has(day));
  const isKnown = (/** @type {number} */ day) =>
    off.has(day) || daysFrom(day + 1, day + listedFor).some((later) => read.has(later));
  for (const { title, text, day } of restores.values()) note(notes, title, text, day);
  const rows = printTable([
    ['Days with a backup', printDays(backups)],
    ['Days without a backup', printDays(lacking.filter(isKnown))],
    ['Days not known', printDays(lacking.filter((day) => !isKnown(day)))],
    ['Days not in the reports', printDays(days.filter((day) => reportDays.has(day) && !listed.has(day)))],
    ...printNotes(notes),
    ...Array.from(settings, ([title, { value, day }]) => [title, `${value} (report of ${printDay(day)})`]),
    ...Array.from(highest, ([title, { text }]) => [title, text]),
    ['Changes', ...(changes.length > 0 ? changes : ['none'])],
  ]);
  return `### ${markdown(name)} (${markdown(type)})\n\n${rows}`;
}

/** @param {TenantSnapshotsClient} client @param {string} groupId @param {number} first */
async function* printAtlas(client, groupId, first) {
  const path = `/api/atlas/v2/groups/${groupId}`;
  const apiVersion = '2023-01-01';
  const minDate = new Date(first * dayMs).toISOString();
  yield '### Alerts on backups, today\n\n';
  yield await printAnswer(client.getAll(`${path}/alertConfigs`, { apiVersion }), ({ eventTypeName, ...alert }) => {
    if (!String(eventTypeName).startsWith('CPS_')) return [];
    const notified = printList(listOf(alert.notifications).map(({ typeName }) => typeName));
    return [[eventTypeName, `${alert.enabled === true ? 'enabled' : 'not enabled'}, notifies: ${notified}`]];
  });
  yield '### Events on backups\n\n';
  const events = client.getAll(`${path}/events`, { apiVersion, query: { eventType: eventTypes, minDate } });
  yield await printAnswer(events, ({ created, eventTypeName, clusterName, username, publicKey, remoteAddress }) => {
    const what = clusterName === undefined ? eventTypeName : `${eventTypeName}, ${clusterName}`;
    const who = username ?? publicKey ?? 'nobody named';
    return [[created, `${what}: ${who}${remoteAddress ? `, from ${remoteAddress}` : ''}`]];
  });
}

/** @param {Promise<unknown[]>} list @param {(item: Fields) => unknown[][]} toRows */
async function printAnswer(list, toRows) {
  try {
    const rows = listOf(await list).flatMap(toRows);
    return rows.length > 0 ? printTable(rows) : 'None.\n\n';
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return `Not known: ${markdown(error.message)}\n\n`;
  }
}

/** Each row has a title and lines. @param {unknown[][]} rows */
function printTable(rows) {
  const lines = rows.map(([title, ...cell]) => `| ${markdown(title)} | ${cell.map(markdown).join('<br>')} |\n`);
  return `| | |\n|---|---|\n${lines.join('')}\n`;
}

/** @param {Notes} notes */
function printNotes(notes) {
  return Array.from(notes, ([title, texts]) => [
    title,
    ...Array.from(texts, ([text, days]) => [text, days.size > 0 ? printDays(days) : ''].filter(Boolean).join(': ')),
  ]);
}

/** Days with consecutive ones as a range. @param {Iterable<number>} days */
function printDays(days) {
  const sorted = [...days].sort((a, b) => a - b);
  /** @type {[number, number][]} */
  const ranges = [];
  for (const day of sorted) {
    const range = ranges.at(-1);
    if (range?.[1] === day - 1) range[1] = day;
    else ranges.push([day, day]);
  }
  const texts = ranges.map(([from, to]) => (from === to ? printDay(from) : `${printDay(from)} to ${printDay(to)}`));
  return sorted.length === 0 ? 'none' : `${texts.join(', ')} (${sorted.length})`;
}

/** @param {number} day */
const printDay = (day) => new Date(day * dayMs).toISOString().slice(0, 10);

/** @param {number} time */
const printTime = (time) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** @param {unknown[]} texts */
const printList = (texts) => texts.join(', ') || 'none';

/** Text in Markdown on one line, without the meaning that its characters have there. @param {unknown} text */
function markdown(text) {
  return String(text)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\\`*[\]{}<>|#~&!]|\b_|_\b/g, '\\$&');
}

// JSON in which anything may be missing or odd

/** @param {unknown} value @returns {Fields} */
const fieldsOf = (value) => (typeof value === 'object' && value !== null ? /** @type {Fields} */ (value) : {});

/** @param {unknown} value */
const listOf = (value) => (Array.isArray(value) ? value.map(fieldsOf) : []);

/** @param {unknown} value */
function timeOf(value) {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** @param {Fields} snapshot of Flex, of a dedicated cluster, or of a finding. */
const timeOfSnapshot = ({ finishTime, createdAt, time }) => timeOf(finishTime ?? createdAt ?? time);

/** @param {number} time */
const dayOf = (time) => Math.floor(time / dayMs);

/** @param {number} first @param {number} last */
const daysFrom = (first, last) =>
  last < first ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** @param {unknown} error */
function codeOf(error) {
  const { errorCode, status, code } = fieldsOf(error);
  return String(errorCode ?? status ?? code);
}

/** @param {unknown} value */
const onOrOff = (value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : undefined);

/** @param {Notes} notes @param {string} title @param {string} text @param {number} [day] */
function note(notes, title, text, day) {
  const days = getOrAdd(
    getOrAdd(notes, title, () => new Map()),
    text,
    () => new Set(),
  );
  if (day !== undefined) days.add(day);
}

/** @param {Cluster} cluster @param {string} title @param {number} rank @param {string} text */
function keepHighest({ highest }, title, rank, text) {
  if (rank >= (highest.get(title)?.rank ?? Number.NEGATIVE_INFINITY)) highest.set(title, { rank, text });
}

/** @template T @param {Map<string, T>} map @param {string} key @param {() => T} create */
function getOrAdd(map, key, create) {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** @template {{ name: string }} T @param {Map<string, T>} map */
function sortByName(map) {
  return [...map.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Without credentials, Atlas is not asked. @param {Audit} audit */
function openClient(audit) {
  try {
    return new TenantSnapshotsClient();
  } catch (error) {
    if (!isAtlasError(error, 'CONFIGURATION')) throw error;
    note(audit.notes, 'Alerts and events: not asked', error.message);
    return undefined;
  }
}

const audit = readReports(process.argv.slice(2));
if (audit.days.size === 0) process.exitCode = 1;
const client = openClient(audit);
try {
  for await (const part of print(audit, client)) process.stdout.write(part);
} finally {
  await client?.close();
}
