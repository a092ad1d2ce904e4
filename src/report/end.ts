import { type Line, printLines, printNotes } from './details.js';
import type { History } from './history.js';
import { dated, type Html, html, name, printList, printTable } from './html.js';
import { printReason } from './json.js';
import { isLeftOut, type Section } from './rows.js';
import { Days, dayOf, getOrAdd, printRange, printTime } from './time.js';

/** Prints what the checks left out, by the reason and the pattern. */
export function printLeftOut(sections: readonly Section[]): Html | undefined {
  const clusters = new Map<string, Html[]>();
  for (const { project, rows } of sections) {
    for (const { cluster, standing } of rows.filter(isLeftOut)) {
      const last = standing.finding && ` (${standing.finding.state} when it was last checked)`;
      const named = html`${name(project.name)} / ${name(cluster.name)}${last}`;
      getOrAdd(clusters, printReason(standing.leftOut), () => []).push(named);
    }
  }
  if (clusters.size === 0) return undefined;
  const toLine = ([reason, some]: [string, Html[]]) =>
    html`<div><dt>${some.length} ${reason}</dt><dd><ul>${printList(some, (item) => item)}</ul></dd></div>`;
  return html`<section><h2>What was left out</h2><dl class="lines">${Array.from(clusters, toLine)}</dl></section>`;
}

/** Prints how the checks were run. */
export function printChecks({ checkSettings, reportDays, days, projectCounts, jobs }: History): Html {
  const ofAny = jobs.length > 1 ? ' of any job' : '';
  const lines: Line[] = [
    [`Days with a report${ofAny}`, [String(days)]],
    [`Days without a report${ofAny}`, [String(daysWithout(reportDays, days)) || 'none']],
    ['Checks', printNotes(checkSettings)],
    ['Projects listed', printNotes(projectCounts)],
  ];
  return html`<section><h2>How the checks were run</h2>${printLines(lines)}</section>`;
}

/** Prints what the page was made of, so that it can be held against the storage. */
export function printFiles({ files }: History): Html {
  const rows = files.map(({ file, time, sha256 }) => [
    name(file),
    dated(printTime(time)),
    html`<code>${sha256}</code>`,
  ]);
  const days = Days.of(files.map(({ time }) => dayOf(time)));
  const range = days.first !== undefined && days.last !== undefined && `, ${printRange(days.first, days.last)}`;
  return html`<section><details><summary><h2>The files: ${files.length}${dated(range || '')}</h2></summary>
${printTable(['File', 'Time of the check', 'SHA-256'], rows)}</details></section>`;
}

/** The days between the first and the last report that no report lists clusters of. */
export function daysWithout({ first = 0, last = -1 }: Days, days: Days): Days {
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return Days.of(all.filter((day) => !days.has(day)));
}

/** Prints what no report can show. */
export function printLimits(): Html {
  return html`<section><h2>What this page cannot show</h2><ul class="limits">${printList(notShown, (sentence) => sentence)}</ul></section>`;
}

const notShown = [
  'The reports prove nothing about the time before the first one, except for the snapshots that it lists.',
  'If a backup is kept for less than 7 days, it may have existed on one of the days without a backup.',
  'The reports do not prove that a backup still exists today, or that it can be restored.',
  'A backup that was deleted in the last day before its expiry.',
  'How long a restore took: the restore job of a dedicated cluster has only the end.',
  'That a restore completed does not say that somebody looked at the data.',
  'A project in which the login has no role is in no report.',
  'Who could have deleted backups: Atlas has the roles of users and keys.',
  'Who chose the patterns and the other options of the check: the configuration of its job has that.',
  'Whether somebody changed a report before this page was made. To compare a file now: sha256sum FILE prints the value under The files.',
  'Whether a Backup Compliance Policy is in place: only a Project Owner can read it.',
  'Events and alert settings: the Atlas CLI lists them.',
];
