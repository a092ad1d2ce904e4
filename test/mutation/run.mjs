/**
 * `npm run mutation`: mutates src (without the emulator) one folder at a time, each against the tests that cover it best:
 * against all tests it would take hours. Prints the score of each folder and of all, writes them to README.md in this folder, and fails
 * below 94 % over all or 90 % in a folder.
 *
 * `npm run mutation -- http digest` mutates only these folders, and `npm run mutation -- src/client/http/retry.ts` only this file.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const client = 'test/client/*.test.ts';
const folders = {
  atlas: {
    mutate: 'src/client/atlas/*.ts',
    tests: [client, 'test/client/atlas/*.test.ts', 'test/client/call/*.test.ts', 'test/client/auth/bearer.test.ts'],
  },
  errors: {
    mutate: 'src/client/errors/*.ts',
    tests: [
      client,
      'test/client/{errors,call,config}/*.test.ts',
      'test/client/auth/{bearer,service-account/token-request}.test.ts',
    ],
  },
  http: {
    mutate: 'src/client/http/*.ts',
    tests: [
      'test/client/http/*.test.ts',
      'test/client/{async-context,close,early-end}.test.ts',
      'test/client/call/{errors,request}.test.ts',
    ],
  },
  digest: { mutate: 'src/client/auth/digest/*.ts', tests: ['test/client/auth/digest/*.test.ts'] },
  auth: {
    mutate: 'src/client/auth/{*,service-account/*}.ts',
    tests: [
      'test/client/auth/{*,service-account/*}.test.ts',
      'test/client/{early-end,secrets}.test.ts',
      'test/client/call/{fallback,node-debug}.test.ts',
    ],
  },
  call: {
    mutate: 'src/client/call/*.ts',
    tests: [client, 'test/client/{call,http,auth/service-account}/*.test.ts'],
  },
  check: { mutate: 'src/check/*.ts', tests: ['test/check/*.test.ts'] },
  // The first lines of the process and the emulator run only in tests that start processes.
  cli: { mutate: 'src/cli/!(bin|emulate).ts', tests: ['test/cli/*.test.ts'] },
  report: { mutate: 'src/report/*.ts', tests: ['test/report/*.test.ts'] },
  config: {
    mutate: 'src/client/{config/*,client,newest-backup}.ts',
    tests: [client, 'test/client/{config,call}/*.test.ts', 'test/client/http/{fetch,proxy}.test.ts'],
  },
};

/** As README.md names them. */
const labels = {
  atlas: '`src/client/atlas/`',
  errors: '`src/client/errors/`',
  http: '`src/client/http/`',
  digest: '`src/client/auth/digest/`',
  auth: '`src/client/auth/`, without `digest/`',
  call: '`src/client/call/`',
  config: '`src/client/config/`, `src/client/client.ts`, `src/client/newest-backup.ts`',
  check: '`src/check/`',
  cli: '`src/cli/`',
  report: '`src/report/`',
};

const folder = 'reports/mutation';
const minScore = 94;
const minFolderScore = 90;

const asked = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Runs Stryker on a folder or a file. Counts the mutants, and those that the tests caught. */
function mutate(folderOrFile) {
  const isFolder = folderOrFile in folders;
  const name = isFolder ? folderOrFile : folderOf(folderOrFile);
  const { tests } = folders[name];
  const files = isFolder ? folders[name].mutate : folderOrFile;
  const config = `${folder}/${name}.config.json`;
  const report = `${folder}/${name}.json`;
  writeFileSync(config, JSON.stringify(settings(files, report), null, 2));
  const env = { ...process.env, MUTATION_TESTS: tests.join(' ') };
  const { status } = spawnSync('stryker', ['run', config], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Stryker could not test ${files}`);
  const mutants = Object.values(JSON.parse(readFileSync(report, 'utf8')).files).flatMap((file) => file.mutants);
  const counted = mutants.filter(({ status: fate }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(fate));
  const caught = counted.filter(({ status: fate }) => fate === 'Killed' || fate === 'Timeout');
  return { name: isFolder ? labels[name] : `\`${folderOrFile}\``, caught: caught.length, all: counted.length };
}

function folderOf(file) {
  const name = /^src\/client\/[^/]+$/.test(file) ? 'config' : file.split('/').findLast((part) => part in folders);
  if (name === undefined) throw new Error(`${file} is neither a file in src nor one of ${Object.keys(folders)}`);
  return name;
}

function settings(files, report) {
  return {
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    mutate: [files],
    ignorePatterns: ['/dist', '/api-docs', '/reports', '/.ci', '/test/bench'],
    concurrency: 2,
    timeoutMS: 4000,
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
  };
}

const score = ({ caught, all }) => (100 * caught) / all;

function table(rows) {
  const lines = rows.map((row) => {
    const [caught, all] = [row.caught, row.all].map((count) => count.toLocaleString('en'));
    return `| ${row.name} | ${caught} of ${all} | ${score(row).toFixed(1)} % |`;
  });
  return ['| Folder | Mutants caught | Score |', '|---|---|---|', ...lines].join('\n');
}

/** Replaces what is between the markers in README.md. */
function writeToReadme(text) {
  const path = 'test/mutation/README.md';
  const document = readFileSync(path, 'utf8');
  const marked = /(?<=<!-- mutation:start -->\n).*(?=<!-- mutation:end -->)/s;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    path,
    document.replace(marked, () => `\nMutation score, measured on ${date}:\n\n${text}\n\n`),
  );
}

const results = (asked.length > 0 ? asked : Object.keys(folders)).map(mutate);
const sum = (key) => results.reduce((total, counts) => total + counts[key], 0);
const total = { name: 'All', caught: sum('caught'), all: sum('all') };
const scores = table([...results, total]);
console.log(scores);
if (asked.length === 0) writeToReadme(scores);
if (score(total) < minScore || results.some((counts) => score(counts) < minFolderScore)) process.exitCode = 1;
