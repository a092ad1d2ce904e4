import { printLogin } from './attention.js';
import type { History, Job } from './history.js';
import { type Html, html, type Line, limit, name, ofJob, printLines, printList, printTable } from './html.js';
import { linkTo, type Section } from './rows.js';
import { isState, printLeftOut, sinceOf } from './standing.js';
import {
  count,
  dayOf,
  daysWithout,
  getOrAdd,
  type Notes,
  note,
  printDay,
  printDays,
  printNotes,
  printTime,
} from './time.js';

/** Prints what the checks leave out, by the reason and the pattern, with since when and the state before. */
export function printAllLeftOut(sections: readonly Section[]): Html | undefined {
  const kinds = new Map<string, Html[]>();
  const leftOut = sections.flatMap(({ rows }) => rows.filter(({ standing }) => standing.kind === 'left out'));
  for (const row of leftOut) {
    for (const { job, days, now, last } of row.courses) {
      if (now === undefined || isState(now.state)) continue;
      const since = printDay(sinceOf(days, (state) => !isState(state)));
      const text = `since ${since}, ${last?.state ?? 'not checked'} before`;
      getOrAdd(kinds, printLeftOut(now), () => []).push(html`${linkTo(row)}: ${text}${ofJob(job)}`);
    }
  }
  if (kinds.size === 0) return undefined;
  const lines = Array.from(kinds, ([kind, some]): Line => [`${some.length} ${kind}`, limit(some)]);
  return html`<section><h2>What was left out</h2>${printLines(lines)}</section>`;
}

/** Prints how the checks were run. */
export function printChecks({ jobs }: History): Html {
  return html`<section><h2>How the checks were run</h2>${jobs.map(printRuns)}</section>`;
}

function printRuns({ name: folder, checks }: Job): Html {
  const [settings, projects]: [Notes, Notes] = [new Map(), new Map()];
  for (const { time, report, failure } of checks) {
    const { server, version, summary, options } = report;
    const run = `version ${version}, ${server}, ${printLogin(report)}, ${sayOptions(options)}`;
    note(settings, run, dayOf(time));
    if (failure === undefined) note(projects, String(summary.projects), dayOf(time));
  }
  const reported = new Set(checks.map(({ time }) => dayOf(time)));
  const lines: Line[] = [
    ['Days with a report', [printDays(reported)]],
    ['Days without a report', [printDays(daysWithout(reported)) || 'none']],
    ['Checks', printNotes(settings)],
    ['Projects listed', printNotes(projects)],
  ];
  return html`${folder !== '' && html`<h3>${name(folder)}</h3>`}${printLines(lines)}`;
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

/** Prints what the page was made of, so that it can be held against the storage. */
export function printFiles({ files }: History): Html {
  const rows = files.map(({ file, time, sha256, why }) => [
    name(file),
    time === undefined ? why : printTime(time),
    sha256 === undefined ? 'not read' : html`<code>${sha256}</code>`,
  ]);
  return html`<section><h2>The files</h2><details><summary>${count(files.length, 'file')}</summary>
${printTable(['File', 'Time of the check', 'SHA-256'], rows)}</details></section>`;
}

/** Prints what no report can show. */
export function printLimits(): Html {
  return html`<section><h2>What this page cannot show</h2><ul class="limits">${printList(notShown)}</ul></section>`;
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
