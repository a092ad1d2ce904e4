import { describe, expect, it } from 'vitest';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { startCommand } from '../support/processes.js';
import { codeBlocksUnder, codeIn, tableUnder } from './support/documents.js';
import { runInProject } from './support/recipe.js';

// The lines of stderr, whose words are the command's.
const problems = /^Demo \/ invoices: .*\nDemo \/ orders: .*\nDemo \/ reports: .* 403\. .*\n$/;

it('the commands under "On call" print what is beside them, and write a page', async () => {
  const [commands, table] = codeBlocksUnder('README.md', 'On call');
  const code = (commands?.code ?? '')
    .replace('--demo', '--demo --port 0')
    .replace('sleep 3', "until grep -qs '# Project' emulator.env; do sleep 0.1; done")
    .replace('--output today.json', '$&; echo "Exit code: $?"');
  const { exitCode, stdout, stderr, files } = await runInProject(code);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(problems) });
  const withoutTimes = (text = '') => text.replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d+ m(?= |$)|:\d+$/gm, '#');
  expect(withoutTimes(stdout)).toBe(withoutTimes(`${table?.code}Exit code: 2\n`));
  expect(files).toEqual(expect.arrayContaining(['today.json', 'report.html']));
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
    expect(names.sort()).toEqual([...Object.keys(others), 'findings', 'departed', 'error'].sort());
    expect(rows['summary']?.sort()).toEqual(Object.keys(others.summary).sort());
    expect(rows['formatVersion']).toEqual([String(others.formatVersion)]);
    const found = new Set(findings.flatMap((finding: object) => Object.keys(finding)));
    const ofFindings = tableUnder('docs/client/checkBackups.md', 'checkBackups').flatMap((row) =>
      codeIn(row['In JSON']),
    );
    expect(ofFindings.sort()).toEqual([...found].sort());
  });
});

it.each([
  ['2027-01-31', '--exclude Web Shop/sandbox-eu'],
  ['2027-02-01', ''],
])('the exception of docs/audit/page.md on %s leaves out %j', async (today, options) => {
  const [exception] = codeBlocksUnder('docs/audit/page.md', 'Exceptions');
  const { stdout } = await runInProject(`${exception?.code.replace('$(date -u +%F)', today)}\necho "$*"`);
  expect(stdout).toBe(`${options}\n`);
});
