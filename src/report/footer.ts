import { printLogin } from './attention.js';
import { type Chapter, linkTo } from './chapter.js';
import { type Html, html, type Line, limit, name, printLines, printList, printTable } from './html.js';
import type { Check, ReadFile } from './jobs.js';
import { printReason } from './rows.js';
import {
  count,
  dayOf,
  daysWithout,
  formatDay,
  formatDays,
  formatNotes,
  formatTime,
  getOrAdd,
  type Notes,
  note,
} from './time.js';
import { isBad, isLeftOut, sinceOf } from './timeline.js';

/** Prints what the checks leave out, by the reason and the pattern, with since when and the state before, the bad first. */
export function printLeftOut({ rows }: Chapter): Html | undefined {
  const kinds = new Map<string, { readonly isBad: boolean; readonly line: Html }[]>();
  for (const row of rows) {
    const { current, lastChecked } = row.timeline;
    if (current === undefined || !isLeftOut(current.state)) continue;
    const before = lastChecked?.state;
    const since = formatDay(sinceOf(row.timeline, isLeftOut));
    const line = html`${linkTo(row)}: since ${since}, ${before ?? 'not checked'} before`;
    const wasBad = before !== undefined && isBad(before);
    getOrAdd(kinds, printReason(current), () => []).push({ isBad: wasBad, line });
  }
  if (kinds.size === 0) return undefined;
  const lines = Array.from(kinds, ([kind, some]): Line => {
    const sorted = [...some].sort((a, b) => Number(b.isBad) - Number(a.isBad));
    return [`${some.length} ${kind}`, limit(sorted.map(({ line }) => line))];
  });
  return html`<section><h2>What was left out</h2>${printLines(lines)}</section>`;
}

/** Prints how the checks of a job were run. */
export function printChecks({ job: { checks } }: Chapter): Html {
  const settings: Notes = new Map();
  const projects: Notes = new Map();
  for (const { time, report, failure } of checks) {
    const { server, version, summary, options } = report;
    const run = `version ${version}, ${server}, ${printLogin(report)}, ${sayOptions(options)}`;
    note(settings, run, dayOf(time));
    if (failure === undefined) note(projects, String(summary.projects), dayOf(time));
  }
  const reported = new Set(checks.map(({ time }) => dayOf(time)));
  const lines: Line[] = [
    ['Days with a report', [formatDays(reported)]],
    ['Days without a report', [formatDays(daysWithout(reported)) || 'none']],
    ['Checks', formatNotes(settings)],
    ['Projects listed', formatNotes(projects)],
  ];
  return html`<section><h2>How the checks were run</h2>${printLines(lines)}</section>`;
}

const words = {
  include: 'only',
  exclude: 'without',
  maxAge: 'limit',
  minHistory: 'history',
  inventory: 'inventory',
  evidence: 'evidence',
  timeout: 'timeout',
};

/** Such as `only Pay/*, without Pay/test-*, limit 48h, evidence`. */
function sayOptions(options: Check['report']['options']): string {
  const names = Object.keys(words) as (keyof typeof words)[];
  const given = names.filter((name) => options[name] !== undefined);
  const said = given.map((name) =>
    name === 'evidence' ? words[name] : `${words[name]} ${[options[name]].flat().join(', ')}`,
  );
  return [...(options.include === undefined ? ['every cluster'] : []), ...said].join(', ');
}

/** Prints what the page was made of, so that it can be held against the storage. */
export function printFiles(files: readonly ReadFile[]): Html {
  const rows = files.map(({ file, time, sha256, why }) => [
    name(file),
    time === undefined ? why : formatTime(time),
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
