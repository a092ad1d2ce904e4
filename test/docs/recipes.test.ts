import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
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
    const isNamed = String.raw`^\d{4}-\d\d-\d\dT\d{6}Z(-2)?\.json$`;
    // The first run creates the inventory.
    const code = `(${command}) > log; echo $?; (${command}) > log; echo $?; ls inventory.json; ls reports | grep -cP '${isNamed}'`;
    const { stdout } = await runInProject(code, environmentOf(await openEmulator({ seed: { snapshots } })));
    expect(stdout).toBe('3\n0\ninventory.json\n2\n');
  },
);
