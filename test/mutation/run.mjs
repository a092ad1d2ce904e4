/**
 * `npm run mutation`: mutates src, without the emulator, one folder at a time, each against the tests that cover it best. Prints the
 * score of each, and fails below 94 % over all or 90 % in a folder.
 *
 * `npm run mutation -- client/http check` mutates only these, and `npm run mutation -- client/http/retry.ts` only this file.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const calls = ['test/client/*.test.ts', 'test/client/call/*.test.ts'];

/** The tests of each folder of src. */
const folders = {
  'client/http': [...calls, 'test/client/http/*.test.ts'],
  'client/atlas': [...calls, 'test/client/atlas/*.test.ts'],
  'client/errors': [...calls, 'test/client/{errors,config,auth}/**/*.test.ts'],
  'client/auth': [...calls, 'test/client/auth/**/*.test.ts'],
  'client/config': [...calls, 'test/client/{config,http}/*.test.ts'],
  'client/call': [...calls, 'test/client/{http,auth}/**/*.test.ts'],
  client: calls,
  check: ['test/check/*.test.ts'],
  report: ['test/report/*.test.ts'],
  cli: ['test/cli/*.test.ts'],
};
const reports = 'reports/mutation';

/** The folder that a name is in or of. */
const folderOf = (name) => Object.keys(folders).find((path) => name === path || name.startsWith(`${path}/`));

/** Runs Stryker on a folder or a file of src. Counts the mutants, and those that the tests caught. */
function mutate(name) {
  const folder = folderOf(name);
  const slug = name.replace(/\W/g, '-');
  const report = `${reports}/${slug}.json`;
  const config = {
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    // Only tests that start processes run these two files.
    mutate: [`src/${name}${name.endsWith('.ts') ? '' : '/*.ts'}`, '!src/cli/{bin,emulate}.ts'],
    ignorePatterns: ['/dist', '/api-docs', '/reports', '/.ci', '/test/bench'],
    concurrency: 2,
    timeoutMS: 4000,
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
  };
  writeFileSync(`${reports}/${slug}.config.json`, JSON.stringify(config));
  const env = { ...process.env, MUTATION_TESTS: folders[folder].join(' ') };
  const { status } = spawnSync('stryker', ['run', `${reports}/${slug}.config.json`], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Stryker could not test ${name}`);
  const fates = Object.values(JSON.parse(readFileSync(report, 'utf8')).files).flatMap(({ mutants }) =>
    mutants.map((mutant) => mutant.status),
  );
  const caught = fates.filter((fate) => fate === 'Killed' || fate === 'Timeout').length;
  return { name, caught, all: caught + fates.filter((fate) => fate === 'Survived' || fate === 'NoCoverage').length };
}

mkdirSync(reports, { recursive: true });
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => folderOf(name) === undefined);
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. Choose from ${Object.keys(folders).join(', ')}.`);
  process.exit(3);
}
const results = (asked.length > 0 ? asked : Object.keys(folders)).map(mutate);
const sum = (key) => results.reduce((total, counts) => total + counts[key], 0);
const score = ({ caught, all }) => (100 * caught) / all;
const total = { name: 'all', caught: sum('caught'), all: sum('all') };
console.log('| Folder of src | Mutants caught | Score |\n|---|--:|--:|');
for (const row of [...results, total])
  console.log(`| ${row.name} | ${row.caught} of ${row.all} | ${score(row).toFixed(1)} % |`);
if (score(total) < 94 || results.some((counts) => score(counts) < 90)) process.exitCode = 1;
