import { type Check, type History, type Job, maxSilence } from './history.js';
import { chip, dated, type Html, html, name, printTable } from './html.js';
import { restoredOn } from './picture.js';
import type { Row, Section } from './rows.js';
import { count, dayOf, lengthOf, printDuration, printRange, printTime, spanOf } from './time.js';

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
  const checks = jobs.flatMap((job) => job.checks);
  const servers = [...new Set(jobs.map(({ last }) => last.report.server))];
  const restored = rows.filter(({ cluster }) => restoredOn(cluster).size > 0).length;
  const isKnown = rows.some(({ cluster }) => cluster.areRestoresRead);
  const leftOut = rows.filter(({ standing }) => standing.kind === 'left out');
  const reasons = countEach(leftOut.map(({ courses }) => courses.flatMap(({ now }) => now?.state ?? [])[0] ?? ''));
  const facts: [title: string, text: Html | string][] = [
    [servers.length > 1 ? 'Servers' : 'Server', servers.join(', ') || 'none'],
    ['Reports', dated(sayDays(checks))],
    ['Restored', isKnown ? count(restored, 'cluster') : 'not known'],
    ['Clusters', printStates(rows.filter(({ standing }) => standing.kind !== 'left out'))],
  ];
  const counts = Array.from(reasons, ([why, number]) => `${number} ${why}`);
  if (counts.length > 0) facts.push(['Left out', counts.join(', ')]);
  return html`<dl class="facts">${facts.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>`;
}

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

/** Counts texts, in the order in which they come. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Prints when each of several jobs ran. */
export function printJobs({ jobs }: History): Html | undefined {
  if (jobs.length < 2) return undefined;
  const rows = jobs.map(({ name: folder, checks, last, isSilent }) => [
    name(folder),
    dated(`${checks.length}, ${sayDays(checks)}`),
    html`${dated(printTime(last.time))}${last.failure !== undefined && ', failed'}${isSilent && html` ${chip({ label: 'silent', color: 'red' })}`}`,
  ]);
  return html`<section><h2>Jobs</h2>${printTable(['Folder', 'Reports', 'Last report'], rows)}</section>`;
}
