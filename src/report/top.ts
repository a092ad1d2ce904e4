import type { Check, History, Job } from './history.js';
import { chip, type Html, html, type Line, name, printLines, printTable } from './html.js';
import { restoredOn } from './picture.js';
import type { Row, Section } from './rows.js';
import { count, countEach, dayOf, lengthOf, maxSilence, printDuration, printRange, printTime, spanOf } from './time.js';

/** Says in a sentence whether somebody has to look, and what makes that less than known. */
export function sayAttention({ jobs, files }: History, sections: readonly Section[], now: number): string {
  const failed = jobs.filter(({ last }) => last.failure !== undefined);
  const old = jobs.filter(({ last }) => now - last.time > maxSilence).sort((a, b) => a.last.time - b.last.time);
  const oldest = old[0]?.last.time;
  const which = (some: readonly Job[]) => (jobs.length > 1 ? ` (${some.length} of ${jobs.length} jobs)` : '');
  const first = [
    failed.length > 0 && `The last check failed${which(failed)}.`,
    oldest !== undefined && `The last check is ${printDuration(now - oldest)} old: ${printTime(oldest)}${which(old)}.`,
  ].filter((sentence) => sentence !== false);
  const lists = sections.reduce((sum, { failedLists }) => sum + failedLists.length, 0);
  const silent = jobs.filter(({ isSilent }) => isSilent).length;
  const unusable = files.filter(({ why }) => why !== undefined).length;
  const unknown = [
    lists > 0 && `${count(lists, 'list')} could not be read`,
    silent > 0 && `${count(silent, 'job')} ${silent === 1 ? 'is' : 'are'} silent`,
    unusable > 0 && `${count(unusable, 'file')} ${unusable === 1 ? 'is no report' : 'are no reports'}`,
  ].filter((text) => text !== false);
  const isPast = first.length > 0;
  return [...first, `${[sayClusters(jobs, sections, isPast), ...unknown].join(', and ')}.`].join(' ');
}

function sayClusters(jobs: readonly Job[], sections: readonly Section[], isPast: boolean): string {
  if (jobs.every(({ latest }) => latest === undefined)) return 'No report lists clusters';
  const rows = sections.flatMap((section) => section.rows);
  const bad = rows.filter(({ problems }) => problems.length > 0).length;
  const all = rows.filter(({ problems, standing }) => problems.length > 0 || standing.kind === 'checked').length;
  if (all === 0) return 'No cluster was checked';
  const [need, needs] = isPast ? ['needed', 'needed'] : ['need', 'needs'];
  if (bad === 0) return `No cluster ${needs} attention`;
  return `${bad} of ${count(all, 'cluster')} ${bad === 1 ? needs : need} attention`;
}

/** Prints what a manager asks for. */
export function printSummary({ jobs }: History, sections: readonly Section[]): Html {
  const rows = sections.flatMap((section) => section.rows);
  const [newest] = jobs.map(({ last }) => last).sort((a, b) => b.time - a.time);
  const servers = [...new Set(jobs.map(({ last }) => last.report.server))];
  const restored = rows.filter(({ cluster }) => restoredOn(cluster).size > 0).length;
  const isKnown = rows.some(({ cluster }) => cluster.areRestoresRead);
  const leftOut = rows.filter(({ standing }) => standing.kind === 'left out');
  const reasons = countEach(leftOut.map(({ courses }) => courses.flatMap(({ now }) => now?.state ?? [])[0] ?? ''));
  const lines: Line[] = [
    [servers.length > 1 ? 'Servers' : 'Server', [servers.join(', ')]],
    ['Last check', [newest && sayLast(newest)]],
    ['Reports', [sayDays(jobs.flatMap(({ checks }) => checks))]],
    ['Restored', [isKnown ? count(restored, 'cluster') : 'not known']],
    ['Clusters', [printStates(rows.filter(({ standing }) => standing.kind !== 'left out'))]],
    ['Left out', reasons.size > 0 ? [Array.from(reasons, ([why, number]) => `${number} ${why}`).join(', ')] : []],
  ];
  return printLines(lines, 'facts');
}

const sayLast = ({ time, failure }: Check): string => `${printTime(time)}${failure === undefined ? '' : ', failed'}`;

/** Such as `on 27 of 30 days, 2026-11-01 to 2026-11-30; a check failed on 2 days`. */
function sayDays(checks: readonly Check[]): string {
  const daysOf = (some: readonly Check[]) => new Set(some.map(({ time }) => dayOf(time)));
  const span = spanOf(daysOf(checks));
  if (span === undefined) return 'none';
  const listed = daysOf(checks.filter(({ failure }) => failure === undefined)).size;
  const failed = daysOf(checks.filter(({ failure }) => failure !== undefined)).size;
  const more = failed > 0 ? `; a check failed on ${count(failed, 'day')}` : '';
  return `on ${listed} of ${count(lengthOf(span), 'day')}, ${printRange(...span)}${more}`;
}

/** Counts the clusters by what they are, the worst first. */
function printStates(rows: readonly Row[]): Html {
  const standings = rows.map(({ standing }) => standing).sort((a, b) => a.rank - b.rank);
  const colors = new Map(standings.map(({ label, color }) => [label, color]));
  const toChip = ([label, number]: [string, number]) =>
    html`${chip({ label: `${number} ${label}`, color: colors.get(label) ?? 'plain' })} `;
  return html`${Array.from(countEach(standings.map(({ label }) => label)), toChip)}`;
}

/** Prints when each of several jobs ran. */
export function printJobs({ jobs }: History): Html | undefined {
  if (jobs.length < 2) return undefined;
  const rows = jobs.map(({ name: folder, checks, last, isSilent }) => [
    name(folder),
    `${checks.length}, ${sayDays(checks)}`,
    html`${sayLast(last)}${isSilent && html` ${chip({ label: 'silent', color: 'red' })}`}`,
  ]);
  return html`<section><h2>Jobs</h2>${printTable(['Folder', 'Reports', 'Last report'], rows)}</section>`;
}
