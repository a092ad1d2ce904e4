import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { codeBlocksUnder, read } from './support/documents.js';
import { openMachine } from './support/recipe.js';

/** The last code block under a heading of docs/check/install.md, without the time of a crontab line. */
function commandUnder(heading: string): string {
  const [block] = codeBlocksUnder('docs/check/install.md', heading).slice(-1);
  return block?.code.trim().replace(/^[\d,]+ \S+ \* \* \* /, '') ?? 'exit 1';
}

/** Flex snapshots of some ages in days. */
function snapshots(...ages: number[]) {
  return ages.map((age, n) => {
    return { id: `${n}`.repeat(24), status: 'COMPLETED', finishTime: new Date(Date.now() - age * 86_400_000) };
  });
}

const openAtlas = () => openEmulator({ seed: { snapshots: snapshots(7, 0.1) } });

describe.each(['dash', 'bash'] as const)('in %s', (shell) => {
  it('notify.sh, run by cron, names the job and the cause in each alarm', async () => {
    const atlas = await openAtlas();
    const { run, write } = openMachine(shell, environmentOf(atlas));
    const asked = `${atlas.url}, checked by ${hostname()}`;
    const notify = async (before: string, exitCode: number, ...alarm: string[]) => {
      const outcome = await run(`${before}\n${commandUnder('cron')} "$@"`);
      const first = exitCode === 0 ? '' : `page ${exitCode} prod\nprod: exit code ${exitCode}, `;
      const ping = `https://hc-ping.com/YOUR-PING-KEY/atlas-backups-prod/${exitCode}\n`;
      expect({ before, ...outcome }).toMatchObject({ exitCode, stdout: expect.stringMatching(`^${first}`) });
      for (const text of [...alarm, ping]) expect(outcome.stdout).toContain(text);
    };

    await notify('', 3, asked, '/prod/inventory.jsonl');
    await notify('export code=2', 0);
    atlas.seed({ clusterName: 'ledger', snapshots: snapshots(3) });
    await notify('', 2, asked, 'ledger', 'stale');
    atlas.remove({ clusterName: 'ledger' });
    await notify('', 3, asked, 'ledger', 'delete its line in /', '/prod/inventory.jsonl');
    atlas.respond({ hang: true, for: 'any', times: Number.POSITIVE_INFINITY });
    await notify('set -- --timeout 1s', 3, asked, 'Atlas did not answer');
    await notify('echo "X=a(b" >> prod.env', 3, '/prod.env is missing or broken.');
    await notify('chmod -x check.sh', 126, 'check.sh');
    await notify('rm check.sh', 127, 'check.sh');
    const deletion = `touch -d '401 days ago' prod/reports/old.json; ${commandUnder('Old reports')}; ls prod/reports`;
    expect((await run(deletion)).stdout).toMatch(/^(\d{4}-\d\d-\d\dT\d{6}Z\.json\n)+$/);
    write('check.sh', "#!/bin/sh\ntrap '' TERM; sleep 60");
    await notify('export LIMIT=2', 137);
  });

  it.each([
    ['rm page', 'NOTIFY failed.\nprod: exit code 2, stale\n', '/2\n'],
    ['export OFFLINE=1', 'page 2 prod\nprod: exit code 2, stale\n', ''],
  ])('notify.sh says what it can after %j', async (before, alarm, ping) => {
    const { run, write } = openMachine(shell);
    write('check.sh', '#!/bin/sh\necho "prod: stale"; exit 2');
    const { exitCode, stdout } = await run(`${before}; ./notify.sh prod`);
    expect([exitCode, stdout]).toEqual([2, expect.stringMatching(`^${alarm}(https://\\S+)?${ping}$`)]);
  });

  it.each([
    ['0 0', 0],
    ['0 3 0', 3],
    ['3 2', 2],
    ['2 3', 2],
  ])('the script for several organizations, whose checks end with %s, ends with %d', async (codes, worst) => {
    const { run, write } = openMachine(shell);
    write('check.sh', '#!/bin/sh\nexit "$1"');
    write('check-all.sh', commandUnder('Several organizations').replace('prod gov', codes));
    const { exitCode } = await run('./check-all.sh');
    expect(exitCode).toBe(worst);
  });
});

it('examples/cronjob.yml keeps an inventory and the reports of 400 days', async () => {
  const [, job] = read('examples/cronjob.yml')
    .split('---\n')
    .map((document) => parse(document));
  const { run, write } = openMachine('dash', environmentOf(await openAtlas()));
  write('command.sh', `#!/bin/sh\n${job.spec.jobTemplate.spec.template.spec.containers[0].args[0]}`);
  // The first run creates the inventory.
  const { stdout } = await run(`
    touch -d '401 days ago' prod/reports/old.json; set -a; . ./prod.env
    ./command.sh > log; echo $?; rm prod/reports/2*; ./command.sh > log; echo $?; ls prod/inventory.jsonl prod/reports`);
  expect(stdout).toMatch(/^3\n0\nprod\/inventory.jsonl\n\nprod\/reports:\n\d{4}-\d\d-\d\dT\d{6}Z\.json\n$/);
});
