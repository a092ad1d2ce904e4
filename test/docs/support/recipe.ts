import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFolder } from '../../support/open-folder.js';
import { bin, runProcess } from '../../support/processes.js';
import { codeBlocksUnder } from './documents.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs shell commands in a new project that has installed the package. */
export async function runInProject(code: string, env: Readonly<Record<string, string>> = {}) {
  const cwd = openFolder('node_modules/.bin');
  symlinkSync(bin, `${cwd}/node_modules/.bin/atlas-tenant-snapshots`);
  const variables = { PATH: `${cwd}/node_modules/.bin:${process.env['PATH']}`, ...env };
  const outcome = await runProcess('sh', ['-c', code], { cwd, env: variables });
  return { ...outcome, files: readdirSync(cwd) };
}

/** What a machine has in place of the check, of curl, and of the command of the user. */
const stubs = {
  'bin/atlas-tenant-snapshots': 'echo "Clusters: 1"; [ -z "$JSON" ] || cp "$JSON" reports/2026.json; exit "$CODE"',
  'bin/curl': '[ -z "$OFFLINE" ] || exit 7; for url; do :; done; echo "$url"',
  page: 'echo "page $1"; cat',
};

/**
 * Runs a recipe as it is printed, except for its folders and the time limit, on a machine that was set up as docs/check/install.md
 * and docs/check/notify.md say, with `stubs`.
 *
 * @param document - with the recipe, a crontab line, in its first code block under `heading`.
 * @param before - shell commands that run before it, in the folder of the check.
 */
export async function runRecipe(document: string, heading: string, before = '') {
  const cwd = openFolder('bin', 'reports', 'metrics');
  const inFolder = (code = 'exit 1') =>
    code
      .replaceAll('/var/lib/prometheus/node-exporter', `${cwd}/metrics`)
      .replaceAll('/opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/', root)
      .replaceAll('/opt/atlas-backup-check/node_modules/.bin', `${cwd}/bin`)
      .replaceAll(/\/(var\/lib|opt)\/atlas-backup-check/g, cwd)
      .replace('timeout -k 30 15m', 'timeout -k 0.5 0.5');
  const scriptOf = (page: string, title: string) =>
    inFolder(codeBlocksUnder(page, title).find(({ code }) => code.startsWith('#!/bin/sh'))?.code);
  const scripts = {
    ...stubs,
    'check.sh': scriptOf('docs/check/install.md', 'Install'),
    'notify.sh': scriptOf('docs/check/notify.md', 'notify.sh'),
  };
  for (const [name, code] of Object.entries(scripts))
    writeFileSync(`${cwd}/${name}`, `#!/bin/sh\n${code}`, { mode: 0o755 });
  const line = codeBlocksUnder(document, heading)[0]?.code.replace(/^[\d,]+ \S+ \* \* \* /, '');
  const env = { PATH: `${cwd}/bin:${process.env['PATH']}`, CODE: '2' };
  const outcome = await runProcess('sh', ['-c', `${before}\n${inFolder(line)}`], { cwd, env });
  return { ...outcome, readFile: (name: string) => readFileSync(`${cwd}/${name}`, 'utf8') };
}
