/** The results as Markdown. The columns are aligned, so that the tables also read well in a terminal. */
import { labelOf, subjects } from './subjects.mjs';

/** @param {string[]} header @param {string[][]} rows the first column is text, the others are numbers */
function markdown(header, rows) {
  const widths = header.map((_, n) => Math.max(...[header, ...rows].map((row) => row[n].length)));
  const line = (cells) =>
    `| ${cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join(' | ')} |`;
  const rule = widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

const whole = (value) => Math.round(value).toLocaleString('en');

function burstCells(burst, scheme) {
  if (!burst) return ['', '', ''];
  const { requestsFor100Cold, answered, milliseconds, connections } = burst;
  const seconds = (milliseconds / 1000).toFixed(1);
  return [
    scheme === 'digest' ? whole(requestsFor100Cold) : '',
    `${whole(answered)} in ${seconds} s`,
    whole(connections),
  ];
}

export function subjectTable({ summary, bursts }) {
  const header = [
    '',
    'CPU per call',
    '÷ agent.request()',
    'calls/s',
    '÷ agent.request()',
    'p50',
    'p99',
    'requests per call',
    'requests for 100 cold calls',
    '10,000 concurrent calls',
    'connections',
  ];
  const rows = subjects.map(({ name, label, scheme }) => {
    const measured = summary[name];
    return [
      label,
      `${measured.cpuMicroseconds.toFixed(1)} µs`,
      measured.cpuRatio.toFixed(2),
      whole(measured.callsPerSecond),
      measured.callsPerSecondRatio.toFixed(2),
      `${whole(measured.p50Microseconds)} µs`,
      `${whole(measured.p99Microseconds)} µs`,
      measured.requestsPerCall.toFixed(2),
      ...burstCells(bursts[name], scheme),
    ];
  });
  return markdown(header, rows);
}

export function tlsTable({ roundTripMs, coldDigestCall, concurrentColdCalls, digestSweep, check }) {
  const { calls, atOnce, seconds, urllibSeconds, timesTheRate } = digestSweep;
  const rows = [
    ['one cold Digest call', `${whole(coldDigestCall.milliseconds)} ms`, '', ''],
    [
      `${concurrentColdCalls.calls} concurrent cold calls, bearer`,
      `${whole(concurrentColdCalls.milliseconds)} ms`,
      `fetch: ${whole(concurrentColdCalls.fetchMilliseconds)} ms`,
      concurrentColdCalls.ratio.toFixed(2),
    ],
    [
      `sweep of ${calls} calls by Digest, ${atOnce} at once`,
      `${seconds.toFixed(2)} s`,
      `urllib: ${urllibSeconds.toFixed(2)} s`,
      (1 / timesTheRate).toFixed(2),
    ],
  ];
  rows.push([
    `check of ${whole(check.clusters)} clusters in ${check.projects} projects by Digest`,
    `${(check.milliseconds / 1000).toFixed(2)} s`,
    '',
    '',
  ]);
  const note = [
    `Connections of a cold Digest call: ${coldDigestCall.connections}. Requests of the check: ${whole(check.requests)}, and`,
    `${check.logins} to log in. It takes ${check.ratio.toFixed(2)} times (requests × round trip ÷ concurrency).`,
  ].join(' ');
  return `${markdown([`TLS, ${roundTripMs} ms round trip`, 'this client', 'rival', '÷'], rows)}\n\n${note}`;
}

/** @param {import('./goals.mjs').Verdict[]} verdicts */
export function goalTable(verdicts) {
  const rows = verdicts.map(({ goal, bound, measured, reached }) => [
    goal,
    bound,
    measured.toLocaleString('en'),
    reached ? 'reached' : 'missed',
  ]);
  return markdown(['goal', 'bound', 'measured', ''], rows);
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** The results that have no table. */
export function otherLines({ heap, checkHeap, imports, codeSize }) {
  const { calls, ...heaps } = heap;
  const { wallMilliseconds: wall, cpuMilliseconds: cpu } = imports;
  const compare = ({ own, dependencies, ratio }) =>
    `${own.toFixed(1)} ms, undici and zod alone ${dependencies.toFixed(1)} ms (${ratio.toFixed(3)})`;
  return [
    ...Object.entries(heaps).map(
      ([name, { earlyBytes, lateBytes, ratio }]) =>
        `- heap, ${labelOf(name)}: ${megabytes(earlyBytes)} after ${whole(calls / 5)} calls, ` +
        `${megabytes(lateBytes)} after ${whole(calls)} (${ratio.toFixed(3)})`,
    ),
    `- heap during a check: ${megabytes(checkHeap.fewBytes)} with ${checkHeap.projects / 10} projects, ` +
      `${megabytes(checkHeap.manyBytes)} with ${checkHeap.projects} (${checkHeap.ratio.toFixed(3)})`,
    `- import, wall time: ${compare(wall)}`,
    `- import, CPU: ${compare(cpu)}`,
    `- own code: ${whole(codeSize.minified)} bytes minified, ${whole(codeSize.gzipped)} gzipped`,
  ].join('\n');
}
