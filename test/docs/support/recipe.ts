import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFolder } from '../../support/open-folder.js';
import { bin, runProcess } from '../../support/processes.js';
import { codeBlocksUnder } from './documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a machine has in place of curl and of the command of the user. */
const stubs = {
  'bin/curl': '#!/bin/sh\n[ -z "$OFFLINE" ] || exit 7; for url; do :; done; echo "$url"',
  page: '#!/bin/sh\necho "page $1 $2"; cat',
};

/** The first script under a heading, as a document prints it. */
function scriptUnder(document: string, heading: string): string {
  return codeBlocksUnder(document, heading).find(({ code }) => code.startsWith('#!/bin/sh'))?.code ?? '';
}

/** Runs shell commands in a new project that has installed the package. */
export async function runInProject(code: string, env: Readonly<Record<string, string>> = {}) {
  const cwd = openFolder('node_modules/.bin');
  symlinkSync(bin, `${cwd}/node_modules/.bin/atlas-tenant-snapshots`);
  const variables = { PATH: `${cwd}/node_modules/.bin:${process.env['PATH']}`, ...env };
  const outcome = await runProcess('sh', ['-c', code], { cwd, env: variables });
  return { ...outcome, files: readdirSync(cwd) };
}

/**
 * Sets up a machine with the job `prod` as docs/check/install.md and docs/check/notify.md say, with `stubs`. The scripts are as
 * printed, except for their folders and the time limit.
 *
 * @param shell - the program that is `sh` there.
 * @param login - the variables in the job's file.
 */
export function openMachine(shell: 'dash' | 'bash', login: Readonly<Record<string, string>> = {}) {
  const cwd = openFolder('bin', 'prod/reports', 'metrics');
  const inFolder = (code: string) =>
    code
      .replaceAll('#!/bin/sh', `#!${cwd}/bin/sh`)
      .replaceAll('/var/lib/prometheus/node-exporter', `${cwd}/metrics`)
      .replaceAll('/opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/', root)
      .replaceAll('/opt/atlas-backup-check/node_modules/.bin', `${cwd}/bin`)
      .replaceAll(/\/(var\/lib|opt|etc)\/atlas-backup-check/g, cwd)
      // In the image of the CronJob.
      .replaceAll('/check/node_modules/.bin', `${cwd}/bin`)
      .replaceAll('/data/', `${cwd}/prod/`)
      .replace('timeout -k 30 15m', `timeout -k 0.5 "\${LIMIT:-60}"`);
  symlinkSync(`/bin/${shell}`, `${cwd}/bin/sh`);
  symlinkSync(bin, `${cwd}/bin/atlas-tenant-snapshots`);
  const write = (name: string, code: string) => writeFileSync(`${cwd}/${name}`, inFolder(code), { mode: 0o755 });
  for (const [name, code] of Object.entries(stubs)) write(name, code);
  write('check.sh', scriptUnder('docs/check/install.md', 'Install'));
  write('notify.sh', scriptUnder('docs/check/notify.md', 'notify.sh'));
  write(
    'prod.env',
    Object.entries(login)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  const env = { PATH: `${cwd}/bin:${process.env['PATH']}` };
  return {
    /** Runs shell commands, such as those of a document, in the folder of the job. */
    run: (code: string) => runProcess('sh', ['-c', inFolder(code)], { cwd, env }),
    write,
    readFile: (name: string) => readFileSync(`${cwd}/${name}`, 'utf8'),
  };
}
