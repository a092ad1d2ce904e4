import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runRecipe } from '../../docs/support/recipe.js';
import { runProcess } from '../../support/processes.js';

it.each(['backup-alerts.yml', 'cronjob-alerts.yml'])('the alert rules fire for what they are for: %s', async (file) => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { exitCode, stdout, stderr } = await runProcess('promtool', ['test', 'rules', path]);
  expect(exitCode, stdout + stderr).toBe(0);
});

// A report, as `check --evidence --output` writes it.
const json = readFileSync(new URL('report.json', import.meta.url), 'utf8');
const today = new Date().toISOString().slice(0, 10);

it('the recipe for node_exporter writes the metrics of backup-metrics.mjs', async () => {
  const { stderr, readFile } = await runRecipe('Prometheus', { report: '', exitCode: 2, json });
  expect(stderr).toBe('');
  const lines = readFile('atlas_backups.prom').split('\n');
  const labels = 'project_id="aaaaaaaaaaaaaaaaaaaaaaaa",project="R&D",cluster';
  expect(lines).toEqual(
    expect.arrayContaining([
      `atlas_backup_check_end_timestamp_seconds ${Date.parse('2026-12-01T06:17:09Z') / 1000}`,
      `atlas_backup_state{${labels}="off",type="dedicated",state="none",reason="backup off"} 1`,
      `atlas_backup_state{${labels}="off",type="dedicated",state="fresh",reason=""} 0`,
      `atlas_backup_state{${labels}="",type="flex",state="unknown",reason="503"} 1`,
    ]),
  );
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(4);
});

it.each([
  ['no report', ''],
  ['half a report', json.slice(0, 500)],
  ['an error', JSON.stringify({ findings: [], error: { message: 'The projects could not be listed' } })],
])('the recipe for node_exporter keeps the metrics of before if the check wrote %s', async (_, text) => {
  const files = { 'atlas_backups.prom': 'before' };
  const { exitCode, readFile } = await runRecipe('Prometheus', { report: '', exitCode: 3, json: text }, files);
  expect(exitCode).not.toBe(0);
  expect(readFile('atlas_backups.prom')).toBe('before');
});

const longReport = `R&D  carts  stale\n${'R&D  orders  stale\n'.repeat(300)}Clusters: 301\n`;

it('the recipe for Slack sends the start and the end of a long report', async () => {
  const { stdout } = await runRecipe('Slack', { report: longReport, exitCode: 2 });
  const [url = '', ...body] = stdout.split('\n');
  const message: string = JSON.parse(body.join('\n')).text;
  expect(url).toBe('https://hooks.slack.com');
  expect(message.length).toBeLessThanOrEqual(3_000);
  expect(message).toMatch(/^```\nR&amp;D {2}carts .*\nClusters: 301\n```$/s);
});

it('the recipe for Slack prints the report if Slack cannot be reached', async () => {
  const { stdout } = await runRecipe('Slack', { report: longReport, exitCode: 2, isOffline: true });
  expect(stdout).toBe(longReport);
});

it('the recipes for an audit answer from the files that they can read, and name the others', async () => {
  const files = {
    '2026-11-03.json': json.replaceAll('12-01', '11-03').replaceAll('sandbox', 'gone'),
    '2026-11-04.json': '',
    '2026-11-05.json': '{"a',
    [`${today}.json`]: json,
  };
  const { stdout, stderr } = await runRecipe('Ten questions', { report: '', exitCode: 2 }, files, 'docs/audit.md');
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
      '2026-12-01T06:17:00.123Z\t0.1.0\thttps://cloud.mongodb.com\tAPI key\tabcdefgh\t{}',
      '"2026-11-03","R&D","carts","fresh",,"2026-11-03T05:00:00.000Z",',
      '"2026-12-01","R&D","all flex clusters","unknown",,,',
      'R&D\tsandbox\texcluded\tR&D/s*',
      'R&D / gone',
      'R&D / carts\t2026-11-29', // a day without a check
      'R&D\tcarts\t2\t2026-11-29T05:00:00.000Z\tdaily: 7 days',
      'R&D\tcarts\ttrue\t7',
      'R&D\tshards\tfalse',
      'R&D\tcarts\tAWS\tUS_EAST_1',
      'R&D / carts\t2026-10-20T08:00:00Z\tdrill',
      '2026-12-01\t/api/atlas/v2/restoreJobs\t401',
    ]),
  );
  expect(lines).not.toContain('R&D / carts\t2026-11-30'); // a failed snapshot
  expect(lines).not.toContain('R&D / shards\t2026-11-29'); // of a single shard
});
