/**
 * The numbers to reach, each with what was measured.
 *
 * @typedef {{ goal: string, bound: string, measured: number, reached: boolean }} Verdict
 */
import { strictYardstick, subjects, yardstick } from './subjects.mjs';

const digits = (value) => Number(value.toPrecision(value >= 100 ? 6 : 3));

/** @returns {Verdict} */
const atMost = (goal, limit, measured) => ({
  goal,
  bound: `≤ ${limit}`,
  measured: digits(measured),
  reached: measured <= limit,
});

/** @returns {Verdict} */
const atLeast = (goal, limit, measured) => ({
  goal,
  bound: `≥ ${limit}`,
  measured: digits(measured),
  reached: measured >= limit,
});

const labelOf = (name) => subjects.find((subject) => subject.name === name).label;

function cpuGoals(name, limit, summary) {
  const { cpuRatio, strictCpuRatio } = summary[name];
  return [
    atMost(`CPU a call: ${labelOf(name)} ÷ ${labelOf(yardstick)}`, limit, cpuRatio),
    atMost(`CPU a call: ${labelOf(name)} ÷ ${labelOf(strictYardstick)}`, limit, strictCpuRatio),
  ];
}

function rivalGoals(summary) {
  return subjects.flatMap(({ name, label }) =>
    Object.entries(summary[name].timesTheRateOf).map(([rival, ratio]) =>
      atLeast(`calls a second: ${label} ÷ ${labelOf(rival)}`, 5, ratio),
    ),
  );
}

function clientGoals(name, { bursts, heap }) {
  const label = labelOf(name);
  const { answered, connections } = bursts[name];
  return [
    atLeast(`10,000 at once: answered, ${label}`, 10_000, answered),
    atMost(`10,000 at once: connections, ${label}`, 64, connections),
    atMost(
      `heap after ${heap.calls.toLocaleString('en')} calls ÷ after a fifth of them, ${label}`,
      1.05,
      heap[name].ratio,
    ),
  ];
}

/** @returns {Verdict[]} */
export function judge({ summary, bursts, heap, imports, codeSize }) {
  return [
    ...cpuGoals('client-bearer', 0.95, summary),
    ...cpuGoals('client-digest', 1.1, summary),
    ...rivalGoals(summary),
    atMost('requests a Digest call, live nonce', 1, summary['client-digest'].requestsPerCall),
    atMost('requests for 100 cold Digest calls at once', 101, bursts['client-digest'].requestsFor100Cold),
    ...clientGoals('client-bearer', { bursts, heap }),
    ...clientGoals('client-digest', { bursts, heap }),
    atMost('import ÷ import of undici and zod, wall time', 1.1, imports.wallMilliseconds.ratio),
    atMost('import ÷ import of undici and zod, CPU', 1.1, imports.cpuMilliseconds.ratio),
    atMost('own code, bytes minified and gzipped', 10_000, codeSize.gzipped),
  ];
}
