/**
 * Calls a second, CPU a call and latency: all subjects in turn, round after round, so that what disturbs the machine
 * disturbs them alike, and a ratio is between neighbours in time.
 */
import { start } from './processes.mjs';
import { median, medianRatio } from './statistics.mjs';
import { subjects, yardstick } from './subjects.mjs';

const atOnce = 16;

/** Lets the JIT compiler finish, and finds out how many calls fill a slice. */
async function warmUp(worker, calls, sliceMs) {
  await worker.ask('rate', { calls, atOnce });
  await worker.ask('latency', { calls: 200 });
  const { rate } = await worker.ask('rate', { calls, atOnce });
  return Math.ceil((rate * sliceMs) / 1000);
}

async function measureOnce(worker, calls, atlas) {
  await atlas.takeCounts();
  const { rate, cpu } = await worker.ask('rate', { calls, atOnce });
  const { bearer, digest, refused } = await atlas.takeCounts();
  const { p50, p99 } = await worker.ask('latency', { calls: Math.ceil(calls / 16) });
  return { rate, cpu, p50, p99, requests: (bearer + digest + refused) / calls };
}

/** Turns the runs into columns: a list of values for each metric. */
const column = (runs, metric) => runs.map((run) => run[metric]);

/** @param {{ rounds: number, sliceMs: number, warmUpCalls: number }} size */
export async function measureRounds(atlas, { rounds, sliceMs, warmUpCalls }) {
  const entrants = [];
  for (const { name } of subjects) {
    const worker = await start('worker.mjs', [name, atlas.origin]);
    entrants.push({ name, worker, calls: await warmUp(worker, warmUpCalls, sliceMs), runs: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { worker, calls, runs } of entrants) runs.push(await measureOnce(worker, calls, atlas));
    // Every other round goes backwards, so that a trend in the machine's speed favours nobody.
    entrants.reverse();
  }
  for (const { worker } of entrants) worker.stop();
  return Object.fromEntries(entrants.map(({ name, runs }) => [name, runs]));
}

/** The medians of each subject, and its ratios to the yardstick and to its rivals. */
export function summarize(runsOf) {
  const ratioTo = (name, other, metric) => medianRatio(column(runsOf[name], metric), column(runsOf[other], metric));
  return Object.fromEntries(
    subjects.map(({ name, rivals = [] }) => [
      name,
      {
        cpuMicroseconds: median(column(runsOf[name], 'cpu')),
        cpuRatio: ratioTo(name, yardstick, 'cpu'),
        callsPerSecond: median(column(runsOf[name], 'rate')),
        callsPerSecondRatio: ratioTo(name, yardstick, 'rate'),
        p50Microseconds: median(column(runsOf[name], 'p50')),
        p99Microseconds: median(column(runsOf[name], 'p99')),
        requestsPerCall: median(column(runsOf[name], 'requests')),
        timesTheRateOf: Object.fromEntries(rivals.map((rival) => [rival, ratioTo(name, rival, 'rate')])),
      },
    ]),
  );
}
