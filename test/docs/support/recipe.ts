import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../../support/processes.js';
import { codeBlocksUnder, read } from './documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Check {
  /** What it prints. */
  readonly report: string;
  readonly exitCode: number;
  /** What it writes to the file of `--output`. */
  readonly json?: string;
  /** Whether no service can be reached. */
  readonly isOffline?: boolean;
}

/**
 * Runs a recipe as it is printed, except for its folders. Instead of the check, a script prints a report. Instead of curl, one
 * prints the URL and what it would send.
 *
 * @param recipe - a heading of docs/check/install.md or notify.md, or a script or workflow in examples/.
 * @param files - in the folder of the reports, by name.
 */
export async function runRecipe(
  recipe: string,
  { report, exitCode, json = '', isOffline = false }: Check,
  files: Readonly<Record<string, string>> = {},
) {
  const folder = mkdtempSync(`${tmpdir()}/recipe-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = `${folder}/node_modules/.bin`;
  for (const path of [bin, `${folder}/var`]) mkdirSync(path, { recursive: true });
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(`${folder}/${name}`, text, { mode });
  const script = (name: string, code: string) => write(name, `#!/bin/sh\n${code}\n`, 0o755);
  const inFolder = (code: string) =>
    code
      .replaceAll(/\/etc\/\S+\.env/g, `${folder}/env`)
      .replaceAll(/\/var\/lib\/(atlas-backup-check|prometheus\/node-exporter)/g, `${folder}/var`)
      .replaceAll('/opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/', root)
      .replaceAll('/opt/atlas-backup-check', folder);

  const writeJson = `while [ $# -gt 0 ]; do if [ "$1" = --output ]; then cp ${folder}/json "$2"; fi; shift; done`;
  script('node_modules/.bin/atlas-tenant-snapshots', `cat ${folder}/report\n${writeJson}\nexit ${exitCode}`);
  script('node_modules/.bin/curl', isOffline ? 'exit 7' : 'for url; do :; done; echo "$url"; cat');
  script('node_modules/.bin/sudo', 'shift 2; exec "$@"');
  write('report', report);
  write('json', json);
  write('env', 'SLACK_WEBHOOK_URL=https://hooks.slack.com');
  for (const [name, text] of Object.entries(files)) write(`var/${name}`, text);
  write('check.sh', inFolder(checkScript()), 0o755);

  const { shell, args, code } = codeOf(recipe);
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, GITHUB_STEP_SUMMARY: `${folder}/summary` };
  const outcome = await runProcess(shell, [...args, '-c', inFolder(code)], { cwd: folder, env });
  return { ...outcome, readFile: (name: string) => readFileSync(`${folder}/var/${name}`, 'utf8') };
}

/** The script that most recipes run. */
function checkScript(): string {
  const script = codeBlocksUnder('docs/check/install.md', 'Install').find(({ code }) => code.startsWith('#!/bin/sh'));
  if (script === undefined) throw new Error('docs/check/install.md has no check.sh under Install');
  return script.code;
}

/** The code of a recipe: of a workflow its last step, of a crontab its commands. */
function codeOf(recipe: string) {
  // As GitHub runs it.
  if (recipe.endsWith('.yml'))
    return {
      shell: 'bash',
      args: ['-eo', 'pipefail'],
      code: parse(read(`examples/${recipe}`)).jobs.check.steps.at(-1).run,
    };
  if (recipe.endsWith('.sh')) return { shell: 'sh', args: [], code: read(`examples/${recipe}`) };
  const blocks = ['install', 'notify'].flatMap((page) => codeBlocksUnder(`docs/check/${page}.md`, recipe));
  const commands = blocks.map(({ code }) => code.replaceAll(/^[\d,]+ \S+ \* \* \* /gm, ''));
  return { shell: 'sh', args: [], code: commands.join('\n') };
}
