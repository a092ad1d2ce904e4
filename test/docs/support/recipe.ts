import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { bin, runProcess } from '../../support/processes.js';
import { codeBlocksUnder, read } from './documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs shell commands of a document in a new project that has installed the package. */
export async function runInProject(code: string, env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const folder = mkdtempSync(`${tmpdir()}/project-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const commands = `${folder}/node_modules/.bin`;
  mkdirSync(commands, { recursive: true });
  symlinkSync(bin, `${commands}/atlas-tenant-snapshots`);
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);
  const variables = { PATH: `${commands}:${process.env['PATH']}`, ...env };
  const outcome = await runProcess('sh', ['-c', code], { cwd: folder, env: variables });
  return { ...outcome, files: readdirSync(folder) };
}

interface Machine {
  /** What the check prints. */
  readonly report?: string;
  /** How the check ends. */
  readonly exitCode?: number;
  /** What the check writes to the folder of `--output`. */
  readonly json?: string;
  /** In place of the documented `check.sh`: another script, or none. */
  readonly checkScript?: { readonly code: string; readonly mode?: number } | 'missing';
  /** Whether the command of the user fails. */
  readonly notifyFails?: boolean;
  /** Whether no service can be reached. */
  readonly isOffline?: boolean;
  /** Files in the folder of the reports, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** More variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a recipe as it is printed, except for its folders, on a machine that was set up as docs/check/install.md and
 * docs/check/notify.md say. In place of the check, a script prints a report. In place of curl, one prints the URL, and in place of
 * the command of the user, one prints what it gets.
 *
 * @param document - with the recipe, a crontab line, in its first code block under `heading`.
 */
export async function runRecipe(document: string, heading: string, machine: Machine) {
  const { report = '', exitCode = 0, json = '', checkScript, notifyFails, isOffline, files = {}, env = {} } = machine;
  const folder = mkdtempSync(`${tmpdir()}/recipe-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const commands = `${folder}/node_modules/.bin`;
  for (const path of [commands, `${folder}/reports`, `${folder}/metrics`]) mkdirSync(path, { recursive: true });
  const write = (name: string, text: string, mode?: number) => writeFileSync(`${folder}/${name}`, text, { mode });
  const script = (name: string, code: string) => write(name, `#!/bin/sh\n${code}\n`, 0o755);
  const inFolder = (code: string) =>
    code
      .replaceAll('/etc/atlas-backup-check.env', `${folder}/env`)
      .replaceAll('/var/lib/atlas-backup-check', folder)
      .replaceAll('/var/lib/prometheus/node-exporter', `${folder}/metrics`)
      .replaceAll('/opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/', root)
      .replaceAll('/opt/atlas-backup-check', folder)
      .replace('timeout -k 30 15m', 'timeout -k 0.5 0.5');

  write('report', report);
  write('json', json);
  // With an empty text, the check wrote no report.
  const writeJson = `while [ $# -gt 0 ]; do [ "$1" != --output ] || [ ! -s ${folder}/json ] || cp ${folder}/json "$2/2026.json"; shift; done`;
  script('node_modules/.bin/atlas-tenant-snapshots', `cat ${folder}/report\n${writeJson}\nexit ${exitCode}`);
  script('node_modules/.bin/curl', isOffline ? 'exit 7' : 'for url; do :; done; echo "$url"');
  script('page', notifyFails ? 'exit 1' : 'echo "page $1"; cat');
  for (const [name, text] of Object.entries(files)) write(name, text);
  if (checkScript === undefined) write('check.sh', inFolder(shellScript('docs/check/install.md', 'Install')), 0o755);
  else if (checkScript !== 'missing') write('check.sh', `#!/bin/sh\n${checkScript.code}\n`, checkScript.mode ?? 0o755);
  write('notify.sh', inFolder(shellScript('docs/check/notify.md', 'notify.sh')), 0o755);

  const [line] = codeBlocksUnder(document, heading);
  const code = inFolder((line?.code ?? 'exit 1').replace(/^[\d,]+ \S+ \* \* \* /, ''));
  const variables = { ...process.env, PATH: `${commands}:${process.env['PATH']}`, ...env };
  const outcome = await runProcess('sh', ['-c', code], { cwd: folder, env: variables });
  return { ...outcome, readFile: (name: string) => readFileSync(`${folder}/${name}`, 'utf8') };
}

/** The first shell script under a heading. */
function shellScript(document: string, heading: string): string {
  const script = codeBlocksUnder(document, heading).find(({ code }) => code.startsWith('#!/bin/sh'));
  if (script === undefined) throw new Error(`${document} has no script under "${heading}"`);
  return script.code;
}

/** Runs a step of examples/github-actions.yml as GitHub does. */
export function runStep(
  name: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
) {
  const steps: { name?: string; run: string }[] = parse(read('examples/github-actions.yml')).jobs.check.steps;
  const { run } = steps.find((step) => step.name === name) ?? { run: 'exit 1' };
  return runProcess('bash', ['-eo', 'pipefail', '-c', run], options);
}
