/** The chart for README.md: two bars per subject, with colors for light and for dark pages. */
import { baseline, subjects } from './subjects.mjs';

const rowHeight = 26;
const barHeight = 14;
const firstRow = 56;
const labelWidth = 264;
const panelWidth = 250;
const gap = 70;
const barRoom = panelWidth - 10;
const width = labelWidth + 2 * panelWidth + gap + 60;

const style = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #424a53; }
  .title { font-weight: 600; }
  .note { font-size: 11px; }
  .own { fill: #1a7f37; } text.own { font-weight: 600; }
  .bare { fill: #6e7781; } .other { fill: #afb8c1; }
  .unit { stroke: #6e7781; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c9d1d9; }
    .own { fill: #3fb950; }
    .bare { fill: #8b949e; } .other { fill: #484f58; }
    .unit { stroke: #8b949e; }
  }`;

function colorOf(name) {
  if (name.startsWith('client-')) return 'own';
  return name === baseline ? 'bare' : 'other';
}

/** The bars of one metric. */
function panel({ left, title, better, rows, measureOf, textOf }) {
  const scale = barRoom / Math.max(...rows.map(measureOf));
  const bars = rows.map((row, n) => {
    const y = firstRow + n * rowHeight;
    const length = (measureOf(row) * scale).toFixed(1);
    return (
      `<rect class="${colorOf(row.name)}" x="${left}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>` +
      `<text class="note" x="${left + barRoom + 8}" y="${y + 11}">${textOf(row)}</text>`
    );
  });
  const bare = (left + measureOf(rows.find(({ name }) => name === baseline)) * scale).toFixed(1);
  const end = firstRow + rows.length * rowHeight - 6;
  return [
    `<text class="title" x="${left}" y="20">${title}</text>`,
    `<text class="note" x="${left}" y="38">${better}; dashed line: undici agent.request()</text>`,
    ...bars,
    `<line class="unit" x1="${bare}" y1="${firstRow - 8}" x2="${bare}" y2="${end}"/>`,
  ].join('\n');
}

/** @param {{ summary: object, machine: { node: string, cpu: string } }} results */
export function draw({ summary, machine }) {
  const rows = subjects.map(({ name, label }) => ({ name, label, ...summary[name] }));
  const height = firstRow + rows.length * rowHeight + 26;
  const labels = rows.map(({ name, label }, n) => {
    const color = colorOf(name) === 'own' ? ' class="own"' : '';
    return `<text${color} x="${labelWidth - 10}" y="${firstRow + n * rowHeight + 11}" text-anchor="end">${label}</text>`;
  });
  const cpu = panel({
    left: labelWidth,
    title: 'CPU per call ÷ undici agent.request()',
    better: 'lower is better',
    rows,
    measureOf: (row) => row.cpuRatio,
    textOf: (row) => row.cpuRatio.toFixed(2),
  });
  const rate = panel({
    left: labelWidth + panelWidth + gap,
    title: 'Calls per second, 16 concurrent',
    better: 'higher is better',
    rows,
    measureOf: (row) => row.callsPerSecond,
    textOf: (row) => Math.round(row.callsPerSecond).toLocaleString('en'),
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="CPU per call and calls per second of each client">
<style>${style}
</style>
${labels.join('\n')}
${cpu}
${rate}
<text class="note" x="${labelWidth}" y="${height - 8}">Node ${machine.node}, ${machine.cpu}, loopback; medians of paired runs</text>
</svg>
`;
}
