import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { bin, runProcess } from '../support/processes.js';
import { read } from './support/documents.js';
import { runRecipe, runStep } from './support/recipe.js';

const report = 'Project   Cluster  Type  State\nWeb Shop  carts    flex  stale\n\nClusters: 1\n';
const ping = (code: number) => `https://hc-ping.com/YOUR-ID/${code}\n`;
const failed = (code: number) => `Exit code ${code}, and NOTIFY failed:\n${report}`;

it.each<[check: string, code: number, stdout: string, machine: Parameters<typeof runRecipe>[2]]>([
  ['is good', 0, ping(0), {}],
  ['is good, and the environment has a code', 0, ping(0), { env: { code: '2' } }],
  ['finds a stale cluster', 2, `page 2\n${report}${ping(2)}`, { exitCode: 2 }],
  ['finds one, and NOTIFY fails', 2, `${failed(2)}${ping(2)}`, { exitCode: 2, notifyFails: true }],
  ['finds one, and the switch cannot be reached', 2, `page 2\n${report}`, { exitCode: 2, isOffline: true }],
  ['is killed', 137, `page 137\n${report}${ping(137)}`, { exitCode: 137 }],
  ['is not there', 127, `page 127\n#${ping(127)}`, { checkScript: 'missing' }],
  ['may not be run', 126, `page 126\n#${ping(126)}`, { checkScript: { code: 'exit 0', mode: 0o644 } }],
  ['hangs', 124, `page 124\n\n${ping(124)}`, { checkScript: { code: 'sleep 60' } }],
  ['hangs, and ignores SIGTERM', 137, `page 137\n\n${ping(137)}`, { checkScript: { code: 'trap "" TERM; sleep 60' } }],
])('notify.sh, run by cron, if the check %s', async (_check, exitCode, stdout, machine) => {
  const outcome = await runRecipe('docs/check/install.md', 'cron', { report, ...machine });
  const printed = outcome.stdout.replace(/^timeout: .*\n/m, '#');
  expect({ exitCode: outcome.exitCode, stdout: printed }).toEqual({ exitCode, stdout });
});

/** An empty folder, which is deleted after the test. */
function openFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/recipes-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('examples/cronjob.yml runs the check, which keeps an inventory and a report of each run', async () => {
  const job = parseAllDocuments(read('examples/cronjob.yml'), { strict: true }).at(-1)?.toJS();
  const [container] = job.spec.jobTemplate.spec.template.spec.containers;
  const [command, ...args] = [...container.command, ...container.args];
  expect(command).toMatch(/\/atlas-tenant-snapshots$/);
  const cwd = openFolder();
  const snapshot = (id: string, daysAgo: number) => ({
    id: id.repeat(24),
    status: 'COMPLETED',
    finishTime: new Date(Date.now() - daysAgo * 86_400_000),
  });
  const env = environmentOf(await openEmulator({ seed: { snapshots: [snapshot('a', 7), snapshot('b', 0.1)] } }));
  const run = () => runProcess(bin, args, { cwd, env });
  // The first run creates the inventory.
  expect([(await run()).exitCode, (await run()).exitCode]).toEqual([3, 0]);
  expect(readdirSync(cwd).sort()).toEqual(['inventory.json', 'reports']);
  expect(readdirSync(`${cwd}/reports`)).toHaveLength(2);
});

it.each([0, 3])(
  'examples/github-actions.yml commits the inventory after exit code %i of the check',
  async (exitCode) => {
    const folder = openFolder();
    const check = `#!/bin/sh\nwhile [ "$1" != --inventory ]; do shift; done; echo '{}' > "$2"; printf 'Clusters: 1'; exit ${exitCode}`;
    const setUp = `
    git init --quiet --bare origin && git clone --quiet origin work && cd work && mkdir -p node_modules/.bin
    git -c user.name=ann -c user.email=ann@example.com commit --quiet --allow-empty -m begin && git push --quiet -u origin HEAD
    cp ../check node_modules/.bin/atlas-tenant-snapshots`;
    writeFileSync(`${folder}/check`, check, { mode: 0o755 });
    const env = { HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GITHUB_STEP_SUMMARY: `${folder}/summary` };
    expect(await runProcess('sh', ['-ec', setUp], { cwd: folder, env })).toMatchObject({ exitCode: 0 });
    const cwd = `${folder}/work`;
    const checked = await runStep('Check the backups', { cwd, env });
    expect(checked).toMatchObject({ exitCode, stdout: 'Clusters: 1' });
    // The second time, there is nothing to commit.
    for (const _ of ['changed', 'unchanged']) {
      expect(await runStep('Commit the inventory', { cwd, env })).toMatchObject({ exitCode: 0 });
    }
    const log = await runProcess('git', ['log', '--format=%s', '--name-only'], { cwd: `${folder}/origin`, env });
    expect(log.stdout).toBe('Update the inventory of the backup check\n\ninventory.json\nbegin\n');
  },
);
