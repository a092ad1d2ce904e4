/**
 * `npm run bench`: measures this client, bare undici and other clients against a loopback Atlas, and prints one table.
 * `npm run bench -- bearer digest` measures only these and undici, by their names in subjects.mjs.
 */
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { installPeers } from './peers.mjs';
import { start } from './processes.mjs';
import { measureSizes } from './sizes.mjs';
import { subjects } from './subjects.mjs';

// Some of V8's early decisions last as long as the process and can cost a fifth: so each subject restarts this often.
const restarts = 5;
const rounds = 12;
const sliceMs = 100;
const modes = [1, 16];

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Lets V8 optimize the code, and counts how many calls take `sliceMs`. */
async function startSubject(name, origin) {
  const { ask, stop } = await start('worker.mjs', name, origin);
  const calls = {};
  for (const atOnce of modes) {
    const { rate } = await ask({ calls: 2_000, atOnce });
    const warm = await ask({ calls: Math.ceil(rate / 2), atOnce });
    calls[atOnce] = Math.ceil((warm.rate * sliceMs) / 1000);
  }
  return { name, stop, measure: (atOnce) => ask({ calls: calls[atOnce], atOnce }) };
}

/**
 * The subjects take turns, round after round, so that whatever disturbs the machine disturbs them alike.
 *
 * @returns {Promise<Record<string, Record<1 | 16, { cpu: number, rate: number }[]>>>} in µs per call, and calls per second.
 */
async function measureCalls(names) {
  const runs = Object.fromEntries(names.map((name) => [name, { 1: [], 16: [] }]));
  const atlas = await start('atlas.mjs');
  for (let restart = 0; restart < restarts; restart += 1) {
    process.stderr.write(`calls: ${restart + 1} of ${restarts}\n`);
    const workers = [];
    for (const name of names) workers.push(await startSubject(name, atlas.ready.origin));
    for (let round = 0; round < rounds; round += 1) {
      for (const atOnce of modes) {
        for (const { name, measure } of workers) runs[name][atOnce].push(await measure(atOnce));
      }
      // Every other round runs backwards, so that a trend in the machine's speed favors nobody.
      workers.reverse();
    }
    for (const { stop } of workers) stop();
  }
  atlas.stop();
  return runs;
}

/** The median ratio of a metric, of runs in the same round. Empty if one of the two was not measured. */
function ratio(above, below, metric) {
  return above && below ? median(above.map((run, n) => run[metric] / below[n][metric])).toFixed(2) : '';
}

function callTable(runs) {
  const rows = Object.keys(runs).map((name) => {
    const { label, baseline = 'undici', limit, rival } = subjects[name];
    const perMode = modes.flatMap((atOnce) => {
      const cpu = `${median(runs[name][atOnce].map((run) => run.cpu)).toFixed(1)} µs`;
      return [cpu, ratio(runs[name][atOnce], runs[baseline]?.[atOnce], 'cpu')];
    });
    const rate = Math.round(median(runs[name][16].map((run) => run.rate))).toLocaleString('en');
    const times = ratio(runs[rival]?.[16], runs[name][16], 'rate');
    return [label, ...perMode, limit ? `${limit} × ${baseline}` : '', rate, times];
  });
  const header = ['', 'CPU, 1 at a time', '÷', 'CPU, 16 at a time', '÷', 'at most', 'calls/s', 'this client is faster'];
  return markdown([header, ...rows]);
}

function markdown([header, ...rows]) {
  const widths = header.map((_, n) => Math.max(...[header, ...rows].map((row) => row[n].length)));
  const line = (cells) => `| ${cells.map((c, n) => (n ? c.padStart(widths[n]) : c.padEnd(widths[n]))).join(' | ')} |`;
  const rule = widths.map((width, n) => (n ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [header, rule, ...rows].map(line).join('\n');
}

async function measureCheck(...args) {
  const cpu = [];
  for (let n = 0; n < restarts; n += 1) {
    const { ready, stop } = await start('check.mjs', ...args);
    cpu.push(ready.cpu / 1000);
    stop();
  }
  return median(cpu).toFixed(2);
}

const chosen = process.argv.slice(2);
const [load] = loadavg();
installPeers();
const runs = await measureCalls(chosen.length > 0 ? ['undici', ...chosen] : Object.keys(subjects));
const check = await measureCheck();
const checkWithEvidence = await measureCheck('evidence');
const sizes = await measureSizes();
const format = (bytes) => bytes.toLocaleString('en');

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
console.log(`
Version ${version}, Node ${process.version}, ${cpus()[0].model.trim()}, ${cpus().length} cores (load ${load.toFixed(1)} at the start), medians of ${restarts * rounds} rounds:

${callTable(runs)}

- A check of 10,000 clusters in 500 projects takes ${check} s of CPU (at most 0.6), and ${checkWithEvidence} s with evidence (at most 1.2).
- Bytes: ${sizes.map(({ what, bytes, limit }) => `${what} ${format(bytes)} (at most ${format(limit)})`).join('; ')}.`);
if (sizes.some(({ bytes, limit }) => bytes > limit)) process.exitCode = 1;
