import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runRecipe } from '../../docs/support/recipe.js';
import { runProcess } from '../../support/processes.js';

it('the alert rules fire for what they are for', async () => {
  const path = fileURLToPath(new URL('backup-alerts.yml', import.meta.url));
  const { exitCode, stdout, stderr } = await runProcess('promtool', ['test', 'rules', path]);
  expect(exitCode, stdout + stderr).toBe(0);
});

const cluster = { groupId: 'a'.repeat(24), groupName: 'R&D', clusterType: 'dedicated' };
const oldest = { time: '2026-11-30T05:00:00.000Z' };
const report = JSON.stringify({
  checkedAt: '2026-12-01T06:17:00.123Z',
  server: 'https://cloud.mongodb.com',
  login: 'API key',
  options: {},
  notChecked: [{ ...cluster, clusterName: 'sandbox', reason: 'free' }],
  findings: [
    { ...cluster, clusterName: 'off', state: 'none', reason: 'backup off', pitEnabled: false },
    { ...cluster, clusterName: 'carts', state: 'fresh', time: '2026-12-01T05:00:00.000Z', oldest, pitEnabled: true },
    { ...cluster, clusterType: 'flex', state: 'unknown', error: { code: 'API_ERROR', status: 503 } },
  ],
});

it('the recipe for node_exporter writes the metrics of backup-metrics.mjs', async () => {
  const { stderr, readFile } = await runRecipe('Prometheus', { report, exitCode: 2 });
  expect(stderr).toBe('');
  const lines = readFile('atlas_backups.prom').split('\n');
  const labels = 'project_id="aaaaaaaaaaaaaaaaaaaaaaaa",project="R&D",cluster';
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^atlas_backup_check_end_timestamp_seconds \d+/),
      `atlas_backup_state{${labels}="off",type="dedicated",state="none",reason="backup off"} 1`,
      `atlas_backup_state{${labels}="off",type="dedicated",state="fresh",reason=""} 0`,
      `atlas_backup_state{${labels}="",type="flex",state="unknown",reason="503"} 1`,
    ]),
  );
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(3);
});

it.each([
  ['no report', ''],
  ['half a report', report.slice(0, 500)],
  ['an error', JSON.stringify({ findings: [], error: { message: 'The projects could not be listed' } })],
])('the recipe for node_exporter keeps the metrics of before if the check printed %s', async (_, text) => {
  const { exitCode, readFile } = await runRecipe(
    'Prometheus',
    { report: text, exitCode: 3 },
    { 'atlas_backups.prom': 'before' },
  );
  expect(exitCode).not.toBe(0);
  expect(readFile('atlas_backups.prom')).toBe('before');
});

it('the recipe for Slack sends the start and the end of a long report', async () => {
  const text = `R&D  carts  stale\n${'R&D  orders  stale\n'.repeat(300)}Clusters: 301\n`;
  const { stdout } = await runRecipe('Slack', { report: text, exitCode: 2 });
  const [url = '', ...body] = stdout.split('\n');
  const message: string = JSON.parse(body.join('\n')).text;
  expect(url).toBe('https://hooks.slack.com');
  expect(message.length).toBeLessThanOrEqual(3_000);
  expect(message).toMatch(/^```\nR&amp;D {2}carts .*\nClusters: 301\n```$/s);
});

it('the recipe for an audit answers from the files that it can read, and names the others', async () => {
  const files = {
    '2026-11-03.json': report.replace('12-01', '11-03'),
    '2026-11-04.json': '',
    '2026-11-05.json': '{"a',
  };
  const { stdout, stderr } = await runRecipe('Audit', { report, exitCode: 2 }, files);
  expect(stderr.match(/Not usable: .*/g)).toEqual([
    expect.stringMatching(/2026-11-04\.json$/),
    expect.stringMatching(/2026-11-05\.json$/),
  ]);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => /^2026-11-..$/.test(line))).toHaveLength(29);
  expect(lines).toEqual(
    expect.arrayContaining([
      '2026-11-02',
      '2026-11-04',
      '"2026-11-03","R&D","carts","fresh","2026-12-01T05:00:00.000Z",',
      '"2026-12-01","R&D","all flex clusters","unknown",,',
      '2026-12-01T06:17:00.123Z\thttps://cloud.mongodb.com\tAPI key\t{}',
      'R&D\toff',
      'R&D\tsandbox\tfree',
      'R&D / carts\t1\t28',
    ]),
  );
});
