import { type Line, printLines } from './details.js';
import type { History, Job } from './history.js';
import { dated, type Html, html, name, ofJob, printList, printTable } from './html.js';
import { linkTo, type Row, type Section } from './rows.js';
import { isState, printLeftOut, sinceOf } from './standing.js';
import { dayOf, getOrAdd, type Notes, note, printDay, printDays, printNotes, printTime, spanOf } from './time.js';

/** Prints what the checks leave out, by the reason and the pattern. */
export function printAllLeftOut(sections: readonly Section[]): Html | undefined {
  const kinds = new Map<string, Html[]>();
  for (const row of sections.flatMap(({ rows }) => rows)) {
    if (row.standing.kind !== 'left out') continue;
    for (const course of row.courses) {
      const { now } = course;
      if (now === undefined || isState(now.state)) continue;
      getOrAdd(kinds, printLeftOut(now), () => []).push(
        html`${linkTo(row)}: ${sayLeftOut(row, course)}${ofJob(course.job)}`,
      );
    }
  }
  if (kinds.size === 0) return undefined;
  const toLine = ([kind, some]: [string, Html[]]) =>
    html`<div><dt>${some.length} ${kind}</dt><dd><ul>${printList(some, (item) => item)}</ul></dd></div>`;
  return html`<section><h2>What was left out</h2><dl class="lines">${Array.from(kinds, toLine)}</dl></section>`;
}

/** Such as `since 2026-11-03, fresh before`. */
function sayLeftOut({ cluster }: Row, { job, days }: Row['courses'][number]): Html {
  const since = printDay(sinceOf(days, (state) => !isState(state)));
  return dated(`since ${since}, ${cluster.said.get(job.folder)?.finding?.finding.state ?? 'not checked'} before`);
}

/** Prints how the checks were run. */
export function printChecks({ jobs }: History): Html {
  return html`<section><h2>How the checks were run</h2>${jobs.map(printRuns)}</section>`;
}

function printRuns(job: Job): Html {
  const [settings, projects]: [Notes, Notes] = [new Map(), new Map()];
  for (const { time, report, failure } of job.checks) {
    const { server, login, loginId, version, summary, options } = report;
    const day = dayOf(time);
    note(
      settings,
      `version ${version}, ${server}, ${[login, loginId].filter(Boolean).join(' ')}, ${sayOptions(options)}`,
      day,
    );
    if (failure === undefined) note(projects, String(summary.projects), day);
  }
  const reported = new Set(job.checks.map(({ time }) => dayOf(time)));
  const lines: Line[] = [
    ['Days with a report', [printDays(reported)]],
    ['Days without a report', [printDays(daysWithout(reported)) || 'none']],
    ['Checks', printNotes(settings)],
    ['Projects listed', printNotes(projects)],
  ];
  return html`${job.name !== '' && html`<h3>${name(job.name)}</h3>`}${printLines(lines)}`;
}

const words = {
  ...{ include: 'only', exclude: 'without', maxAge: 'limit', minHistory: 'history' },
  ...{ inventory: 'inventory', evidence: 'evidence', timeout: 'timeout' },
};

/** Such as `only Pay/*, without Pay/test-*, limit 48h, evidence`. */
function sayOptions(options: Job['last']['report']['options']): string {
  const names = Object.keys(words) as (keyof typeof words)[];
  const given = names.filter((name) => options[name] !== undefined);
  const said = given.map((name) =>
    name === 'evidence' ? words[name] : `${words[name]} ${[options[name]].flat().join(', ')}`,
  );
  return [...(options.include === undefined ? ['every cluster'] : []), ...said].join(', ');
}

/** The days between the first and the last of these that are none of them. */
export function daysWithout(days: ReadonlySet<number>): Set<number> {
  const [first, last] = spanOf(days) ?? [0, -1];
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return new Set(all.filter((day) => !days.has(day)));
}

/** Prints what the page was made of, so that it can be held against the storage. */
export function printFiles({ files }: History): Html {
  const rows = files.map(({ file, time, sha256, why }) => [
    name(file),
    time === undefined ? why : dated(printTime(time)),
    sha256 === undefined ? 'not read' : html`<code>${sha256}</code>`,
  ]);
  return html`<section><details><summary><h2>The files: ${files.length}</h2></summary>
${printTable(['File', 'Time of the check', 'SHA-256'], rows)}</details></section>`;
}

/** Prints what no report can show. */
export function printLimits(): Html {
  return html`<section><h2>What this page cannot show</h2><ul class="limits">${printList(notShown, (sentence) => sentence)}</ul></section>`;
}

const notShown = [
  'Whether somebody edited a report. To compare a file with its copy in the storage: sha256sum FILE prints the value under The files.',
  'Backups that were deleted early, or whose retention was shortened.',
  'What happened between two reports: of a day, the page has the last report of each job.',
  'The time before the first report, except for the backups that it lists.',
  'Whether a backup still exists today, or can be restored. That a restore completed does not say that somebody looked at the data.',
  'Projects in which the login has no role.',
  'Who could delete backups, who changed a setting, and why a cluster was left out.',
];
