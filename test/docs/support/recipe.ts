import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../../support/processes.js';
import { read } from './documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Check {
  /** What it prints. */
  readonly report: string;
  readonly exitCode: number;
}

/**
 * Runs the code under a heading of docs/backup-check.md as it is printed, except for its folders. Instead of the check, a
 * script prints a report. Instead of curl, one prints the URL and what it would send.
 *
 * @param files - in the folder of the recipe, by name.
 */
export async function runRecipe(heading: string, check: Check, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(`${tmpdir()}/recipe-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = `${folder}/node_modules/.bin`;
  for (const path of [bin, `${folder}/var`]) mkdirSync(path, { recursive: true });
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(`${folder}/${name}`, text, { mode });
  const script = (name: string, code: string) => write(`node_modules/.bin/${name}`, `#!/bin/sh\n${code}\n`, 0o755);
  script('atlas-tenant-snapshots', `cat ${folder}/report\nexit ${check.exitCode}`);
  script('curl', 'for url; do :; done; echo "$url"; cat');
  write('report', check.report);
  write('env', `PATH="${bin}:$PATH" SLACK_WEBHOOK_URL=https://hooks.slack.com`);
  for (const [name, text] of Object.entries(files)) write(`var/${name}`, text);

  const { shell, args, code } = codeUnder(heading);
  const run = code
    .replaceAll(/\/etc\/\S+\.env/g, `${folder}/env`)
    .replaceAll(/\/var\/lib\/(atlas-backup-check|prometheus\/node-exporter)/g, `${folder}/var`)
    .replaceAll('/opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/', root);
  const env = { ...process.env, GITHUB_STEP_SUMMARY: `${folder}/summary` };
  const outcome = await runProcess(shell, [...args, '-c', run], { cwd: folder, env });
  return { ...outcome, readFile: (name: string) => readFileSync(`${folder}/var/${name}`, 'utf8') };
}

/** The code under a heading: of a workflow its last step, of a crontab its commands. */
function codeUnder(heading: string) {
  const [, section = ''] = read('docs/backup-check.md').split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  const blocks = [...text.matchAll(/^```(sh|yaml)\n(.*?)^```$/gms)];
  const [[, language, code = ''] = []] = blocks;
  // As GitHub runs it.
  if (language === 'yaml')
    return { shell: 'bash', args: ['-eo', 'pipefail'], code: parse(code).jobs.check.steps.at(-1).run };
  const commands = blocks.map(([, , block = '']) => block.replaceAll(/^[\d,]+ \S+ \* \* \* /gm, ''));
  return { shell: 'sh', args: [], code: commands.join('\n') };
}
