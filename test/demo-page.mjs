// Writes the page that `npm run demo:page` names, from reports of ten days that the command makes of the emulator. With a file as
// its argument, it also takes a picture of the page, with Debian's chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { startAtlasEmulator } from '../dist/testing.js';

const command = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const [hour, day] = [3_600_000, 86_400_000];
const now = Date.now();

// The ID of the project that the emulator always has.
const shop = { groupId: '32b6e34b3d91647abb20e7b8', groupName: 'Web Shop' };
const payments = { groupId: '60f1c2d3e4a5b6978877665a', groupName: 'Payments' };

/** The clusters and the days (as days before today) on which each got a backup, or something else happened. */
const clusters = [
  { ...shop, clusterName: 'carts', backups: daily() },
  {
    ...shop,
    clusterName: 'orders',
    dedicated: true,
    pitEnabled: true,
    backups: daily(),
    restoredOn: 6,
    purged: [9, 8, 7],
  },
  { ...shop, clusterName: 'users', dedicated: true, backups: daily().filter((ago) => ago > 2), failed: [2, 1, 0] },
  { ...shop, clusterName: 'search', dedicated: true, backups: daily(), deletedOn: 3 },
  { ...shop, clusterName: 'sessions', createdOn: 4, backups: daily().filter((ago) => ago < 4) },
  { ...payments, clusterName: 'invoices', dedicated: true, backups: daily().filter((ago) => ago > 5), offOn: 5 },
  { ...payments, clusterName: 'ledger', dedicated: true, backups: daily().filter((ago) => ago !== 5), failed: [5] },
  { ...payments, clusterName: 'statements', dedicated: true, policyItems: [weekly()], backups: [2, 9, 16] },
  { ...payments, clusterName: 'tax-archive', dedicated: true, backups: daily().filter((ago) => ago > 4), pausedOn: 4 },
  { ...payments, clusterName: 'refunds', createdOn: 0, backups: [] },
  { ...payments, clusterName: 'sandbox', free: true, backups: [] },
  { ...shop, clusterName: 'load-test', dedicated: true, backups: [] },
];

// How many days ago the backups in `purged` were deleted.
const purgedOn = 4;

// Each day has an emulator of its own. The login of the jobs does not change.
const serviceAccount = { clientId: 'mdb_sa_id_demo', clientSecret: 'mdb_sa_sk_demo' };

/** Two jobs, how many hours apart they run, and the options of each. */
const jobs = [
  { name: 'payments', hoursBefore: 6, options: ['--include', 'Payments/*'] },
  { name: 'web-shop', hoursBefore: 0, options: ['--include', 'Web Shop/*', '--exclude', '*/load-*'] },
];

function daily() {
  return Array.from({ length: 17 }, (_, ago) => ago);
}

function weekly() {
  return { frequencyType: 'weekly', frequencyInterval: 6, retentionValue: 4, retentionUnit: 'weeks' };
}

/** Runs the checks as if it were this number of days ago. */
async function writeReports(folder, ago) {
  const emulator = await startAtlasEmulator({ credentials: { serviceAccount } });
  emulator.remove({ clusterName: emulator.clusterName });
  for (const cluster of clusters) seed(emulator, cluster, ago);
  const { clientId, clientSecret } = serviceAccount;
  const login = { MONGODB_ATLAS_CLIENT_ID: clientId, MONGODB_ATLAS_CLIENT_SECRET: clientSecret };
  const env = { PATH: process.env.PATH, MONGODB_ATLAS_BASE_URL: emulator.url, ...login };
  const files = [];
  for (const { name, hoursBefore, options } of jobs) {
    const earlier = ago * day + hoursBefore * hour;
    const file = `${folder}/${name}/${new Date(now - earlier).toISOString().slice(0, 10)}.json`;
    const args = [command, 'check', '--evidence', '--output', file, ...options];
    await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'close');
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
    const shifted = readFileSync(file, 'utf8').replace(time, (text) =>
      new Date(Date.parse(text) - earlier).toISOString(),
    );
    // The port that the command `emulate` has, because each emulator here has another one.
    writeFileSync(file, shifted.replaceAll(emulator.url, 'http://127.0.0.1:4010'));
    files.push(file.slice(folder.length + 1));
  }
  await emulator.close();
  return files;
}

