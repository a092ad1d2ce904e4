import type { BackupFinding, BackupState } from '../check/index.js';
import { dailyLimit, type Report } from './check-report.js';
import { atlasUrl, readServer } from './json.js';
import { printable } from './output.js';
import { clusterOf, projectOf } from './patterns.js';
import { states } from './states.js';

/** Whether a row is worth a look, although its state may be good. */
function isProblem({ state, reason, lastFailed }: BackupFinding): boolean {
  return states[state].needsLook || reason === 'no schedule' || lastFailed !== undefined;
}

/** Formats a report as a table with a summary below. */
export function formatTable(report: Report, isColored: boolean): string {
  const { onlyProblems, usualMaxAge } = report.options;
  const summary = formatSummary(report);
  const findings = report.findings.filter((finding) => !onlyProblems || isProblem(finding));
  if (findings.length === 0) return summary;
  const rows = findings.map((finding) => toRow(finding, typeof usualMaxAge === 'number' ? usualMaxAge : dailyLimit));
  const widths = header.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), title.length),
  );
  const toLine = (row: readonly string[], state?: BackupState) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const color = isColored && state !== undefined && states[state].color;
    if (color) cells[stateColumn] = `\x1b[${colorCodes[color]}m${cells[stateColumn]}\x1b[39m`;
    return cells.join('  ').trimEnd();
  };
  const lines = [toLine(header), ...rows.map((row, index) => toLine(row, findings[index]?.state))];
  return [...lines, '', summary].join('\n');
}

const header = ['Project', 'Cluster', 'Type', 'State', 'Newest (UTC)', 'Age', 'Note'];
const stateColumn = header.indexOf('State');

const colorCodes = { red: 31, green: 32, yellow: 33, magenta: 35 };

/** @param usualLimit - the limit that needs no note, in ms. */
function toRow(finding: BackupFinding, usualLimit: number): string[] {
  const { clusterType, state, newest, age } = finding;
  const time = newest?.time.toISOString().slice(0, 16).replace('T', ' ') ?? '-';
  const shownAge = age === undefined ? '-' : formatDuration(age);
  const names = [projectOf(finding), clusterOf(finding) || '-'];
  return [...names, clusterType, state, time, shownAge, noteOf(finding, usualLimit)];
}

function noteOf(finding: BackupFinding, usualLimit: number): string {
  const { state, error, reason, maxAge: limit, lastFailed } = finding;
  const { errorCode, status, code } = error?.toJSON() ?? {};
  // The schedule or a pattern may have changed the limit.
  const showsLimit = limit !== undefined && (state === 'stale' || limit !== usualLimit);
  const notes = [reason ?? (error && printable(String(errorCode ?? status ?? code)))];
  if (showsLimit) notes.push(`limit ${formatLimit(limit)}`);
  if (state === 'short') {
    const { newest, age, oldest, minHistory } = finding;
    const history = age + newest.time.getTime() - oldest.time.getTime();
    notes.push(`history ${formatDuration(history)} of ${formatLimit(minHistory)}`);
  }
  if (lastFailed) notes.push('latest snapshot failed');
  return notes.filter((note) => note !== undefined).join(', ');
}

/** Formats a limit. Unlike an age, it is exact, to the second. */
function formatLimit(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = { d: seconds / 86_400, h: (seconds / 3_600) % 24, m: (seconds / 60) % 60, s: seconds % 60 };
  return Object.entries(parts)
    .flatMap(([unit, count]) => (count >= 1 ? [`${Math.floor(count)} ${unit}`] : []))
    .join(' ');
}

/** Formats a duration in its two largest units, such as `5 h 12 m`. */
export function formatDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} m`;
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// Such as `Clusters: 7 in 3 projects (1 none, 6 fresh). Not checked: 2 free, 1 excluded`.
function formatSummary({ summary, ofStates, ofReasons, options }: Report): string {
  const { clusters, projects } = summary;
  const { usualMaxAge: limit } = options;
  const server = readServer();
  const [states, notChecked] = [ofStates, ofReasons].map(formatCounts);
  const sentences = [
    `Clusters: ${clusters} in ${projects} project${projects === 1 ? '' : 's'}${states && ` (${states})`}`,
    notChecked && `Not checked: ${notChecked}`,
    server !== atlasUrl && `Server: ${server}`,
    limit && `Limit: ${limit === 'schedule' ? 'by schedule' : formatLimit(limit)}`,
  ];
  return sentences.filter(Boolean).join('. ');
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${count} ${name}`).join(', ');
}
