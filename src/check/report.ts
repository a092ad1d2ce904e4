import type { AtlasError } from '../errors/errors.js';
import type { BackupFinding, BackupState } from './finding.js';
import { finishedAt } from './newest-backup.js';

/** The states, worst first. */
const states = ['none', 'stale', 'unknown', 'new', 'fresh'] as const satisfies BackupState[];

/** What a check found out, as it is reported. */
export interface Report {
  /** When the check started. */
  readonly checkedAt: Date;
  /** ms. */
  readonly maxAge: number;
  readonly summary: Summary;
  /** Sorted. */
  readonly findings: readonly BackupFinding[];
  /** Why the projects could not be listed. */
  readonly error?: AtlasError | undefined;
}

type Summary = ReturnType<typeof summarize>;

const { compare } = new Intl.Collator('en');

/** Sorts findings for a report: worst first, then by project and cluster as shown. */
export function sortFindings(findings: readonly BackupFinding[]): BackupFinding[] {
  return [...findings].sort(
    (a, b) =>
      states.indexOf(a.state) - states.indexOf(b.state) ||
      (a.state === 'stale' && finishedAt(a.newest) - finishedAt(b.newest)) ||
      compare(projectOf(a), projectOf(b)) ||
      compare(clusterOf(a), clusterOf(b)),
  );
}

/**
 * Counts the projects whose clusters were listed, the other projects, the clusters, and those in each state.
 *
 * @param projects - the number of all projects.
 */
export function summarize(findings: readonly BackupFinding[], projects: number) {
  const summary = { projects, projectsNotListed: 0, clusters: 0, none: 0, stale: 0, unknown: 0, new: 0, fresh: 0 };
  for (const { clusterName, state } of findings) {
    if (clusterName === undefined) {
      summary.projectsNotListed += 1;
      summary.projects -= 1;
    } else {
      summary.clusters += 1;
      summary[state] += 1;
    }
  }
  return summary;
}

// Such as `Flex clusters: 7 in 3 projects (1 none, 6 fresh)`.
function formatSummary(summary: Summary): string {
  const { clusters, projects, projectsNotListed } = summary;
  const counts = states.filter((state) => summary[state] > 0).map((state) => `${summary[state]} ${state}`);
  const ofStates = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
  const notListed = projectsNotListed === 0 ? '' : `. Projects that could not be listed: ${projectsNotListed}.`;
  return `Flex clusters: ${clusters} in ${projects} project${projects === 1 ? '' : 's'}${ofStates}${notListed}`;
}

/** Formats a report as a table with a summary below. */
export function formatText({ findings, summary }: Report, isColored: boolean): string {
  const table = findings.length === 0 ? '' : `${formatTable(findings, isColored)}\n\n`;
  return table + formatSummary(summary);
}

const header = ['Project', 'Flex cluster', 'State', 'Newest backup (UTC)', 'Age'];
const stateColumn = header.indexOf('State');

// Legible on a dark and on a light background.
const colors: Partial<Record<BackupState, number>> = { none: 31, stale: 31, unknown: 35, fresh: 32 };

function formatTable(findings: readonly BackupFinding[], isColored: boolean): string {
  const rows = findings.map(toRow);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => widthOf(row[column]))));
  const toLine = (row: readonly string[], state?: BackupState) => {
    const cells = row.map((cell, column) => cell + ' '.repeat(Math.max((widths[column] ?? 0) - widthOf(cell), 0)));
    const color = isColored && state !== undefined && colors[state];
    if (color) cells[stateColumn] = `\x1b[${color}m${cells[stateColumn]}\x1b[39m`;
    return cells.join('  ').trimEnd();
  };
  return [toLine(header), ...rows.map((row, n) => toLine(row, findings[n]?.state))].join('\n');
}

function toRow(finding: BackupFinding): string[] {
  const { state, newest, age, lastFailed } = finding;
  const time = newest?.finishTime?.toISOString().slice(0, 16).replace('T', ' ') ?? '-';
  const note = lastFailed === undefined ? '' : 'latest snapshot failed';
  return [projectOf(finding), clusterOf(finding) || '-', state, time, age === undefined ? '-' : formatAge(age), note];
}

/** Formats an age in its two largest units, such as `5 h 12 min`. */
export function formatAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const shownNames = 3;

/**
 * Says what could not be checked, and why: a line per reason.
 *
 * @param groupIds - the projects that should have a cluster.
 */
export function formatRemarks(report: Report, groupIds: readonly string[]): string[] {
  const subjects = new Map<string, string[]>();
  for (const [about, message] of remarksOf(report, groupIds)) {
    const names = subjects.get(message) ?? [];
    subjects.set(message, names);
    names.push(about);
  }
  return [...subjects].map(([message, names]) => {
    const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
    return `${names.slice(0, shownNames).join(', ')}${more}: ${message}`;
  });
}

const noCluster = 'The project has no Flex cluster. This check does not cover dedicated and free clusters.';
const noClusters =
  'No Flex cluster was found. Atlas lists only the projects in which the login has a role, such as Project Read Only.';

type Remark = readonly [about: string, message: string];

function remarksOf({ findings, error }: Report, groupIds: readonly string[]): Remark[] {
  if (error !== undefined) return [['Projects', printable(error.message)]];
  const known = new Set(findings.map(({ groupId }) => groupId));
  const empty = groupIds.filter((groupId) => !known.has(groupId)).map((about): Remark => [about, noCluster]);
  if (findings.length + empty.length === 0) return [['Projects', noClusters]];
  const unknown = findings.flatMap((finding): Remark[] => {
    const about = [projectOf(finding), clusterOf(finding)].filter(Boolean).join(' / ');
    return finding.error === undefined ? [] : [[about, printable(finding.error.message)]];
  });
  return [...unknown, ...empty];
}

/** Formats the report as JSON, without fields that are undefined. */
export function formatJson({ checkedAt, maxAge, summary, findings, error }: Report): string {
  const plain = findings.map(({ groupId, groupName, clusterName, state, newest, age, lastFailed, error }) => ({
    groupId,
    groupName,
    clusterName,
    state,
    snapshotId: newest?.id,
    finishTime: newest?.finishTime,
    age,
    lastFailed: lastFailed && { snapshotId: lastFailed.id, finishTime: lastFailed.finishTime },
    error,
  }));
  return JSON.stringify({ checkedAt, maxAge, summary, findings: plain, error }, null, 2);
}

/** Removes the characters that could change what a terminal shows. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '');
}

function projectOf({ groupName = '', groupId }: BackupFinding): string {
  return printable(groupName).trim() || groupId;
}

function clusterOf({ clusterName = '' }: BackupFinding): string {
  return printable(clusterName);
}

// Chinese, Japanese and Korean, and emoji.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/gu;

/** The columns that a text takes up in a terminal. */
function widthOf(text = ''): number {
  const shown = text.replace(/\p{M}/gu, '');
  return [...shown].length + (shown.match(wide)?.length ?? 0);
}
