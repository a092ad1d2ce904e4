/**
 * `npm run mutation`: mutates src, except the emulator, folder by folder, and runs only the tests of that folder, as all
 * tests would take hours. Prints the score of each folder and of all, and fails below 90 %.
 *
 * `npm run mutation -- http digest` mutates only these.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const targets = {
  http: { mutate: 'src/http/*.ts', tests: 'test/http/*.test.ts' },
  digest: { mutate: 'src/auth/digest/*.ts', tests: 'test/auth/digest/*.test.ts' },
  auth: { mutate: 'src/auth/*.ts', tests: 'test/auth/*.test.ts' },
  root: { mutate: 'src/*.ts', tests: 'test/*.test.ts' },
};
const folder = 'reports/mutation';
const leastScore = 90;

const requested = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Runs Stryker on a folder, and counts its mutants, and those that the tests caught. */
function mutate(name) {
  const { mutate: files, tests } = targets[name];
  const config = `${folder}/${name}.config.json`;
  const report = `${folder}/${name}.json`;
  writeFileSync(config, JSON.stringify(settings(files, report), null, 2));
  const env = { ...process.env, MUTATION_TESTS: tests };
  const { status } = spawnSync('stryker', ['run', config], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Stryker could not test ${files}`);
  const mutants = Object.values(JSON.parse(readFileSync(report, 'utf8')).files).flatMap((file) => file.mutants);
  const counted = mutants.filter(({ status: fate }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(fate));
  const caught = counted.filter(({ status: fate }) => fate === 'Killed' || fate === 'Timeout');
  return { name, caught: caught.length, all: counted.length };
}

function settings(files, report) {
  return {
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    mutate: [files],
    ignorePatterns: ['/dist', '/docs', '/coverage', '/reports', '/.ci', '/test/bench'],
    concurrency: 2,
    timeoutMS: 4000,
    reporters: ['clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
  };
}

const score = ({ caught, all }) => (100 * caught) / all;
const show = (counts) => `${counts.name}: ${score(counts).toFixed(1)} % (${counts.caught} of ${counts.all})`;

const results = (requested.length > 0 ? requested : Object.keys(targets)).map(mutate);
const total = { name: 'all', caught: 0, all: 0 };
for (const { caught, all } of results) {
  total.caught += caught;
  total.all += all;
}
console.log([...results, total].map(show).join('\n'));
if (score(total) < leastScore) process.exitCode = 1;
