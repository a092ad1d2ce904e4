/**
 * `npm run mutation`: mutates src (without the emulator) one folder at a time, each against the tests that cover it best:
 * against all tests it would take hours. Prints the score of each folder and of all, and fails below 92 %.
 *
 * `npm run mutation -- http digest` mutates only these folders.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const client = 'test/client/*.test.ts';
const folders = {
  atlas: {
    mutate: 'src/atlas/*.ts',
    tests: [client, 'test/atlas/*.test.ts', 'test/call/*.test.ts', 'test/auth/missing-role.test.ts'],
  },
  errors: { mutate: 'src/errors/*.ts', tests: [client, 'test/errors/*.test.ts', 'test/call/*.test.ts'] },
  http: {
    mutate: 'src/http/*.ts',
    tests: [
      'test/http/*.test.ts',
      'test/client/{abort,async-context,close,deadline}.test.ts',
      'test/atlas/response.test.ts',
      'test/call/{errors,request}.test.ts',
    ],
  },
  digest: { mutate: 'src/auth/digest/*.ts', tests: ['test/auth/digest/*.test.ts'] },
  auth: { mutate: 'src/auth/{*,service-account/*}.ts', tests: ['test/auth/{*,service-account/*}.test.ts'] },
  call: {
    mutate: 'src/call/*.ts',
    tests: [client, 'test/call/*.test.ts', 'test/http/*.test.ts', 'test/atlas/response.test.ts'],
  },
  check: { mutate: 'src/check/*.ts', tests: ['test/check/*.test.ts'] },
  // The first lines of the process and the emulator run only in tests that start processes.
  cli: { mutate: 'src/cli/!(bin|command|demo|emulate|output-stream).ts', tests: ['test/cli/*.test.ts'] },
  config: {
    mutate: 'src/{config/*,client}.ts',
    tests: [client, 'test/{config,call}/*.test.ts', 'test/http/{fetch,proxy}.test.ts'],
  },
};
const folder = 'reports/mutation';
const minScore = 92;

const asked = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Runs Stryker on a folder. Counts its mutants, and those that the tests caught. */
function mutate(name) {
  const { mutate: files, tests } = folders[name];
  const config = `${folder}/${name}.config.json`;
  const report = `${folder}/${name}.json`;
  writeFileSync(config, JSON.stringify(settings(files, report), null, 2));
  const env = { ...process.env, MUTATION_TESTS: tests.join(' ') };
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
    ignorePatterns: ['/dist', '/api-docs', '/coverage', '/reports', '/.ci', '/test/bench'],
    concurrency: 2,
    timeoutMS: 4000,
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
  };
}

const score = ({ caught, all }) => (100 * caught) / all;
const show = (counts) => `${counts.name}: ${score(counts).toFixed(1)} % (${counts.caught} of ${counts.all})`;

const results = (asked.length > 0 ? asked : Object.keys(folders)).map(mutate);
const total = { name: 'all', caught: 0, all: 0 };
for (const { caught, all } of results) {
  total.caught += caught;
  total.all += all;
}
console.log([...results, total].map(show).join('\n'));
if (score(total) < minScore) process.exitCode = 1;
