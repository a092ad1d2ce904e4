import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { startCommand, startProcess } from '../../support/processes.js';
import { read } from '../support/documents.js';

function openFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/audit-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the program. Returns the rows of the table under each heading, by their titles. */
async function audit(files: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const args = ['examples/audit-report.mjs', ...files];
  const { exitCode, stdout, stderr } = await startProcess(process.execPath, args, { env }).ended;
  expect(stderr).toBe('');
  const sections = stdout.split(/^#+ /m).map((section) => {
    const rows = [...section.matchAll(/^\| (.*?) \| (.*) \|$/gm)].map(([, title = '', cell = '']) => [title, cell]);
    return [section.split('\n')[0], Object.fromEntries(rows)];
  });
  return { exitCode, stdout, tables: Object.fromEntries(sections) };
}

const at = (day: string) => `2026-11-${day}T06:00:00Z`;
const backup = (day: string, more: object = {}) => ({ status: 'completed', createdAt: at(day), ...more });
const shop = { groupId: 'a'.repeat(24), groupName: 'Shop' };
const cluster = { encryptionAtRestProvider: 'AWS', terminationProtectionEnabled: true };
const scheduleOf = (frequencyType: string) => ({
  policies: [{ policyItems: [{ frequencyType, retentionValue: 7, retentionUnit: 'days' }] }],
});

/** A finding with snapshots, oldest first. */
function fresh(snapshots: readonly object[], evidence: object = {}) {
  const found = { ...shop, clusterName: 'carts', clusterType: 'dedicated', state: 'fresh', pitEnabled: true };
  return { ...found, evidence: { cluster, snapshots, schedule: scheduleOf('daily'), restores: [], ...evidence } };
}

/** Writes a report for each day, or text that is none. */
function write(...days: readonly (readonly [day: string, report: object | string])[]): string[] {
  const folder = openFolder();
  return days.map(([day, report]) => {
    const file = `${folder}/${day}.json`;
    const known = { formatVersion: 1, checkedAt: `2026-11-${day.slice(0, 2)}T12:00:00.000Z`, findings: [] };
    writeFileSync(file, typeof report === 'string' ? report : JSON.stringify({ ...known, ...report }));
    return file;
  });
}

it('answers from a report of the emulator, and asks it for the alerts and the events', async () => {
  const atlas = await openEmulator();
  atlas.seed({ clusterName: 'orders', dedicated: true, pitEnabled: true });
  const [file, env] = [`${openFolder()}/report.json`, environmentOf(atlas)];
  await startCommand(['check', '--evidence', '--output', file, '--exclude', '*/Cluster0'], env).ended;
  const path = `/api/atlas/v2/groups/${atlas.groupId}`;
  const alerts = ['CPS_SNAPSHOT_BEHIND', 'HOST_DOWN'].map((eventTypeName) => ({ eventTypeName, enabled: true }));
  const event = { eventTypeName: 'CPS_SNAPSHOT_DELETED_AUDIT', created: at('02'), username: 'jo@example.com' };
  atlas.respond({ path: `${path}/alertConfigs`, body: { results: alerts } });
  atlas.respond({ path: `${path}/events`, body: { results: [event] } });
  const { exitCode, tables } = await audit([file], env);
  expect(exitCode).toBe(0);
  expect(tables['orders (dedicated)']).toMatchObject({
    'Days with a backup': expect.stringMatching(/\(3\)$/),
    States: expect.stringMatching(/^fresh: \S+ \(1\)$/),
    'Retention in fact, last': expect.stringMatching(/^3 backups, back to .*: 2\.2 days/),
    'Schedule and retention': expect.stringMatching(/^hourly \(6 h\) for 7 days, daily for 7 days, weekly/),
    'Window of point in time': expect.stringMatching(/^7 days/),
    Encryption: expect.stringMatching(/^with the key of Atlas/),
    'Last restore': expect.stringMatching(/, to orders$/),
  });
  expect(tables['Cluster0 (flex)']['Not checked']).toMatch(/^excluded by \\\*\/Cluster0: \S+ \(1\)$/);
  expect(tables['Alerts on backups, today']).toEqual({ CPS_SNAPSHOT_BEHIND: 'enabled, notifies: none' });
  expect(tables['Events on backups'][at('02')]).toBe('CPS_SNAPSHOT_DELETED_AUDIT: jo@example.com');
  const asked = atlas.requests.map((request) => request.path).find((sent) => sent.startsWith(`${path}/events`));
  expect(asked).toMatch(/eventType=CPS_SNAPSHOT_DELETED_AUDIT&.*minDate=\d{4}-\d\d-\d\dT/);
});

