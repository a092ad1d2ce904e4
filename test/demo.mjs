// The main job, as `npm run demo` runs it: lists a cluster's snapshots, waits for the newest, and shows it.
//
// It reads from real Atlas where the environment has
//   credentials          MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, or
//                        MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (or the names of the Atlas CLI),
//   ATLAS_GROUP_ID       the project's id,
//   ATLAS_CLUSTER_NAME   the cluster's name,
// and, if wanted,
//   ATLAS_SNAPSHOT_ID    a snapshot to show in place of the newest,
//   MONGODB_ATLAS_BASE_URL   another Atlas than https://cloud.mongodb.com;
// and else from the package's own emulator, before and after a sunset of the endpoint.
import { isAtlasError, TenantSnapshotsClient } from '../dist/index.js';
import { startAtlasEmulator } from '../dist/testing.js';

const env = process.env;
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const credentialNames = ['ACCESS_TOKEN', 'CLIENT_ID', 'PUBLIC_KEY', 'PUBLIC_API_KEY'].map((n) => `MONGODB_ATLAS_${n}`);
const isReal = env.ATLAS_GROUP_ID && env.ATLAS_CLUSTER_NAME && credentialNames.some((name) => env[name]);

try {
  await (isReal ? showRealAtlas() : showEmulator());
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}

async function showRealAtlas() {
  const base = env.MONGODB_ATLAS_BASE_URL || 'https://cloud.mongodb.com';
  console.log(`Reading from real Atlas at ${base}, by the credentials of the environment.`);
  const client = new TenantSnapshotsClient();
  try {
    const { ATLAS_GROUP_ID, ATLAS_CLUSTER_NAME, ATLAS_SNAPSHOT_ID } = env;
    await showCluster(client, ATLAS_GROUP_ID, ATLAS_CLUSTER_NAME, { snapshotId: ATLAS_SNAPSHOT_ID });
  } finally {
    await client.close();
  }
}

async function showEmulator() {
  const emulator = await startAtlasEmulator();
  const { url: baseUrl, credentials, groupId, clusterName } = emulator;
  const client = new TenantSnapshotsClient({ baseUrl, credentials: credentials.apiKey });
  console.log(`Reading from the emulator at ${baseUrl}, by an API key.`);
  console.log('For real Atlas set MONGODB_ATLAS_* credentials, ATLAS_GROUP_ID and ATLAS_CLUSTER_NAME.');
  try {
    takeSnapshot(emulator);
    await showCluster(client, groupId, clusterName, { pollInterval: 100 });
    console.log('\n--- Atlas retires the tenant endpoint: it answers 410 from now on. The same calls again: ---');
    emulator.sunset();
    takeSnapshot(emulator);
    await showCluster(client, groupId, clusterName, { pollInterval: 100 });
  } finally {
    await client.close();
    await emulator.close();
  }
}

/** Lets the emulator's newest snapshot be taken while it is waited for. */
function takeSnapshot(emulator) {
  const newest = emulator.snapshots.at(-1);
  const finishTime = new Date(newest.startTime.getTime() + 2 * minute);
  const done = { status: 'COMPLETED', finishTime, expiration: new Date(Date.now() + 8 * day) };
  emulator.progressSnapshot(newest.id, { status: 'QUEUED' }, { status: 'RUNNING' }, done);
}

async function showCluster(client, groupId, clusterName, { snapshotId, pollInterval }) {
  const list = await client.listTenantSnapshots(groupId, clusterName).withResponse();
  const snapshots = list.data.sort((a, b) => timeOf(b) - timeOf(a));
  console.log(
    `\n${count(snapshots.length, 'snapshot')} of cluster ${clusterName}, newest first (${by(list.response)}):`,
  );
  for (const snapshot of snapshots) {
    console.log(`  ${snapshot.id}  ${(snapshot.status ?? '?').padEnd(9)}  ${local(snapshot.scheduledTime)}`);
  }
  const id = snapshotId ?? snapshots[0]?.id;
  if (id === undefined) return;
  const onPoll = ({ status }) => console.log(`  ${status ?? 'no status yet'}`);
  console.log(`\nWaiting for ${snapshotId ? 'snapshot' : 'the newest,'} ${id}:`);
  await client.waitForTenantSnapshot(groupId, clusterName, id, { pollInterval, onPoll });
  const { data, response } = await client.getTenantSnapshot(groupId, clusterName, id).withResponse();
  print(data, response);
}

function print({ id, status, mongoDBVersion, scheduledTime, startTime, finishTime, expiration }, response) {
  const rows = [
    ['Snapshot', id],
    ['Status', status],
    ['MongoDB', mongoDBVersion],
    ['Scheduled', local(scheduledTime)],
    ['Started', local(startTime)],
    ['Finished', `${local(finishTime)}${span(startTime, finishTime, 'after')}`],
    ['Kept until', `${local(expiration)}${span(new Date(), expiration, 'another')}`],
    ['Told by', by(response)],
  ];
  console.log();
  for (const [label, value] of rows) console.log(`  ${label.padEnd(11)} ${value ?? '-'}`);
}

function by({ endpoint, attempts, rateLimit }) {
  const left = rateLimit?.remaining === undefined ? '' : `, ${rateLimit.remaining} calls left`;
  return `the ${endpoint === 'flex' ? 'Flex' : 'tenant'} endpoint, ${count(attempts, 'attempt')}${left}`;
}

function timeOf({ scheduledTime, startTime }) {
  return (scheduledTime ?? startTime)?.getTime() ?? 0;
}

function local(time) {
  return time?.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' }) ?? '-';
}

function span(from, to, word) {
  if (from === undefined || to === undefined || to < from) return '';
  const time = to - from;
  const units = Object.entries({ day, hour, minute, second });
  const [name, length] = units.find(([, unit]) => Math.round(time / unit) >= 2) ?? ['second', second];
  return ` (${word} ${count(Math.round(time / length), name)})`;
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function explain(error) {
  if (!isAtlasError(error)) return error?.stack ?? String(error);
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : '';
  return `${error.name} (${error.code}): ${error.message}${cause}`;
}
