// The demo, as `npm run demo` runs it: reads a snapshot with the client, then lists all snapshots of its cluster. With the
// emulator, it also checks the backups of Flex and dedicated clusters.
//
// It reads from real Atlas if the environment has
//   ATLAS_GROUP_ID       the project ID,
//   ATLAS_CLUSTER_NAME   the cluster name, and
//   credentials          MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, or
//                        MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (or the names of the Atlas CLI).
// Optional:
//   ATLAS_SNAPSHOT_ID        the snapshot to read; default: the newest backup
//   MONGODB_ATLAS_BASE_URL   another URL than https://cloud.mongodb.com
// Otherwise it reads from the emulator.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isAtlasError, newestBackup, TenantSnapshotsClient } from '../dist/index.js';
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
  console.log(`Reading from real Atlas at ${base}, with the credentials from the environment.`);
  const client = new TenantSnapshotsClient();
  try {
    const { ATLAS_GROUP_ID, ATLAS_CLUSTER_NAME, ATLAS_SNAPSHOT_ID } = env;
    await showCluster(client, ATLAS_GROUP_ID, ATLAS_CLUSTER_NAME, ATLAS_SNAPSHOT_ID);
  } finally {
    await client.close();
  }
}

async function showEmulator() {
  const emulator = await startAtlasEmulator();
  const { url: baseUrl, credentials, groupId, clusterName } = emulator;
  const client = new TenantSnapshotsClient({ baseUrl, credentials: credentials.apiKey });
  console.log(`Reading from the emulator at ${baseUrl}, with an API key.`);
  console.log('To read from real Atlas, set ATLAS_GROUP_ID, ATLAS_CLUSTER_NAME and MONGODB_ATLAS_* credentials.');
  try {
    await showCluster(client, groupId, clusterName, emulator.snapshotId);
    await showCheck(emulator);
  } finally {
    await client.close();
    await emulator.close();
  }
}

/** Runs the command that checks all backups, after the emulator got clusters in every state. */
async function showCheck(emulator) {
  console.log('\n--- Does every cluster have a recent backup? atlas-tenant-snapshots check ---\n');
  const ago = (time) => new Date(Date.now() - time);
  const taken = (age) => [{ id: '6a70f0c0eb9e7a1777147ec0', status: 'completed', createdAt: ago(age) }];
  const billing = { groupId: '60f1c2d3e4a5b6978877665a', groupName: 'Billing' };
  emulator.seed({ groupName: 'Default' });
  emulator.seed({ ...billing, clusterName: 'Invoices', snapshots: [] });
  emulator.seed({ ...billing, clusterName: 'Drafts', createDate: ago(hour), snapshots: [] });
  emulator.seed({ ...billing, clusterName: 'Ledger', dedicated: true });
  emulator.seed({ ...billing, clusterName: 'Payments', dedicated: true, snapshots: taken(2 * day) });
  emulator.seed({ ...billing, clusterName: 'Taxes', dedicated: true, paused: true, snapshots: taken(9 * day) });
  const weekly = [{ frequencyType: 'weekly' }];
  emulator.seed({ ...billing, clusterName: 'Audit', dedicated: true, policyItems: weekly, snapshots: taken(4 * day) });
  emulator.seed({ ...billing, clusterName: 'Tests', dedicated: true, backupEnabled: false });
  emulator.seed({ ...billing, clusterName: 'Sandbox', free: true });
  const { accessToken } = emulator.credentials.accessToken;
  const command = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  // Without the user's credentials, which the command would say that it ignores.
  const checkEnv = { PATH: env.PATH, MONGODB_ATLAS_BASE_URL: emulator.url, MONGODB_ATLAS_ACCESS_TOKEN: accessToken };
  await once(spawn(process.execPath, [command, 'check'], { env: checkEnv, stdio: 'inherit' }), 'close');
}

async function showCluster(client, groupId, clusterName, snapshotId) {
  const id = snapshotId ?? newestBackup(await client.listTenantSnapshots(groupId, clusterName))?.id;
  if (id !== undefined) {
    const { data, response } = await client.getTenantSnapshot(groupId, clusterName, id).withResponse();
    console.log(`\nawait client.getTenantSnapshot('${groupId}', '${clusterName}', '${id}')`);
    print(data, response);
  }
  console.log(`\nawait client.listTenantSnapshots('${groupId}', '${clusterName}')`);
  for (const snapshot of await client.listTenantSnapshots(groupId, clusterName)) {
    console.log(`  ${snapshot.id}  ${(snapshot.status ?? '?').padEnd(9)}  ${local(snapshot.finishTime)}`);
  }
}

function print({ id, status, mongoDBVersion, scheduledTime, startTime, finishTime, expiration }, response) {
  const rows = [
    ['Snapshot', id],
    ['Status', status],
    ['MongoDB', mongoDBVersion],
    ['Scheduled', local(scheduledTime)],
    ['Started', local(startTime)],
    ['Finished', `${local(finishTime)}${describeSpan('after', startTime, finishTime)}`],
    ['Expires', `${local(expiration)}${describeSpan('in', new Date(), expiration)}`],
    [
      'Read from',
      `the ${response.endpoint === 'flex' ? 'Flex' : 'tenant'} endpoint, ${count(response.attempts, 'attempt')}`,
    ],
  ];
  for (const [label, value] of rows) console.log(`  ${label.padEnd(11)} ${value ?? '-'}`);
}

function local(time) {
  return time?.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' }) ?? '-';
}

/** Describes the time between two dates, such as " (after 2 minutes)". */
function describeSpan(word, from, to) {
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
  const cause = error.cause instanceof Error ? `\n  Cause: ${error.cause.message}` : '';
  return `${error.name} (${error.code}): ${error.message}${cause}`;
}
