import { type Chapter, linkTo, type Row } from './chapter.js';
import { chip, type Html, html, limit, printLines } from './html.js';
import type { Check, Job } from './jobs.js';
import { restoredOn } from './picture.js';
import { printReason } from './rows.js';
import {
  count,
  countEach,
  dayOf,
  daysOf,
  formatDay,
  formatDays,
  formatNotes,
  formatRun,
  formatTime,
  getOrAdd,
  lengthOf,
  type Notes,
  note,
} from './time.js';
import { isBad, isLeftOut, sinceOf } from './timeline.js';

/** Prints the facts of a job. */
export function printFacts({ job, rows, isSilent }: Chapter): Html {
  const restored = rows.filter(({ timeline }) => restoredOn(timeline.cluster).size > 0).length;
  const isKnown = rows.some(({ timeline }) => timeline.cluster.areRestoresRead);
  const leftOut = rows.filter(({ timeline }) => isLeftOut(timeline.current?.state));
  const lines = {
    Server: [job.lastCheck.report.server],
    'Last check': [printLast(job, isSilent)],
    Period: [formatRun(job.period)],
    Reports: [sayDays(job)],
    Restored: [isKnown ? count(restored, 'cluster') : 'not known: no report lists restores'],
    Clusters: [printKinds(rows.filter(({ kind }) => kind.label !== 'left out'))],
    'Left out': leftOut.length > 0 ? [sayLeftOut(leftOut)] : [],
  };
  return printLines(lines, { className: 'facts' });
}

export const silentChip = chip({ label: 'silent', color: 'red' });
const failedChip = chip({ label: 'failed', color: 'red' });

/** Prints the time of the last check, and what is wrong with it. */
export function printLast({ lastCheck }: Job, isSilent: boolean): Html {
  const failed = lastCheck.failure !== undefined && html` ${failedChip}`;
  return html`${formatTime(lastCheck.time)}${failed}${isSilent && html` ${silentChip}`}`;
}

/** Such as `on 27 of 30 days; a check failed on 2 days`. */
export function sayDays({ listedDays, failedDays, period }: Job): string {
  const more = failedDays.size > 0 ? `; a check failed on ${count(failedDays.size, 'day')}` : '';
  return `on ${listedDays.size} of ${count(lengthOf(period), 'day')}${more}`;
}

/** Counts the clusters by what they are, in the order of the rows. */
export function printKinds(rows: readonly Row[]): Html {
  const numbers = [...countEach(rows.map(({ kind }) => kind))];
  return html`${numbers.map(([{ label, color }, number]) => html`${chip({ label: `${number} ${label}`, color })} `)}`;
}

/** Such as `1 free, 2 excluded; when left out, 1 was stale`. */
function sayLeftOut(rows: readonly Row[]): string {
  const reasons = countEach(rows.map(({ timeline }) => timeline.current?.state));
  const text = Array.from(reasons, ([reason, number]) => `${number} ${reason}`).join(', ');
  const before = countEach(rows.map(({ timeline }) => timeline.lastChecked?.state));
  const bad = [...before].filter(([state]) => isBad(state));
  const parts = bad.map(([state, number]) => `${number} ${number === 1 ? 'was' : 'were'} ${state}`);
  return parts.length > 0 ? `${text}; when left out, ${parts.join(', ')}` : text;
}

/** Prints what the checks leave out, by the reason and the pattern, with since when and the state before, the bad first. */
export function printLeftOut({ rows }: Chapter): Html | undefined {
  const wasBad = ({ timeline }: Row) => isBad(timeline.lastChecked?.state);
  const linesOf = new Map<string, Html[]>();
  for (const row of [...rows.filter(wasBad), ...rows.filter((other) => !wasBad(other))]) {
    const { current, lastChecked } = row.timeline;
    if (current === undefined || !isLeftOut(current.state)) continue;
    const since = formatDay(sinceOf(row.timeline, isLeftOut));
    const line = html`${linkTo(row)}: since ${since}, ${lastChecked?.state ?? 'not checked'} before`;
    getOrAdd(linesOf, printReason(current), () => []).push(line);
  }
  if (linesOf.size === 0) return undefined;
  const counted = Array.from(linesOf, ([reason, lines]) => [`${lines.length} ${reason}`, limit(lines)] as const);
  return html`<section><h2>What was left out</h2>${printLines(Object.fromEntries(counted))}</section>`;
}

/** Prints how the checks of a job were run. */
export function printChecks({ job }: Chapter): Html {
  const settings: Notes = new Map();
  const projects: Notes = new Map();
  for (const { time, report, failure } of job.checks) {
    const { server, version, summary, options } = report;
    const run = `version ${version}, ${server}, ${printLogin(report)}, ${sayOptions(options)}`;
    note(settings, run, dayOf(time));
    if (failure === undefined) note(projects, String(summary.projects), dayOf(time));
  }
  const missing = daysOf(job.period).filter((day) => !job.listedDays.has(day) && !job.failedDays.has(day));
  const lines = {
    'Days without a report': [formatDays(new Set(missing)) || 'none'],
    Checks: formatNotes(settings),
    'Projects listed': formatNotes(projects),
  };
  return html`<section><h2>How the checks were run</h2>${printLines(lines)}</section>`;
}

/** Such as `API key abcdefgh`. */
export const printLogin = ({ login, loginId }: Check['report']): string => [login, loginId].filter(Boolean).join(' ');

/** The words for options that the page does not call by their names. */
const words: Record<string, string> = { include: 'only', exclude: 'without', maxAge: 'limit', minHistory: 'history' };

/** Such as `only Pay/*, without Pay/test-*, limit 48h, evidence`. */
function sayOptions(options: Check['report']['options']): string {
  const said = Object.entries(options).map(([option, value]) => {
    const word = words[option] ?? option;
    return value === true ? word : `${word} ${[value].flat().join(', ')}`;
  });
  return [options.include === undefined && 'every cluster', ...said].filter(Boolean).join(', ');
}
