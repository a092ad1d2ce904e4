/**
 * `npm run bench`: measures this client, bare undici and other clients against a loopback Atlas, prints the results, and
 * writes results.json, bench.svg and the tables in README.md to this folder.
 *
 *   --quick  takes about a minute: fewer and shorter rounds, a tenth of the calls for the heap, no bursts of other clients
 *   --check  exits with code 1 if a goal is missed
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureBursts } from './bursts.mjs';
import { measureCodeSize } from './code-size.mjs';
import { judge } from './goals.mjs';
import { measureCheckHeap, measureHeaps } from './heap.mjs';
import { measureImports } from './imports.mjs';
import { installPeers } from './peers.mjs';
import { startAtlas } from './processes.mjs';
import { measureRounds, summarize } from './rounds.mjs';
import { baseline, subjects } from './subjects.mjs';
import { draw } from './svg.mjs';
import { goalTable, otherLines, subjectTable, tlsTable } from './table.mjs';
import { measureTls } from './tls.mjs';

const own = ['client-bearer', 'client-digest'];
const sizes = {
  quick: {
    processes: 2,
    rounds: 4,
    sliceMs: 150,
    heapCalls: 100_000,
    importRounds: 15,
    bursts: [...own, baseline],
    tls: { coldCalls: 3, bursts: 5, sweeps: 1, checks: 1 },
  },
  full: {
    processes: 4,
    rounds: 8,
    sliceMs: 250,
    heapCalls: 1_000_000,
    importRounds: 25,
    bursts: subjects.map(({ name }) => name),
    tls: { coldCalls: 9, bursts: 15, sweeps: 5, checks: 5 },
  },
};

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, check: { type: 'boolean' } } });
const size = flags.quick ? sizes.quick : sizes.full;

/** Reports progress on stderr, so that stdout has only the results. */
async function step(name, work) {
  process.stderr.write(`${name} … `);
  const start = performance.now();
  const result = await work();
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  return result;
}

async function measure() {
  await step('peers', installPeers);
  const codeSize = await measureCodeSize();
  const imports = await step('imports', () => measureImports(size.importRounds));
  const atlas = await startAtlas();
  const runs = await step('rounds', () => measureRounds(atlas, size));
  const bursts = await step('bursts', () => measureBursts(atlas, size.bursts));
  const tls = await step('TLS', () => measureTls(size.tls));
  const heap = await step('heap', () => measureHeaps(atlas, size.heapCalls));
  const checkHeap = await step('heap of a check', () => measureCheckHeap(500));
  atlas.stop();
  const machine = { node: process.version, cpu: cpus()[0].model.trim(), cores: cpus().length };
  const date = new Date().toISOString().slice(0, 10);
  return {
    date,
    machine,
    rounds: size.processes * size.rounds,
    summary: summarize(runs),
    bursts,
    tls,
    heap,
    checkHeap,
    imports,
    codeSize,
  };
}

const write = (name, text) => writeFileSync(new URL(name, import.meta.url), text);

/** Replaces what is between the markers in README.md. */
function writeToReadme(text) {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const marked = /(?<=<!-- bench:start -->\n).*(?=<!-- bench:end -->)/s;
  write(
    'README.md',
    readme.replace(marked, () => `\n${text}\n\n`),
  );
}

const [load] = loadavg();
if (load > 0.5) console.error(`The machine is busy (load ${load.toFixed(1)}), so the results are less reliable.`);
const results = await measure();
const goals = judge(results);
write('results.json', `${JSON.stringify({ ...results, goals }, null, 2)}\n`);
write('bench.svg', draw(results));

const { node, cpu, cores } = results.machine;
const heading = `Node ${node}, ${cpu} (${cores} cores), ${results.date}, medians of ${results.rounds} interleaved rounds`;
const tables = [heading, subjectTable(results), tlsTable(results.tls), otherLines(results), goalTable(goals)].join(
  '\n\n',
);
writeToReadme(tables);
console.log(`\n${tables}`);
if (flags.check && goals.some(({ reached }) => !reached)) process.exitCode = 1;
