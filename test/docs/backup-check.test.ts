import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { bin, runProcess, startCommand } from '../support/processes.js';
import { codeBlocks, codeBlocksUnder, codeIn, read, tableUnder } from './support/documents.js';
import { runRecipe } from './support/recipe.js';

it('the samples of the demo are what its commands print', async () => {
  const samples = codeBlocks('README.md', 'console').map(({ code }) => code.split('\n'));
  const [[emulate, ...exports] = [], [command, ...output] = []] = samples;
  expect([emulate, command]).toEqual(
    ['emulate --demo', 'check'].map((args) => `$ npx --no atlas-tenant-snapshots ${args}`),
  );
  const emulator = startCommand(['emulate', '--demo', '--port', '0']);
  await expect.poll(() => emulator.output.stdout).toContain('# Project');
  const variables = [...emulator.output.stdout.matchAll(/^export (\w+)=(.*)$/gm)];
  const env = Object.fromEntries(variables.map(([, name = '', value = '']) => [name, value]));
  expect(exports.map((line) => line.split(/[ =]/)[1]).filter(Boolean)).toEqual(Object.keys(env));
  const { exitCode, stdout, stderr } = await startCommand(['check'], env).ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: codeBlocks('docs/check/alarm.md', 'text')[0]?.code });
  const withoutTimes = (text: string) => text.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d+ m(?= |$)|:\d+$/gm, '#');
  expect(withoutTimes(output.join('\n'))).toBe(withoutTimes(stdout));
});

/** Runs a check that finds everything that a report can have. */
async function check(...options: string[]): Promise<string> {
  const atlas = await openEmulator();
  const finishTime = new Date(Date.now() - 3_600_000);
  const failed = { id: 'f'.repeat(24), status: 'FAILED', finishTime: new Date() };
  atlas.seed({ snapshots: [{ id: 'b'.repeat(24), status: 'COMPLETED', finishTime }, failed] });
  atlas.seed({ clusterName: 'off', dedicated: true, backupEnabled: false, snapshots: [] });
  atlas.seed({ clusterName: 'sandbox', free: true });
  const lost = { groupId: 'a'.repeat(24), groupName: 'Lost' };
  atlas.seed(lost);
  atlas.respond({ status: 403, path: `/api/atlas/v2/groups/${lost.groupId}/clusters` });
  return (await startCommand(['check', ...options], environmentOf(atlas)).ended).stdout;
}

describe('the documents', () => {
  it('list the options of the command', async () => {
    const options = [...(await check('--help')).matchAll(/^ {2}(--\S+( [A-Z/]+)?)/gm)].map(([, option]) => option);
    expect(tableUnder('docs/check/options.md', 'Options').flatMap((row) => codeIn(row['Option']))).toEqual(options);
  });

  it('list every field of the JSON', async () => {
    const { findings, ...others } = JSON.parse(await check('--json', '--evidence', '--min-history', '14d'));
    const fields = tableUnder('docs/check/json.md', 'JSON');
    const rows = Object.fromEntries(fields.map((row) => [codeIn(row['Field'])[0], codeIn(row['Meaning'])]));
    const names = fields.flatMap((row) => codeIn(row['Field']));
    expect(names.sort()).toEqual([...Object.keys(others), 'findings', 'error'].sort());
    expect(rows['summary']?.sort()).toEqual(Object.keys(others.summary).sort());
    expect(rows['formatVersion']).toEqual([String(others.formatVersion)]);
    const found = new Set(findings.flatMap((finding: object) => Object.keys(finding)));
    const ofFindings = tableUnder('docs/client/checkBackups.md', 'checkBackups').flatMap((row) =>
      codeIn(row['In JSON']),
    );
    expect(ofFindings.sort()).toEqual([...found].sort());
  });

  it.each(['cronjob.yml', 'github-actions.yml'])('link to examples/%s, which is valid YAML for the command', (name) => {
    const example = parse(read(`examples/${name}`), { strict: true });
    expect(JSON.stringify(example)).toMatch(/atlas-tenant-snapshots\W+check\b/);
  });
});

it.each([
  ['README.md', 'Try it without an account', ['report.html', 'today.json']],
  ['docs/check/options.md', 'Options', ['first.json', 'second.json']],
])('the commands of %s under "%s" write %j', async (document, heading, files) => {
  const folder = mkdtempSync(`${tmpdir()}/commands-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const environment = environmentOf(await openEmulator());
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  for (const name of ['first', 'second']) writeFileSync(`${folder}/${name}.env`, variables.join(''));
  const npx = `#!/bin/sh\nshift 2\nexec ${process.execPath} ${bin} "$@"\n`;
  writeFileSync(`${folder}/npx`, npx, { mode: 0o755 });
  const [block] = codeBlocksUnder(document, heading).filter(({ language }) => language === 'sh');
  const env = { ...environment, PATH: `${folder}:${process.env['PATH']}` };
  const { exitCode, stderr } = await runProcess('sh', ['-c', block?.code ?? 'exit 1'], { cwd: folder, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(files));
});

const table = 'Project   Cluster  Type  State\nWeb Shop  carts    flex  stale\n\n';
const report = `${table}Clusters: 1\n`;
const worstFirst = `Web Shop / carts stale, Clusters: 1\n${table}`;

it.each([
  ['cron', 0, 0, ''],
  ['cron', 2, 0, report],
  ["Dead man's switch", 0, 0, `https://hc-ping.com/YOUR-ID/0\n${report}`],
  ["Dead man's switch", 3, 0, `https://hc-ping.com/YOUR-ID/3\n${report}`],
  ['github-actions.yml', 2, 2, report],
  ['backup-nagios.sh', 0, 0, worstFirst],
  ['backup-nagios.sh', 2, 2, worstFirst],
  ['backup-nagios.sh', 1, 3, worstFirst],
])('the recipe for %s turns exit code %i of the check into %i', async (heading, checkCode, exitCode, stdout) => {
  const outcome = await runRecipe(heading, { report, exitCode: checkCode });
  expect(outcome).toMatchObject({ exitCode, stdout });
});

it("the recipe for a dead man's switch prints the report if the service cannot be reached", async () => {
  const { stdout } = await runRecipe("Dead man's switch", { report, exitCode: 2, isOffline: true });
  expect(stdout).toBe(report);
});
