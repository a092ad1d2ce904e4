import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { openFolder } from '../support/open-folder.js';
import { runProcess } from '../support/processes.js';
import { codeBlocksUnder, read } from './support/documents.js';
import { runInProject, runRecipe } from './support/recipe.js';

const ping = 'https://hc-ping.com/YOUR-ID';

it.each([
  ['is good', 'export CODE=0', 0, `${ping}/0\n`],
  ['is good, and the environment has a code', 'export CODE=0 code=2', 0, `${ping}/0\n`],
  ['finds something', '', 2, `page 2\nClusters: 1\n${ping}/2\n`],
  [
    'finds something, and there is no NOTIFY',
    'rm page',
    2,
    `Exit code 2, and NOTIFY failed:\nClusters: 1\n${ping}/2\n`,
  ],
  ['finds something, and the switch cannot be reached', 'export OFFLINE=1', 2, 'page 2\nClusters: 1\n'],
  ['is not there', 'rm check.sh', 127, `page 127\n#${ping}/127\n`],
  ['may not be run', 'chmod -x check.sh', 126, `page 126\n#${ping}/126\n`],
  ['hangs', 'echo "sleep 60" > check.sh', 124, `page 124\n\n${ping}/124\n`],
  ['hangs, ignoring SIGTERM', `echo "trap '' TERM; sleep 60" > check.sh`, 137, `page 137\n\n${ping}/137\n`],
])('notify.sh, run by cron, if the check %s', async (_check, before, exitCode, stdout) => {
  const outcome = await runRecipe('docs/check/install.md', 'cron', before);
  const printed = outcome.stdout.replace(/^timeout: .*\n/m, '#');
  expect({ exitCode: outcome.exitCode, stdout: printed }).toEqual({ exitCode, stdout });
});

/** The command of a recipe, without its folder. */
const commands = {
  'check.sh': () => codeBlocksUnder('docs/check/install.md', 'Install')[1]?.code.match(/^exec (.*)$/m)?.[1],
  'examples/cronjob.yml': () => {
    const [, job] = read('examples/cronjob.yml')
      .split('---\n')
      .map((document) => parse(document));
    const [{ command, args }] = job.spec.jobTemplate.spec.template.spec.containers;
    return [...command, ...args].join(' ').replace('/check/node_modules/.bin/', '');
  },
};

it.each(Object.entries(commands))(
  'the command of %s keeps an inventory, and a report of each run',
  async (_, commandOf) => {
    const days = (age: number) => new Date(Date.now() - age * 86_400_000);
    const snapshots = [7, 0.1].map((age, n) => ({ id: `${n}`.repeat(24), status: 'COMPLETED', finishTime: days(age) }));
    const command = commandOf();
    // The first run creates the inventory.
    const code = `(${command}) > log; echo $?; (${command}) > log; echo $?; ls inventory.json; ls reports | wc -l`;
    const { stdout } = await runInProject(code, environmentOf(await openEmulator({ seed: { snapshots } })));
    expect(stdout).toBe('3\n0\ninventory.json\n2\n');
  },
);

it.each([0, 3])(
  'examples/github-actions.yml commits the inventory after exit code %i of the check',
  async (exitCode) => {
    const folder = openFolder();
    const env = { HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GITHUB_STEP_SUMMARY: `${folder}/summary` };
    const check = `#!/bin/sh\nwhile [ "$1" != --inventory ]; do shift; done; echo '{}' > "$2"; printf 'Clusters: 1'; exit ${exitCode}`;
    writeFileSync(`${folder}/check`, check, { mode: 0o755 });
    const setUp = `
    git init --quiet --bare origin && git clone --quiet origin work && cd work && mkdir -p node_modules/.bin
    git -c user.name=ann -c user.email=ann@example.com commit --quiet --allow-empty -m begin && git push --quiet -u origin HEAD
    cp ../check node_modules/.bin/atlas-tenant-snapshots`;
    expect(await runProcess('sh', ['-ec', setUp], { cwd: folder, env })).toMatchObject({ exitCode: 0 });
    const steps: { name?: string; run?: string }[] = parse(read('examples/github-actions.yml')).jobs.check.steps;
    const run = (name: string) => {
      const code = steps.find((step) => step.name === name)?.run ?? 'exit 1';
      return runProcess('bash', ['-eo', 'pipefail', '-c', code], { cwd: `${folder}/work`, env });
    };
    expect(await run('Check the backups')).toMatchObject({ exitCode, stdout: 'Clusters: 1' });
    // The second time, there is nothing to commit.
    for (const _ of ['changed', 'unchanged']) expect(await run('Commit the inventory')).toMatchObject({ exitCode: 0 });
    const log = await runProcess('git', ['log', '--format=%s', '--name-only'], { cwd: `${folder}/origin`, env });
    expect(log.stdout).toBe('Update the inventory of the backup check\n\ninventory.json\nbegin\n');
  },
);
