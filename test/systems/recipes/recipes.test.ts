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

// A report, as `check --output` writes it.
const json = readFileSync(new URL('report.json', import.meta.url), 'utf8');

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
  const { stdout } = await runRecipe('backup-slack.sh', { report: longReport, exitCode: 2 });
  const [url = '', ...body] = stdout.split('\n');
  const message: string = JSON.parse(body.join('\n')).text;
  expect(url).toBe('https://hooks.slack.com');
  expect(message.length).toBeLessThanOrEqual(3_000);
  expect(message).toMatch(/^```\nR&amp;D {2}carts .*\nClusters: 301\n```$/s);
});

it('the recipe for Slack prints the report if Slack cannot be reached', async () => {
  const { stdout } = await runRecipe('backup-slack.sh', { report: longReport, exitCode: 2, isOffline: true });
  expect(stdout).toBe(longReport);
});

it('the recipe for PagerDuty opens and resolves an alarm per cluster, and one for the check', async () => {
  const { stdout } = await runRecipe('backup-pagerduty.sh', { report: 'Clusters: 4\n', exitCode: 2, json });
  const lines = stdout.match(/^\{.*\}/gm) ?? [];
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ dedup_key, event_action, payload }) => [dedup_key, event_action, payload.summary])).toEqual([
    ['atlas-backups/check', 'trigger', 'Exit code 2: Clusters: 4'],
    ['atlas-backups/aaaaaaaaaaaaaaaaaaaaaaaa/off', 'trigger', 'R&D / off: none'],
    ['atlas-backups/aaaaaaaaaaaaaaaaaaaaaaaa/carts', 'resolve', 'R&D / carts: fresh'],
  ]);
});