/** Seeds a cluster as it was this number of days ago. */
function seed(
  emulator,
  { backups, failed = [], createdOn, deletedOn, offOn, pausedOn, restoredOn, purged = [], ...cluster },
  ago,
) {
  if (createdOn < ago || deletedOn >= ago) return;
  const time = (on) => new Date(now - (on - ago) * day - 5 * hour);
  const isDedicated = cluster.dedicated === true;
  const kept = isDedicated ? (cluster.policyItems ? 28 : 7) : 8;
  const seen = [...backups.map((on) => [on, 'completed']), ...failed.map((on) => [on, 'failed'])]
    .filter(([on]) => on >= ago && on < ago + kept && !(purgedOn >= ago && purged.includes(on)))
    .sort(([a], [b]) => b - a);
  const snapshots = seen.map(([on, status]) => {
    const id = `${(0x6a70f0c0 - on * 86_400).toString(16)}eb9e7a1777147ec0`;
    const [at, expires] = [time(on), new Date(time(on).getTime() + kept * day)];
    return isDedicated
      ? {
          id,
          status,
          createdAt: at,
          expiresAt: expires,
          type: 'replicaSet',
          snapshotType: 'scheduled',
          copyRegions: [],
        }
      : { id, status: status.toUpperCase(), scheduledTime: at, startTime: at, finishTime: at, expiration: expires };
  });
  const restoreJobs =
    restoredOn >= ago
      ? [
          {
            id: '6b'.repeat(12),
            deliveryType: 'automated',
            finishedAt: time(restoredOn),
            targetClusterName: 'restore-test',
          },
        ]
      : [];
  emulator.seed({
    ...cluster,
    createDate: new Date(time(createdOn ?? 900).getTime() + 3 * hour),
    backupEnabled: isDedicated ? !(offOn >= ago) : undefined,
    paused: isDedicated ? pausedOn >= ago : undefined,
    snapshots,
    restoreJobs,
  });
}

/** Takes a picture of the upper part of a page, with a palette of at most 256 colors, so that the file stays small. */
async function takePicture(page, file) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const tab = await browser.newPage({ viewport: { width: 1100, height: 1425 } });
  await tab.goto(`file://${page}`);
  const screenshot = (await tab.screenshot()).toString('base64');
  const { width, height, pixels } = await tab.evaluate(readPixels, screenshot);
  await browser.close();
  writeFileSync(file, encodePng(width, height, pixels));
}

/** Decodes a PNG in the browser. Returns each pixel as a number with 5 bits per channel. */
async function readPixels(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const [red, green, blue] = data.subarray(index * 4, index * 4 + 3).map((value) => value >> 3);
    return (red << 10) | (green << 5) | blue;
  });
  return { width, height, pixels };
}

/** Encodes pixels with a palette of the most frequent colors. Others get the nearest one. */
function encodePng(width, height, pixels) {
  const counts = new Map();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, 256);
  const channels = (color) => [color >> 10, (color >> 5) & 31, color & 31];
  const distance = (a, b) => channels(a).reduce((sum, value, index) => sum + (value - channels(b)[index]) ** 2, 0);
  const nearest = (color) =>
    palette.reduce((best, other) => (distance(other, color) < distance(best, color) ? other : best));
  const indexes = new Map([...counts.keys()].map((color) => [color, palette.indexOf(nearest(color))]));
  const lines = Buffer.alloc((width + 1) * height);
  pixels.forEach((color, index) => {
    lines[index + Math.floor(index / width) + 1] = indexes.get(color);
  });
  const header = Buffer.from([0, 0, width >> 8, width & 255, 0, 0, height >> 8, height & 255, 8, 3, 0, 0, 0]);
  const colors = Buffer.from(palette.flatMap(channels).map((value) => Math.round((value * 255) / 31)));
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const data = deflateSync(lines, { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const folder = fileURLToPath(new URL('../reports/demo', import.meta.url));
const page = `${folder}/page.html`;
rmSync(folder, { recursive: true, force: true });
for (const { name } of jobs) mkdirSync(`${folder}/${name}`, { recursive: true });
const files = [];
// One day has no report.
for (const ago of [9, 8, 6, 5, 4, 3, 2, 1, 0]) files.push(...(await writeReports(folder, ago)));
const args = [command, 'report', ...files];
await once(spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', openSync(page, 'w'), 'inherit'] }), 'close');
const picture = process.argv[2];
if (picture !== undefined) await takePicture(page, picture);
console.log(`A page of the backups of ten days, from the emulator: ${page}`);
