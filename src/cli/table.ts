import { defaultMaxAge } from '../check/finding.js';
import type { BackupFinding, BackupState } from '../check/index.js';
import { atlasUrl } from '../client/config/environment.js';
import { leftOutNames } from '../report/format.js';
import { stateNames, states } from '../report/states.js';
import { formatDuration, formatMinute } from '../report/time.js';
import type { CheckReport } from './check-report.js';
import { clusterOf, projectOf } from './patterns.js';
import { forConsole } from './text.js';

/** Whether a row is worth a look, although its state may be good. */
function deservesLook({ state, reason, lastFailed }: BackupFinding): boolean {
  return states[state].needsAttention || reason === 'no schedule' || lastFailed !== undefined;
}

/**
 * Formats a report as a table with a summary below.
 *
 * @param departed - the number of clusters of the inventory that departed.
 */
export function formatTable(report: CheckReport, departed: number, isColored: boolean): string {
  const { onlyBad } = report.options;
  const summary = formatSummary(report, departed);
  const findings = report.findings.filter((finding) => !onlyBad || deservesLook(finding));
  if (findings.length === 0) return summary;
  const usualLimit = report.maxAge === 'schedule' ? defaultMaxAge : report.maxAge;
  const rows = findings.map((finding) => toRow(finding, report.weekly?.has(finding) === true, usualLimit));
  const widths = header.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), title.length),
  );
  const toLine = (row: readonly string[], state?: BackupState) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const color = isColored && state !== undefined ? states[state].color : 'plain';
    if (color !== 'plain') cells[stateColumn] = `\x1b[${colorCodes[color]}m${cells[stateColumn]}\x1b[39m`;
    return cells.join('  ').trimEnd();
  };
  const lines = [toLine(header), ...rows.map((row, index) => toLine(row, findings[index]?.state))];
  return [...lines, '', summary].join('\n');
}

const header = ['Project', 'Cluster', 'Type', 'State', 'Newest (UTC)', 'Age', 'Note'];
const stateColumn = header.indexOf('State');

const colorCodes = { red: 31, green: 32, yellow: 33, magenta: 35 };

/** @param usualLimit - the limit that needs no note, in ms. */
function toRow(finding: BackupFinding, isWeekly: boolean, usualLimit: number): string[] {
  const { clusterType, state, newest, age } = finding;
  const time = newest === undefined ? '-' : formatMinute(newest.time.getTime());
  const shownAge = age === undefined ? '-' : formatDuration(age);
  const names = [projectOf(finding), clusterOf(finding) || '-'];
  return [...names, clusterType, state, time, shownAge, noteOf(finding, isWeekly, usualLimit)];
}

function noteOf(finding: BackupFinding, isWeekly: boolean, usualLimit: number): string {
  const { state, error, reason, maxAge: limit, lastFailed } = finding;
  const { errorCode, status, code } = error?.toJSON() ?? {};
  // The schedule or a pattern may have changed the limit.
  const showsLimit = limit !== undefined && (state === 'stale' || limit !== usualLimit);
  const notes = [reason ?? (error && forConsole(String(errorCode ?? status ?? code)))];
  if (showsLimit) notes.push(`limit ${formatDuration(limit)}`);
  if (isWeekly) notes.push('weekly schedule');
  if (state === 'short') {
    const { newest, age, oldest, minHistory } = finding;
    const history = age + newest.time.getTime() - oldest.time.getTime();
    notes.push(`history ${formatDuration(history)} of ${formatDuration(minHistory)}`);
  }
  if (lastFailed) notes.push('latest snapshot failed');
  return notes.filter((note) => note !== undefined).join(', ');
}

// Such as `Clusters: 7 in 3 projects (1 none, 6 fresh). Lists that failed: 1. Not checked: 2 free, 1 excluded`.
function formatSummary({ findings, summary, server, options }: CheckReport, departed: number): string {
  const { clusters, projects } = summary;
  const { usualMaxAge: limit } = options;
  const byState = formatCounts(summary, stateNames);
  const failed = findings.length - clusters;
  const notChecked = formatCounts(summary, leftOutNames);
  const sentences = [
    `Clusters: ${clusters} in ${projects} project${projects === 1 ? '' : 's'}${byState && ` (${byState})`}`,
    failed > 0 && `Lists that failed: ${failed}`,
    departed > 0 && `Departed: ${departed}`,
    notChecked && `Not checked: ${notChecked}`,
    server !== atlasUrl && `Server: ${server}`,
    limit && `Limit: ${limit === 'schedule' ? 'by schedule' : formatDuration(limit)}`,
  ];
  return sentences.filter(Boolean).join('. ');
}

function formatCounts<Name extends string>(counts: Readonly<Record<Name, number>>, names: readonly Name[]): string {
  return names.flatMap((name) => (counts[name] > 0 ? `${counts[name]} ${name}` : [])).join(', ');
}
