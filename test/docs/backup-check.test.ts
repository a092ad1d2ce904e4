import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../src/cli/commands.js';
import { openEmulator } from '../support/open-emulator.js';
import { runProcess } from '../support/processes.js';
import { codeBlocks, codeIn, read, tableUnder } from './support/documents.js';

const document = 'docs/backup-check.md';
const hour = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * hour);

/** Runs the command on the clusters of the documents. */
async function run(...options: string[]): Promise<string> {
  const atlas = await openEmulator();
  vi.stubEnv('MONGODB_ATLAS_BASE_URL', atlas.url);
  vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', atlas.credentials.accessToken.accessToken);
  const completed = (hours: number) => ({ id: 'b'.repeat(24), status: 'COMPLETED', finishTime: ago(hours) });
  const failed = { id: 'f'.repeat(24), status: 'FAILED', finishTime: ago(1) };
  const ofDedicated = (hours: number) => ({ id: 'd'.repeat(24), status: 'completed', createdAt: ago(hours) });
  const shop = { groupName: 'Web Shop' };
  atlas.seed({ ...shop, stateName: 'DELETING', snapshots: [] });
  atlas.seed({ ...shop, clusterName: 'orders', snapshots: [completed(80)] });
  atlas.seed({ ...shop, clusterName: 'archive', dedicated: true, paused: true, snapshots: [ofDedicated(12 * 24 + 3)] });
  atlas.seed({ ...shop, clusterName: 'users', createDate: new Date(), snapshots: [] });
  atlas.seed({ ...shop, clusterName: 'carts', snapshots: [completed(5.2), failed] });
  const policyItems = [{ frequencyType: 'weekly' }];
  atlas.seed({ ...shop, clusterName: 'reports', dedicated: true, policyItems, snapshots: [ofDedicated(97)] });
  atlas.seed({ ...shop, clusterName: 'sandbox', free: true });
  const billing = { groupId: 'a'.repeat(24), groupName: 'Billing' };
  atlas.seed({ ...billing, clusterName: 'invoices', dedicated: true, backupEnabled: false, snapshots: [] });
  let printed = '';
  const write = (text: string) => {
    printed += text;
    return true;
  };
  await runCommand(['check', ...options], { stdout: { isTTY: false, write }, stderr: { isTTY: false, write } });
  return printed;
}

it('the table in README.md is what the command prints', async () => {
  const [sample] = codeBlocks('README.md', 'console');
  const [command, ...output] = (sample?.code ?? '').split('\n');
  expect(command).toBe('$ npx atlas-tenant-snapshots check');
  const withoutDates = (text: string) => text.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g, 'date');
  const printed = (await run()).replace(/\. Server: .*/, ''); // the sample is of Atlas
  expect(withoutDates(output.join('\n'))).toBe(withoutDates(printed));
});

describe('docs/backup-check.md', () => {
  it('lists the options of the command', async () => {
    const options = [...(await run('--help')).matchAll(/^ {2}(--\S+( [A-Z/]+)?)/gm)].map(([, option]) => option);
    expect(tableUnder(document, 'Options').flatMap((row) => codeIn(row['Option']))).toEqual(options);
  });

  it('lists every field of the JSON', async () => {
    const { findings, ...others } = JSON.parse(await run('--json'));
    const fields = tableUnder(document, 'JSON');
    const rows = Object.fromEntries(fields.map((row) => [codeIn(row['Field'])[0], codeIn(row['Meaning'])]));
    expect(Object.keys(rows).sort()).toEqual([...Object.keys(others), 'findings', 'error'].sort());
    expect(rows['summary']?.sort()).toEqual(Object.keys(others.summary).sort());
    expect(rows['formatVersion']).toEqual([String(others.formatVersion)]);
    const names = tableUnder(document, 'In code').flatMap((row) => codeIn(row['In JSON']));
    const found = new Set(findings.flatMap((finding: object) => Object.keys(finding)));
    expect(names.sort()).toEqual([...found, 'error'].sort());
  });

  it.each(codeBlocks(document, 'yaml'))('has valid YAML at line $line, for the command', ({ code }) => {
    expect(JSON.stringify(parse(code, { strict: true }))).toMatch(/atlas-tenant-snapshots\W+check\b/);
  });
});

const table = 'Project   Cluster  Type  State\nWeb Shop  carts    flex  stale\n\n';
const report = `${table}Clusters: 1\n`;
const worstFirst = `Web Shop / carts stale, Clusters: 1\n${table}`;

/** Runs a recipe. Instead of the check, a script prints the report and ends with a code. */
function runRecipe(heading: string, checkCode: number) {
  const folder = mkdtempSync(`${tmpdir()}/recipe-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = `${folder}/node_modules/.bin`;
  mkdirSync(bin, { recursive: true });
  const stub = (name: string, code: string) => writeFileSync(`${bin}/${name}`, `#!/bin/sh\n${code}\n`, { mode: 0o755 });
  stub('atlas-tenant-snapshots', `printf '${report}'\nexit ${checkCode}`);
  stub('curl', 'for url; do :; done; echo "$url"; cat');
  writeFileSync(`${folder}/env`, `PATH="${bin}:$PATH"`);
  const [, section = ''] = read(document).split(`\n## ${heading}\n`);
  const [, language, code = ''] = /^```(\w+)\n(.*?)^```$/ms.exec(section) ?? [];
  const script = { shell: 'sh', run: code.replace('17 6 * * * ', '') };
  const { shell, run } = language === 'yaml' ? parse(code).jobs.check.steps.at(-1) : script;
  const options = shell === 'bash' ? ['-eo', 'pipefail'] : []; // as GitHub runs it
  const args = [...options, '-c', run.replace(/\/etc\/\S+\.env/, `${folder}/env`)];
  return runProcess(shell, args, { cwd: folder, env: { ...process.env, GITHUB_STEP_SUMMARY: `${folder}/summary` } });
}

it.each([
  ['cron', 0, 0, ''],
  ['cron', 2, 0, report],
  ["Dead man's switch", 0, 0, `https://hc-ping.com/YOUR-ID/0\n${report}`],
  ["Dead man's switch", 3, 0, `https://hc-ping.com/YOUR-ID/3\n${report}`],
  ['GitHub Actions', 2, 2, report],
  ['Nagios, Icinga, Sensu', 0, 0, worstFirst],
  ['Nagios, Icinga, Sensu', 2, 2, worstFirst],
  ['Nagios, Icinga, Sensu', 1, 3, worstFirst],
])('the recipe for %s makes %i of the check its own %i', async (heading, checkCode, exitCode, stdout) => {
  expect(await runRecipe(heading, checkCode)).toMatchObject({ exitCode, stdout, stderr: '' });
});
