/**
 * The goals, each with what was measured.
 *
 * @typedef {{ goal: string, bound: string, measured: number, reached: boolean }} Verdict
 */
import { baseline, labelOf, subjects } from './subjects.mjs';

const rounded = (value) => Number(value.toPrecision(value >= 100 ? 6 : 3));

/** @returns {Verdict} */
const atMost = (goal, limit, measured) => ({
  goal,
  bound: `≤ ${limit.toLocaleString('en')}`,
  measured: rounded(measured),
  reached: measured <= limit,
});

/** @returns {Verdict} */
const atLeast = (goal, limit, measured) => ({
  goal,
  bound: `≥ ${limit.toLocaleString('en')}`,
  measured: rounded(measured),
  reached: measured >= limit,
});

const cpuGoal = (name, rival, limit, summary) =>
  atMost(`CPU per call: ${labelOf(name)} ÷ ${labelOf(rival)}`, limit, summary[name].cpuRatio / summary[rival].cpuRatio);

function rateGoals(summary) {
  return subjects.flatMap(({ name, label, rivals = {} }) =>
    Object.entries(rivals).map(([rival, times]) =>
      atLeast(`calls per second: ${label} ÷ ${labelOf(rival)}`, times, summary[name].timesTheRateOf[rival]),
    ),
  );
}

function burstAndHeapGoals(name, bursts, heap) {
  const label = labelOf(name);
  const { answered, connections } = bursts[name];
  const calls = heap.calls.toLocaleString('en');
  return [
    atLeast(`10,000 concurrent calls: successful, ${label}`, 10_000, answered),
    atMost(`10,000 concurrent calls: connections, ${label}`, 64, connections),
    atMost(`heap after ${calls} calls ÷ after a fifth of them, ${label}`, 1.05, heap[name].ratio),
  ];
}

function tlsGoals({ coldDigestCall, concurrentColdCalls, digestSweep, check }) {
  return [
    atMost('TLS: connections of a cold Digest call', 1, coldDigestCall.connections),
    atMost('TLS: time of 100 concurrent cold calls, this client, bearer ÷ fetch', 1, concurrentColdCalls.ratio),
    atLeast('TLS: calls per second of a Digest sweep, this client ÷ urllib', 1.9, digestSweep.timesTheRate),
    atMost('TLS: time of a check ÷ (requests × round trip ÷ concurrency)', 1.3, check.ratio),
    atMost('TLS: requests of a check of 1,000 clusters in 50 projects', 1_101, check.requests),
    atMost('TLS: requests of its login by Digest', 1, check.logins),
  ];
}

/** @returns {Verdict[]} */
export function judge({ summary, bursts, tls, heap, checkHeap, imports, codeSize }) {
  return [
    cpuGoal('client-bearer', baseline, 1.22, summary),
    cpuGoal('client-digest', baseline, 1.38, summary),
    cpuGoal('client-fetch', 'fetch', 1.35, summary),
    ...rateGoals(summary),
    ...tlsGoals(tls),
    atMost('requests per Digest call', 1, summary['client-digest'].requestsPerCall),
    atMost('requests for 100 concurrent cold Digest calls', 101, bursts['client-digest'].requestsFor100Cold),
    ...burstAndHeapGoals('client-bearer', bursts, heap),
    ...burstAndHeapGoals('client-digest', bursts, heap),
    atMost('heap of a check of 500 projects ÷ of 50 projects', 1.05, checkHeap.ratio),
    atMost('import ÷ import of undici and zod, CPU', 1.1, imports.cpuMilliseconds.ratio),
    atMost('own code, bytes minified and gzipped', 20_200, codeSize.gzipped),
  ];
}
