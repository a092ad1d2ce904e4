import type { Cluster, History } from './history.js';
import { type Html, html, name } from './html.js';
import { restoredOn } from './picture.js';
import { compareRows, type Row, type Section, type Standing } from './rows.js';
import { count, Days, dayOf, hourMs, printDay, printDuration, printRange, printTime } from './time.js';

export const chip = ({ label, color }: Standing): Html => html`<span class="chip ${color}">${label}</span>`;

/** Prints what a manager asks for. */
export function printSummary(history: History, sections: readonly Section[]): Html {
  const { last, reportDays, days, listings } = history;
  const rows = sections.flatMap((section) => section.rows);
  const areRestoresRead = rows.some(({ cluster }) => cluster.areRestoresRead);
  const restored = rows.filter((row) => restoredOn(row).count > 0).length;
  const [first, end] = [reportDays.first ?? 0, reportDays.last ?? 0];
  const listing = listings.at(-1);
  const facts: [string, Html | string][] = [
    ['Last check', last === undefined ? 'none' : `${printTime(last.time)}${last.hasFailed ? ', failed' : ''}`],
    ['Server', last?.server ?? 'none'],
  ];
  if (listing !== undefined) {
    if (last?.hasFailed) facts.push(['Last check that listed clusters', printTime(listing.time)]);
    facts.push(
      ['Reports', `on ${days.count} of ${count(end - first + 1, 'day')}, ${printRange(first, end)}`],
      ['Restored', areRestoresRead ? count(restored, 'cluster') : 'not known'],
      ['Clusters', printCounts(rows)],
    );
  }
  return html`<dl class="facts">${facts.map(([title, text]) => html`<div><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>`;
}

/** Counts the clusters by what they are, the worst first. */
function printCounts(rows: readonly Row[]): Html {
  const counts = new Map<string, { standing: Standing; number: number }>();
  for (const { standing } of [...rows].sort((a, b) => a.standing.rank - b.standing.rank)) {
    const known = counts.get(standing.label) ?? { standing, number: 0 };
    counts.set(standing.label, { ...known, number: known.number + 1 });
  }
  const toChip = ({ standing, number }: { standing: Standing; number: number }) =>
    html`<span class="chip ${standing.color}">${number} ${standing.label}</span> `;
  return html`${Array.from(counts.values(), toChip)}`;
}

const maxSilence = 26 * hourMs;

/** Prints what is wrong with the reports themselves. */
export function printReportProblems(history: History, sections: readonly Section[], now: number): Html | undefined {
  const { unusable, failures, last, listings } = history;
  const problems: (Html | string)[] = [];
  if (last === undefined) problems.push('No file is a usable report of a check.');
  else if (listings.length === 0) problems.push('No report lists clusters: every check failed to list the projects.');
  if (last !== undefined && now - last.time > maxSilence) {
    problems.push(`The last check was ${printDuration(now - last.time)} before this page was made: more than 26 h.`);
  }
  if (last !== undefined && now < last.time - hourMs) {
    problems.push(
      `The last check is dated ${printTime(last.time)}, after this page was made. Check the clock of its machine.`,
    );
  }
  // One of several jobs may have died.
  for (const { project, rows } of sections) {
    const clusters = rows.filter(({ standing }) => !standing.isGone).map(({ cluster }) => cluster);
    const late = clusters.filter(({ isChecked, checkedAt }) => isChecked && now - checkedAt > maxSilence);
    const missed = late.filter(({ checkedAt }) => checkedAt !== listings.at(-1)?.time);
    const days = Days.of(missed.map(({ checkedAt }) => dayOf(checkedAt)));
    const what = `the last check of ${count(missed.length, 'cluster')} was on ${days}: more than 26 h before this page`;
    if (missed.length > 0) problems.push(html`${name(project.name)}: ${what} was made.`);
  }
  problems.push(...failures.map(({ time, why }) => `The check of ${printTime(time)} failed: ${why}`));
  problems.push(...unusable.map(({ file, why }) => html`${name(file)}: ${why}`));
  if (problems.length === 0) return undefined;
  return html`<section class="bad"><h2>The reports</h2><ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul></section>`;
}

/** Prints what somebody has to look at, the worst first. */
export function printAttention(history: History, sections: readonly Section[]): Html {
  const lists = sections.flatMap(({ id, project, failedLists }) =>
    failedLists.map(([type, why]) => {
      const link = html`<a href="#${id}">${name(project.name)}, ${type} clusters</a>`;
      return html`<li><span class="chip magenta">unknown</span> ${link}: could not be listed. ${why}</li>`;
    }),
  );
  const rows = sections.flatMap(({ project, rows: all }) =>
    all.filter(({ standing }) => standing.needsLook).map((row) => ({ row, project })),
  );
  const sorted = rows.sort((a, b) => compareRows(a.row, b.row));
  const clusters = sorted.map(({ row, project }) => {
    const link = html`<a href="#${row.id}">${name(project.name)} / ${name(row.cluster.name)}</a>`;
    return html`<li>${chip(row.standing)} ${link}: ${explain(row)}.</li>`;
  });
  const items = [...clusters, ...lists];
  const problems = history.last?.problems ?? [];
  const none = history.listings.length > 0 && html`<p>No cluster, by the last check that listed them.</p>`;
  return html`<section class="attention"><h2>Needs attention</h2>
${items.length > 0 ? html`<ul>${items}</ul>` : none}
${problems.length > 0 && html`<h3>Problems that the last check named</h3><ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}</section>`;
}

/** Says what is wrong, since when, and whether it was so before. */
function explain({ cluster, standing, days }: Row): string {
  const { finding, failures, backups } = cluster;
  const { time: newest, age, maxAge, oldest, minHistory } = finding ?? {};
  const facts = [standing.note];
  if (!standing.isGone) facts.push(`${standing.label} since the report of ${printDay(sinceOf(cluster))}`);
  const limit = maxAge === undefined ? '' : ` (limit ${printDuration(maxAge)})`;
  const old = age === undefined || standing.isGone ? '' : `, ${printDuration(age)} old at the check${limit}`;
  if (newest !== undefined) facts.push(`newest backup ${printTime(newest)}${old}`);
  else if (backups.size > 0) facts.push(`newest known backup ${printTime(Math.max(...backups.values()))}`);
  if (minHistory !== undefined && oldest !== undefined) {
    facts.push(`oldest backup ${printTime(oldest.time)}, ${printDuration(minHistory)} of history needed`);
  }
  const over = days.get('over');
  if (over !== undefined) facts.push(`over the limit on ${printLast(over)}`);
  if (failures.size > 0) facts.push(`a snapshot failed on ${printLast(Days.of(failures))}`);
  if (!standing.isGone) facts.push(finding?.error?.message?.replace(/\.$/, ''));
  return facts.filter((fact) => fact !== undefined).join('; ');
}

function printLast({ runs }: Days): string {
  const ranges = runs.slice(-3).map(([first, last]) => printRange(first, last));
  return `${runs.length > 3 ? 'other days, and on ' : ''}${ranges.join(', ')}`;
}

/** Since which day the reports have had the state. Those that do not know it do not end it. */
function sinceOf({ checks }: Cluster): number {
  const state = checks.at(-1)?.state;
  const known = checks.filter((check) => check.state === state || check.state !== 'unknown');
  const before = known.map((check) => check.state === state).lastIndexOf(false);
  return known[before + 1]?.day ?? 0;
}
