import type { BackupFinding } from '../check/index.js';
import { atlasUrl } from '../client/config/environment.js';
import { leftOutNames } from '../report/format.js';
import { type Color, stateNames, states } from '../report/states.js';
import { formatDuration, formatMinute } from '../report/time.js';
import { defaultMaxAge } from './check-options.js';
import type { CheckReport } from './check-report.js';
import { forConsole } from './lines.js';
import { clusterOf, projectOf } from './patterns.js';

interface TableOptions {
  /** The number of clusters of the inventory that departed. */
  readonly departed: number;
  readonly isColored: boolean;
}

/** Formats a report as a table with a summary below. */
export function formatTable(report: CheckReport, { departed, isColored }: TableOptions): string {
  const summary = formatSummary(report, departed);
  const findings = report.options.onlyProblems ? report.findings.filter(deservesLook) : report.findings;
  if (findings.length === 0) return summary;
  const rows = findings.map((finding) => toRow(finding, report));
  const widths = header.map((title, column) =>
    rows.reduce((widest, { cells }) => Math.max(widest, cells[column]?.length ?? 0), title.length),
  );
  const toLine = ({ cells, color }: Row) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    if (isColored) padded[stateColumn] = paint(padded[stateColumn] ?? '', color);
    return padded.join('  ').trimEnd();
  };
  const titles: Row = { cells: header, color: 'plain' };
  return [...[titles, ...rows].map(toLine), '', summary].join('\n');
}

/** Whether a cluster or list is worth a look, although its state may be good. */
function deservesLook({ state, reason, lastFailed }: BackupFinding): boolean {
  return states[state].needsAttention || reason === 'no schedule' || lastFailed !== undefined;
}

const header = ['Project', 'Cluster', 'Type', 'State', 'Newest (UTC)', 'Age', 'Note'];
const stateColumn = header.indexOf('State');

interface Row {
  /** In the order of the header. */
  readonly cells: readonly string[];
  /** The color of the state. */
  readonly color: Color;
}

function toRow(finding: BackupFinding, report: CheckReport): Row {
  const { clusterType, state, newest, age } = finding;
  const cells = [
    projectOf(finding),
    clusterOf(finding) || '-',
    clusterType,
    state,
    newest === undefined ? '-' : formatMinute(newest.time.getTime()),
    age === undefined ? '-' : formatDuration(age),
    formatNote(finding, report),
  ];
  return { cells, color: states[state].color };
}

const colorCodes = { red: 31, green: 32, yellow: 33, magenta: 35 };

function paint(text: string, color: Color): string {
  return color === 'plain' ? text : `\x1b[${colorCodes[color]}m${text}\x1b[39m`;
}

function formatNote(finding: BackupFinding, { maxAge: usual }: CheckReport): string {
  const { state, reason, error, maxAge } = finding;
  const notes: string[] = [];
  if (reason !== undefined) notes.push(reason);
  else if (error !== undefined) notes.push(formatCode(error.toJSON()));
  // The schedule of a cluster, or a pattern, may have changed the limit.
  const usualMaxAge = usual === 'schedule' ? defaultMaxAge : usual;
  if (maxAge !== undefined && (state === 'stale' || maxAge !== usualMaxAge)) {
    notes.push(`limit ${formatDuration(maxAge)}`);
  }
  if (state === 'short') {
    const { newest, age, oldest, minHistory } = finding;
    const history = age + newest.time.getTime() - oldest.time.getTime();
    notes.push(`history ${formatDuration(history)} of ${formatDuration(minHistory)}`);
  }
  if (finding.lastFailed !== undefined) notes.push('latest snapshot failed');
  return notes.join(', ');
}

/** The most specific code of an error. */
function formatCode({ errorCode, status, code }: Readonly<Record<string, unknown>>): string {
  return forConsole(String(errorCode ?? status ?? code));
}

/** Such as `Clusters: 7 in 3 projects (1 none, 6 fresh). Lists that failed: 1. Not checked: 2 free, 1 excluded`. */
function formatSummary({ findings, summary, server, options }: CheckReport, departed: number): string {
  const { clusters, projects } = summary;
  const byState = formatCounts(summary, stateNames);
  const failedLists = findings.length - clusters;
  const notChecked = formatCounts(summary, leftOutNames);
  const limit = options.maxAge.usual;
  const total = `Clusters: ${clusters} in ${projects} project${projects === 1 ? '' : 's'}`;
  const sentences = [byState === '' ? total : `${total} (${byState})`];
  if (failedLists > 0) sentences.push(`Lists that failed: ${failedLists}`);
  if (departed > 0) sentences.push(`Departed: ${departed}`);
  if (notChecked !== '') sentences.push(`Not checked: ${notChecked}`);
  if (server !== atlasUrl) sentences.push(`Server: ${server}`);
  if (limit !== undefined) sentences.push(`Limit: ${limit === 'schedule' ? 'by schedule' : formatDuration(limit)}`);
  return sentences.join('. ');
}

/** Such as `1 none, 6 fresh`. Leaves out those of which there is none. */
function formatCounts<Name extends string>(counts: Readonly<Record<Name, number>>, names: readonly Name[]): string {
  const present = names.filter((name) => counts[name] > 0);
  return present.map((name) => `${counts[name]} ${name}`).join(', ');
}
