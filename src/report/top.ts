import { daysWithout } from './end.js';
import type { Check, History } from './history.js';
import { chip, dated, type Html, html, printTable } from './html.js';
import { restoredOn } from './picture.js';
import { countEach, isLeftOut, needsLook, type Row, type Section } from './rows.js';
import { count, Days, dayOf, printRange, printTime } from './time.js';

/** Says in a sentence whether somebody has to look. */
export function sayAttention(history: History, sections: readonly Section[]): string {
  if (history.latest === undefined) return 'No report lists clusters.';
  const rows = sections.flatMap((section) => section.rows).filter((row) => needsLook(row) || !isLeftOut(row));
  const lists = sections.reduce((sum, { failedLists }) => sum + failedLists.length, 0);
  const bad = rows.filter(needsLook).length;
  const need = `${bad} of ${count(rows.length, 'cluster')} ${bad === 1 ? 'needs' : 'need'} attention`;
  const unread = lists > 0 ? `, and ${count(lists, 'list')} of clusters could not be read` : '';
  return `${bad > 0 ? need : 'No cluster needs attention'}${unread}.`;
}

/** Prints what a manager asks for. */
export function printSummary(history: History, sections: readonly Section[]): Html {
  const { last, latest, reportDays, days } = history;
  const rows = sections.flatMap((section) => section.rows);
  const leftOut = rows.filter(isLeftOut);
  const areRestoresRead = rows.some(({ cluster }) => cluster.areRestoresRead);
  const restored = rows.filter(({ cluster }) => restoredOn(cluster).size > 0).length;
  const [first, end] = [reportDays.first ?? 0, reportDays.last ?? 0];
  const facts: [string, Html | string][] = [['Server', last?.setup.server ?? 'none']];
  if (latest !== undefined) {
    if (last !== latest) facts.push(['Last check that listed clusters', dated(printTime(latest.time))]);
    facts.push(
      ['Reports', dated(`on ${days.count} of ${count(end - first + 1, 'day')}, ${printRange(first, end)}`)],
      ['Restored', areRestoresRead ? count(restored, 'cluster') : 'not known'],
      ['Clusters', printStates(rows.filter((row) => !isLeftOut(row)))],
    );
    const reasons = countEach(leftOut.map(({ standing }) => standing.leftOut?.reason ?? ''));
    const counts = Array.from(reasons, ([reason, number]) => `${number} ${reason}`);
    if (counts.length > 0) facts.push(['Left out', counts.join(', ')]);
  }
  return html`<dl class="facts">${facts.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>`;
}

/** Counts the clusters by what they are, the worst first. */
function printStates(rows: readonly Row[]): Html {
  const standings = rows.map(({ standing }) => standing).sort((a, b) => a.rank - b.rank);
  const colors = new Map(standings.map(({ label, color }) => [label, color]));
  const counts = countEach(standings.map(({ label }) => label));
  const toChip = ([label, number]: [string, number]) =>
    html`${chip({ label: `${number} ${label}`, color: colors.get(label) ?? 'plain' })} `;
  return html`${Array.from(counts, toChip)}`;
}

/** Prints when each of several jobs ran. */
export function printJobs({ jobs }: History): Html | undefined {
  if (jobs.length < 2) return undefined;
  const rows = jobs.map(({ label, checks, last, isDead }) => {
    const dead = isDead && html` ${chip({ label: 'overdue', color: 'red' })}`;
    const [first = last] = checks;
    return [label, dated(sayDays(checks)), dated(printTime(first.time)), html`${dated(printTime(last.time))}${dead}`];
  });
  return html`<section><h2>Jobs</h2>${printTable(['Job, by the options of its last check', 'Reports', 'First check', 'Last check'], rows)}</section>`;
}

/** Such as `14, on 6 of 8 days, none on 2026-11-03 to 2026-11-04`. Of the days without a report, it has the last 5 runs. */
function sayDays(checks: readonly Check[]): string {
  const listing = checks.filter(({ failure }) => failure === undefined);
  const daysOf = (some: readonly Check[]) => Days.of(some.map(({ time }) => dayOf(time)));
  const days = daysOf(listing);
  const without = daysWithout(daysOf(checks), days);
  const none = without.runs
    .slice(-5)
    .map(([first, last]) => printRange(first, last))
    .join(', ');
  const more = without.runs.length > 5 ? ', and days before' : '';
  const on = `${checks.length}, on ${days.count} of ${count(days.count + without.count, 'day')}`;
  return none === '' ? on : `${on}, none on ${none}${more}`;
}
