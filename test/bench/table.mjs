/** The results as Markdown, aligned, so that it reads well in a terminal and can go into the README as it is. */
import { subjects } from './subjects.mjs';

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
    'CPU a call',
    '÷ request(url)',
    '÷ agent.request',
    'calls/s',
    '÷ request(url)',
    'p50',
    'p99',
    'requests a call',
    'for 100 cold',
    '10,000 at once',
    'connections',
  ];
  const rows = subjects.map(({ name, label, scheme }) => {
    const { cpuMicroseconds, cpuRatio, strictCpuRatio, callsPerSecond, callsPerSecondRatio, ...rest } = summary[name];
    return [
      label,
      `${cpuMicroseconds.toFixed(1)} µs`,
      cpuRatio.toFixed(2),
      strictCpuRatio.toFixed(2),
      whole(callsPerSecond),
      callsPerSecondRatio.toFixed(2),
      `${whole(rest.p50Microseconds)} µs`,
      `${whole(rest.p99Microseconds)} µs`,
      rest.requestsPerCall.toFixed(2),
      ...burstCells(bursts[name], scheme),
    ];
  });
  return markdown(header, rows);
}

/** @param {import('./goals.mjs').Verdict[]} verdicts */
export function goalTable(verdicts) {
  const rows = verdicts.map(({ goal, bound, measured, reached }) => [
    goal,
    bound,
    measured.toLocaleString('en'),
    reached ? 'reached' : 'not reached',
  ]);
  return markdown(['goal', 'bound', 'measured', ''], rows);
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** What the first table has no column for. */
export function otherLines({ heap, imports, codeSize }) {
  const { calls, ...heaps } = heap;
  const { wallMilliseconds: wall, cpuMilliseconds: cpu } = imports;
  const import_ = ({ own, dependencies, ratio }) =>
    `${own.toFixed(1)} ms against ${dependencies.toFixed(1)} ms (${ratio.toFixed(3)})`;
  return [
    ...Object.entries(heaps).map(
      ([name, { earlyBytes, lateBytes, ratio }]) =>
        `heap of ${name}: ${megabytes(earlyBytes)} after ${whole(calls / 5)} calls, ` +
        `${megabytes(lateBytes)} after ${whole(calls)} (${ratio.toFixed(3)})`,
    ),
    `import against undici and zod: wall ${import_(wall)}, CPU ${import_(cpu)}`,
    `own code: ${whole(codeSize.minified)} bytes minified, ${whole(codeSize.gzipped)} gzipped`,
  ].join('\n');
}
