import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { startCommand } from '../support/processes.js';
import { codeBlocks, codeIn, tableUnder } from './support/documents.js';
import { runRecipe } from './support/recipe.js';

const document = 'docs/backup-check.md';
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

/** Runs the command on the clusters of the documents. */
async function run(...options: string[]): Promise<string> {
  const atlas = await openEmulator();
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
  return (await startCommand(['check', ...options], environmentOf(atlas)).ended).stdout;
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

it.each([
  ['cron', 0, 0, ''],
  ['cron', 2, 0, report],
  ["Dead man's switch", 0, 0, `https://hc-ping.com/YOUR-ID/0\n${report}`],
  ["Dead man's switch", 3, 0, `https://hc-ping.com/YOUR-ID/3\n${report}`],
  ['GitHub Actions', 2, 2, report],
  ['Nagios, Icinga, Sensu', 0, 0, worstFirst],
  ['Nagios, Icinga, Sensu', 2, 2, worstFirst],
  ['Nagios, Icinga, Sensu', 1, 3, worstFirst],
])('the recipe for %s turns exit code %i of the check into %i', async (heading, checkCode, exitCode, stdout) => {
  const check = { report, exitCode: checkCode };
  expect(await runRecipe(heading, check)).toMatchObject({ exitCode, stdout, stderr: '' });
});
