import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks, codeBlocksUnder, read } from '../../docs/support/documents.js';
import { openMachine, runInProject } from '../../docs/support/recipe.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { runProcess } from '../../support/processes.js';

it.each(['backup-alerts.yml', 'cronjob-alerts.yml'])('the alert rules fire for what they are for: %s', async (file) => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { exitCode, stdout, stderr } = await runProcess('promtool', ['test', 'rules', path]);
  expect(exitCode, stdout + stderr).toBe(0);
});

// A report, as `check --output` writes it.
const report = fileURLToPath(new URL('report.json', import.meta.url));

/** Runs the recipe for node_exporter after shell commands that write reports, with the metrics of an earlier run. */
async function writeMetrics(reports: string) {
  const { run, write, readFile } = openMachine('dash');
  write('check.sh', '#!/bin/sh');
  const [line] = codeBlocksUnder('docs/check/notify.md', 'Prometheus');
  write('metrics.sh', read(/examples\/\S+\.sh/.exec(line?.code ?? '')?.[0] ?? ''));
  const outcome = await run(
    `printf before > metrics/atlas_backups_prod.prom; (cd prod/reports; ${reports}); ./metrics.sh prod`,
  );
  return { ...outcome, metrics: readFile('metrics/atlas_backups_prod.prom') };
}

it('the recipe for node_exporter writes the metrics of backup-metrics.mjs from the newest report', async () => {
  const others = [2023, 2999].map((year) => `echo '{ "checkedAt": "${year}-12-01T06:17:00.123Z" }' > ${year}.json`);
  const { stderr, metrics } = await writeMetrics(`cp ${report} 2000.json; ${others.join(';')}`);
  expect(stderr).toBe('');
  const lines = metrics.split('\n');
  const labels = 'check="prod",project_id="aaaaaaaaaaaaaaaaaaaaaaaa",project="R&D",cluster';
  expect(lines).toEqual(
    expect.arrayContaining([
      `atlas_backup_check_end_timestamp_seconds{check="prod"} ${Date.parse('2024-12-01T06:17:09Z') / 1000}`,
      `atlas_backup_state{${labels}="off",type="dedicated",state="none",reason="backup off"} 1`,
      `atlas_backup_state{${labels}="off",type="dedicated",state="fresh",reason=""} 0`,
      `atlas_backup_state{${labels}="",type="flex",state="unknown",reason="503"} 1`,
    ]),
  );
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(4);
});

it.each([
  ['no report', ''],
  ['half a report', `head -c 500 ${report} > 2024.json`],
  ['an error', `echo '{ "checkedAt": "2024-12-01T06:17:00.123Z", "error": { "message": "failed" } }' > 2024.json`],
])('the recipe for node_exporter keeps the metrics of before if the check wrote %s', async (_, reports) => {
  const { exitCode, metrics } = await writeMetrics(reports);
  expect([exitCode === 0, metrics]).toEqual([false, 'before']);
});

it('the script for Slack sends the alarm as JSON, and prints nothing', async () => {
  const { run, write } = openMachine('dash');
  write('page', codeBlocksUnder('docs/check/notify.md', 'notify.sh')[1]?.code ?? '');
  write(
    'bin/curl',
    '#!/bin/sh\ncat > sent; for option; do :; done; case "$option" in https://hooks.slack.com/*) cat sent >&2; esac',
  );
  const { stdout, stderr } = await run(`printf 'prod: "stale"\n2nd line\n' | ./page 2 prod`);
  expect([stdout, JSON.parse(stderr)]).toEqual(['', { text: 'prod: "stale"\n2nd line\n' }]);
});

it('the command with jq of docs/check/json.md prints lines of fields', async () => {
  const atlas = await openEmulator({ seed: { groupName: 'Web Shop', clusterName: 'orders', dedicated: true } });
  const [command] = codeBlocks('docs/check/json.md', 'sh');
  const { stdout, stderr } = await runInProject(command?.code ?? 'exit 1', environmentOf(atlas));
  const lines = /^Web Shop\torders\tfresh\t\S+Z\t\S+Z\t3\n/m;
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(lines), stderr: '' });
});

it('the filter in the form for a first run keeps states, codes and times, and no name or ID', async () => {
  const atlas = await openEmulator({ seed: { groupName: 'Web Shop', clusterName: 'orders', dedicated: true } });
  atlas.seed({ clusterName: 'PROD', snapshots: [] });
  atlas.respond({ path: `/api/atlas/v2/groups/${atlas.groupId}/clusters/orders/backup/schedule`, status: 403 });
  const { body } = parse(read('.github/ISSUE_TEMPLATE/first_run.yml'));
  const texts: string[] = body.flatMap(({ attributes }: { attributes: { value?: string } }) => attributes.value ?? []);
  const [, command = 'exit 1'] = /^```sh\n(.*?)^```/ms.exec(texts.join('\n')) ?? [];
  const { stdout } = await runInProject(`${command}\ncat first.json`, environmentOf(atlas));
  const { summary, findings } = JSON.parse(stdout);
  expect(stdout).not.toMatch(/Web Shop|orders|PROD|[0-9a-f]{24}|127\.0\.0\.1|emulator/i);
  expect(summary).toMatchObject({ clusters: 3, fresh: 2, none: 1, 'not included': 0 });
  expect(findings[0]).toMatchObject({
    state: 'none',
    clusterName: 'text',
    evidence: { cluster: { stateName: 'IDLE' } },
  });
  expect(stdout).toMatch(/"createdAt": "\d{4}-.*"status": "completed"/s);
});
