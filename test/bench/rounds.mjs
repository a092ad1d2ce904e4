/**
 * Calls per second, CPU per call and latency. All subjects take turns, round after round, so that whatever disturbs the
 * machine disturbs them alike. Each ratio compares two runs of the same round.
 */
import { start } from './processes.mjs';
import { column, median, medianRatio } from './statistics.mjs';
import { baseline, subjects } from './subjects.mjs';

const atOnce = 16;

/** Lets V8 optimize the code, and returns how many calls take `sliceMs`. */
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

async function startWorker(name, atlas, sliceMs) {
  const worker = await start('worker.mjs', [name, atlas.origin]);
  return { name, worker, calls: await warmUp(worker, sliceMs) };
}

/**
 * @param {{ processes: number, rounds: number, sliceMs: number }} size `processes`: how often all subjects restart.
 * Some of V8's early decisions, such as where it allocates objects, last as long as the process and can cost a fifth.
 */
export async function measureRounds(atlas, { processes, rounds, sliceMs }) {
  const runsOf = Object.fromEntries(subjects.map(({ name }) => [name, []]));
  for (let n = 0; n < processes; n += 1) {
    const workers = [];
    for (const { name } of subjects) workers.push(await startWorker(name, atlas, sliceMs));
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, worker, calls } of workers) runsOf[name].push(await measureOnce(worker, calls, atlas));
      // Every other round runs backwards, so that a trend in the machine's speed favors nobody.
      workers.reverse();
    }
    for (const { worker } of workers) worker.stop();
  }
  return runsOf;
}

/** The medians of each subject, and its ratios to the baseline and to its rivals. */
export function summarize(runsOf) {
  const ratioTo = (name, other, metric) => medianRatio(column(runsOf[name], metric), column(runsOf[other], metric));
  return Object.fromEntries(
    subjects.map(({ name, rivals = {} }) => [
      name,
      {
        cpuMicroseconds: median(column(runsOf[name], 'cpu')),
        cpuRatio: ratioTo(name, baseline, 'cpu'),
        callsPerSecond: median(column(runsOf[name], 'rate')),
        callsPerSecondRatio: ratioTo(name, baseline, 'rate'),
        p50Microseconds: median(column(runsOf[name], 'p50')),
        p99Microseconds: median(column(runsOf[name], 'p99')),
        requestsPerCall: median(column(runsOf[name], 'requests')),
        timesTheRateOf: Object.fromEntries(Object.keys(rivals).map((rival) => [rival, ratioTo(name, rival, 'rate')])),
      },
    ]),
  );
}