it('answers from odd reports, in any order', async () => {
  const drill = { deliveryType: 'automated', finishedAt: at('02'), targetClusterName: 'drill' };
  const running = { deliveryType: 'automated', timestamp: at('01'), targetClusterName: 'drill', id: 'b'.repeat(24) };
  const failed = { ...running, id: 'a'.repeat(24), failed: true };
  const finished = { ...running, finishedAt: at('04') };
  const download = { ...drill, deliveryType: 'download', finishedAt: at('05') };
  const error = { status: 401, errorCode: 'USER_UNAUTHORIZED', path: '/api/x/restoreJobs' };
  const evidence = { schedule: scheduleOf('weekly'), restores: undefined, errors: [error] };
  const odd = { ...shop, clusterName: 'a|b`\n<c>', clusterType: 'flex', evidence: { cluster: 1, errors: [{}] } };
  const ofShards = [backup('02'), backup('03', { type: 'shardedCluster' })];
  const archive = { ...fresh(ofShards, { cluster: { clusterType: 'SHARDED' } }), clusterName: 'archive' };
  const off = { ...archive, state: 'none', reason: 'backup off', evidence: {} };
  const files = write(
    ['07', { findings: [fresh([backup('05'), backup('06', { copyRegions: [] })], evidence)] }],
    ['01', { findings: [fresh([backup('01')]), null, odd], notChecked: 'none' }],
    [
      '03',
      {
        findings: [
          archive,
          fresh([backup('03', { copyRegions: ['US_EAST_1'] })], { restores: [drill, failed, running] }),
        ],
      },
    ],
    ['04', { error }],
    [
      '05',
      {
        findings: [off, fresh([{ status: 'failed', createdAt: at('04') }], { restores: [finished, download] })],
        options: { timeout: '5m' },
      },
    ],
    ['08', { findings: [{ ...shop, clusterType: 'dedicated', state: 'unknown', error }] }],
    ['08-anonymized', { findings: [{ ...fresh([]), clusterName: 'cluster1' }], options: ['evidence'] }],
    ['09', '{"a'],
  );
  const { exitCode, tables } = await audit(files);
  expect(exitCode).toBe(0);
  expect(tables['Backups, by the reports of the check']).toMatchObject({
    'Days without a report': '2026-11-02, 2026-11-04, 2026-11-06 (3)',
    'Not usable': expect.stringContaining('09.json: '),
    'The projects could not be listed': 'USER_UNAUTHORIZED: 2026-11-04 (1)',
    Checks: expect.stringMatching(/options \\\{"timeout":"5m"\\\}: 2026-11-05 \(1\)/),
    'Alerts and events: not asked': expect.stringContaining('There are no credentials.'),
  });
  expect(Object.keys(tables)).toContainEqual(expect.stringMatching(/^Shop in .*08-anonymized\.json$/));
  expect(tables.Shop['Clusters could not be listed']).toBe('dedicated, USER_UNAUTHORIZED: 2026-11-08 (1)');
  expect(tables['a\\|b\\` \\<c\\> (flex)']['Days not in the reports']).toMatch(/\(4\)$/);
  expect(tables['archive (dedicated)']).toMatchObject({
    'Days without a backup': '2026-11-01 to 2026-11-02, 2026-11-05 (3)',
    'Days not known': '2026-11-04, 2026-11-06 to 2026-11-08 (4)',
  });
  expect(tables['carts (dedicated)']).toMatchObject({
    'Days with a backup': '2026-11-01, 2026-11-03, 2026-11-05 to 2026-11-06 (4)',
    'Days without a backup': '2026-11-02, 2026-11-04 (2)',
    'Days not known': '2026-11-07 to 2026-11-08 (2)',
    'Days not in the reports': '2026-11-08 (1)',
    'Failed snapshots': '2026-11-04 (1)',
    'Evidence not read': 'restoreJobs, USER_UNAUTHORIZED: 2026-11-07 (1)',
    'Newest backup': '2026-11-06 06:00, copies: none',
    'Newest backup with copies': '2026-11-03 06:00, copies: US_EAST_1',
    Encryption: 'with a key of yours (AWS) (report of 2026-11-07)',
    'Termination protection': 'on (report of 2026-11-07)',
    'Last restore': '2026-11-04 06:00, to drill',
    Restores: 'to drill: 2026-11-02, 2026-11-04 (2)',
    'Restores not completed, by the first report of each': 'to drill: 2026-11-03 (1)',
    Downloads: '2026-11-05 (1)',
    Changes: '2026-11-05 to 2026-11-07: Schedule and retention: daily for 7 days → weekly for 7 days',
  });
});

it('says what it cannot show, in the words of docs/audit.md', async () => {
  const { exitCode, stdout } = await audit(write(['01', '']));
  expect(exitCode).toBe(1);
  const sentences = [...stdout.matchAll(/^- (.*)$/gm)].map(([, sentence]) => sentence);
  const document = read('docs/audit.md').replaceAll(/\n +/g, ' ');
  for (const sentence of sentences) expect(document).toContain(`\n- ${sentence}\n`);
  expect(sentences).not.toEqual([]);
});

it('has one report in memory at a time', async () => {
  const snapshots = Array.from({ length: 20_000 }, () => backup('01', { description: 'x'.repeat(60) }));
  const [file = ''] = write(['01', { findings: [fresh(snapshots)] }]);
  const { exitCode } = await audit(Array(30).fill(file), { NODE_OPTIONS: '--max-old-space-size=48' });
  expect(exitCode).toBe(0);
});
