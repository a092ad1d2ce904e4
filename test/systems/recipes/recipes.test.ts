import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { codeBlocksUnder } from '../../docs/support/documents.js';
import { runInProject, runRecipe } from '../../docs/support/recipe.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { runProcess } from '../../support/processes.js';

it.each(['backup-alerts.yml', 'cronjob-alerts.yml'])('the alert rules fire for what they are for: %s', async (file) => {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { exitCode, stdout, stderr } = await runProcess('promtool', ['test', 'rules', path]);
  expect(exitCode, stdout + stderr).toBe(0);
});

// A report, as `check --output` writes it.
const report = fileURLToPath(new URL('report.json', import.meta.url));
const textfile = (before: string) => runRecipe('docs/check/notify.md', 'Prometheus', before);

it('the recipe for node_exporter writes the metrics of backup-metrics.mjs', async () => {
  const { stderr, readFile } = await textfile(`echo older > reports/2025.json; export JSON=${report}`);
  expect(stderr).toBe('');
  const lines = readFile('metrics/atlas_backups.prom').split('\n');
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
  ['half a report', `head -c 500 ${report} > half; export JSON=half`],
  ['an error', `echo '{ "findings": [], "error": { "message": "failed" } }' > error; export JSON=error`],
])('the recipe for node_exporter keeps the metrics of before if the check wrote %s', async (_, check) => {
  const { exitCode, readFile } = await textfile(`printf before > metrics/atlas_backups.prom; ${check}`);
  expect(exitCode).not.toBe(0);
  expect(readFile('metrics/atlas_backups.prom')).toBe('before');
});

it.each([
  ['docs/check/alarm.md', 'To restore', /^([0-9a-f]{24}\tcompleted\t\S+Z\t\S+Z\n){3}$/],
  ['docs/check/json.md', 'JSON', /^Web Shop\torders\tfresh\t\S+Z\t\S+Z\t3\n/m],
])('the command with jq of %s under "%s" prints lines of fields', async (document, heading, lines) => {
  const atlas = await openEmulator({ seed: { groupName: 'Web Shop', clusterName: 'orders', dedicated: true } });
  const [command] = codeBlocksUnder(document, heading).filter(({ language }) => language === 'sh');
  const { stdout, stderr } = await runInProject(command?.code ?? 'exit 1', environmentOf(atlas));
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(lines), stderr: '' });
});
