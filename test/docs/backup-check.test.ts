import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../src/cli/commands.js';
import { openEmulator } from '../support/open-emulator.js';
import { codeBlocks, codeIn, read, tablesUnder } from './support/documents.js';

const document = read('docs/backup-check.md');
const minute = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minute);

/** Runs the command on the clusters of the documents. */
async function run(...options: string[]): Promise<string> {
  const atlas = await openEmulator();
  vi.stubEnv('MONGODB_ATLAS_BASE_URL', atlas.url);
  vi.stubEnv('MONGODB_ATLAS_ACCESS_TOKEN', atlas.credentials.accessToken.accessToken);
  const backup = { id: 'b'.repeat(24), status: 'COMPLETED', finishTime: ago(312) };
  const shop = { groupName: 'Web Shop' };
  atlas.seed({ ...shop, stateName: 'DELETING', snapshots: [] });
  atlas.seed({ ...shop, clusterName: 'orders', snapshots: [{ ...backup, finishTime: ago(80 * 60) }] });
  atlas.seed({ ...shop, clusterName: 'users', createDate: new Date(), snapshots: [] });
  const failed = { id: 'f'.repeat(24), status: 'FAILED', finishTime: ago(1) };
  atlas.seed({ ...shop, clusterName: 'carts', snapshots: [backup, failed] });
  atlas.seed({ groupId: 'a'.repeat(24), groupName: 'Billing', clusterName: 'invoices', snapshots: [] });
  let printed = '';
  const write = (text: string) => {
    printed += text;
    return true;
  };
  await runCommand(['check', ...options], { stdout: { isTTY: false, write }, stderr: { isTTY: false, write } });
  return printed;
}

it.each(['README.md', 'docs/backup-check.md'])('the table in %s is what the command prints', async (name) => {
  const [sample] = codeBlocks(read(name)).filter(({ language }) => language === 'console');
  const [command, ...output] = (sample?.code ?? '').split('\n');
  expect(command).toBe('$ npx atlas-tenant-snapshots check');
  const withoutDates = (text: string) => text.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g, 'date');
  expect(withoutDates(output.join('\n'))).toBe(withoutDates(await run()));
});

describe('docs/backup-check.md', () => {
  it('lists every field of the JSON', async () => {
    const { findings, ...others } = JSON.parse(await run('--json'));
    const [fields = [], ofFinding = []] = tablesUnder(document, 'JSON');
    const rows = Object.fromEntries(fields.map((row) => [codeIn(row['Field'])[0], codeIn(row['Meaning'])]));
    expect(Object.keys(rows).sort()).toEqual([...Object.keys(others), 'findings', 'error'].sort());
    expect(rows['summary']?.sort()).toEqual(Object.keys(others.summary).sort());
    const found = new Set(findings.flatMap((finding: object) => Object.keys(finding)));
    const names = ofFinding.flatMap((row) => codeIn(row['Field of a finding']));
    expect(names.sort()).toEqual([...found, 'error'].sort());
  });

  it.each(codeBlocks(document).filter(({ language }) => language === 'yaml'))(
    'has valid YAML at line $line, which runs the command',
    ({ code }) => {
      expect(JSON.stringify(parse(code, { strict: true }))).toMatch(
        /npx\W+--yes\W+atlas-tenant-snapshots@[\d.]+\W+check/,
      );
    },
  );
});
