/**
 * Calls a second, CPU a call and latency: all subjects in turn, round after round, so that what disturbs the machine
 * disturbs them alike, and a ratio is between neighbours in time.
 */
import { start } from './processes.mjs';
import { median, medianRatio } from './statistics.mjs';
import { strictYardstick, subjects, yardstick } from './subjects.mjs';

const atOnce = 16;

/** Lets the JIT compiler finish, and finds out how many calls fill a slice. */
async function warmUp(worker, sliceMs) {
  const first = await worker.ask('rate', { calls: 1_000, atOnce });
  await worker.ask('latency', { calls: 200 });
  const { rate } = await worker.ask('rate', { calls: Math.ceil(first.rate), atOnce });
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

async function startEntrant(name, atlas, sliceMs) {
  const worker = await start('worker.mjs', [name, atlas.origin]);
  return { name, worker, calls: await warmUp(worker, sliceMs) };
}

/**
 * @param {{ processes: number, rounds: number, sliceMs: number }} size `processes`: how often all subjects start anew.
 * What V8 decides early in a process (such as where objects are born) stays with it, and can cost a fifth.
 */
export async function measureRounds(atlas, { processes, rounds, sliceMs }) {
  const runsOf = Object.fromEntries(subjects.map(({ name }) => [name, []]));
  for (let n = 0; n < processes; n += 1) {
    const entrants = [];
    for (const { name } of subjects) entrants.push(await startEntrant(name, atlas, sliceMs));
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, worker, calls } of entrants) runsOf[name].push(await measureOnce(worker, calls, atlas));
      // Every other round goes backwards, so that a trend in the machine's speed favours nobody.
      entrants.reverse();
    }
    for (const { worker } of entrants) worker.stop();
  }
  return runsOf;
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
        strictCpuRatio: ratioTo(name, strictYardstick, 'cpu'),
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
