import type { Check, History, Job } from './history.js';
import { chip, dated, type Html, html, name, ofJob, printList, printTable } from './html.js';
import { compareRows, linkTo, type Row, type Section } from './rows.js';
import { count, getOrAdd, printDay, printDuration, printTime, type Run, toRuns } from './time.js';

const ofList = { label: 'unknown', color: 'magenta', rank: Number.POSITIVE_INFINITY };
const ofSilence = { label: 'silent', color: 'red', rank: Number.POSITIVE_INFINITY };

/** Prints what somebody has to look at, the worst first: clusters, lists, jobs, what the checks named, the reports. */
export function printAttention(history: History, sections: readonly Section[]): Html {
  const { jobs } = history;
  const kinds = new Map<string, { rank: number; items: Html[] }>();
  const add = (kind: typeof ofList, item: Html, job: Job) => {
    const { items } = getOrAdd(kinds, kind.label, () => ({ rank: kind.rank, items: [] }));
    items.push(html`${chip(kind)} ${item}.${ofJob(job)}`);
  };
  for (const row of sections.flatMap(({ rows }) => rows).sort(compareRows)) {
    for (const item of row.problems) add(item, html`${linkTo(row)}: ${dated(item.problem ?? '')}`, item.job);
  }
  for (const { id, name: project, failedLists } of sections) {
    for (const { finding, job } of failedLists) {
      const list = html`<a href="#${id}">${name(project)}, ${finding.clusterType} clusters</a>`;
      const why = finding.error?.message?.replace(/\.$/, '') ?? 'no error';
      add(ofList, html`${list}: the list could not be read: ${dated(why)}`, job);
    }
  }
  for (const job of jobs.filter(({ isSilent }) => isSilent)) {
    add(ofSilence, html`${name(job.name)}: ${dated(`no report since ${printTime(job.last.time)}`)}`, job);
  }
  const sorted = [...kinds.values()].sort((a, b) => a.rank - b.rank);
  const all = sorted.map(({ items }) => printList(items, (item) => item));
  return html`<section class="attention"><h2>Needs attention</h2>
${all.length === 0 ? html`<p>No cluster.</p>` : html`<ul>${all}</ul>`}
${printProblems(jobs)}${printReports(history)}</section>`;
}

/** Prints what the last check of each job named on stderr. */
function printProblems(jobs: readonly Job[]): Html | undefined {
  const named = jobs.flatMap((job) => job.last.report.problems.map((text) => ({ text, job })));
  if (named.length === 0) return undefined;
  const title = `Problems that the last check ${jobs.length > 1 ? 'of each job ' : ''}named`;
  return html`<h3>${title}</h3><ul>${printList(named, ({ text, job }) => html`${dated(text)}${ofJob(job)}`)}</ul>`;
}

/** Prints what is wrong with the reports themselves, the newest first. */
function printReports({ files, jobs }: History): Html | undefined {
  const checks = jobs.flatMap((job) => job.checks.map((check) => ({ check, job })));
  checks.sort((a, b) => b.check.time - a.check.time);
  const toItem = (check: Check, job: Job, text: string) =>
    html`${dated(`The ${text.replace('TIME', printTime(check.time))}`)}${ofJob(job)}`;
  const failed = checks.filter(({ check }) => check.failure !== undefined);
  const off = checks.filter(({ check }) => check.offset !== 0);
  const unusable = files.filter(({ why }) => why !== undefined);
  const mixed = jobs.flatMap((job) => findMixed(job).map((what) => ({ what, job })));
  if ([failed, off, unusable, mixed].every((some) => some.length === 0)) return undefined;
  return html`<div class="bad" id="reports"><h3>The reports</h3><ul>
${printList(unusable, ({ file, why }) => html`${name(file)}: ${dated(why ?? '')}`)}
${printList(mixed, ({ what, job }) => html`The reports of a folder have ${what}. If they are of several jobs, give each its own folder.${ofJob(job)}`)}
${printList(failed, ({ check, job }) => toItem(check, job, `check of TIME failed: ${check.failure}`))}
${printList(off, ({ check, job }) => toItem(check, job, `clock of the check of TIME was ${sayOffset(check.offset)}.`))}
</ul></div>`;
}

const sayOffset = (offset: number): string => `${printDuration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;

/** What differs between the reports of a job as if they were of several. */
function findMixed({ checks }: Job): string[] {
  const servers = new Set(checks.map(({ report }) => report.server));
  const logins = new Set(checks.map(({ report: { login, loginId } }) => [login, loginId].filter(Boolean).join(' ')));
  // The others choose no cluster and judge none.
  const ignored = { evidence: undefined, timeout: undefined };
  const options = checks.map(({ report }) => JSON.stringify({ ...report.options, ...ignored }));
  const changes = options.filter((one, index) => index > 0 && one !== options[index - 1]).length;
  return [
    servers.size > 1 && `${servers.size} servers (${[...servers].join(', ')})`,
    logins.size > 1 && `${logins.size} logins (${[...logins].join(', ')})`,
    changes >= new Set(options).size && 'options that take turns',
  ].filter((text) => text !== false);
}

const maxShown = 50;
const maxGaps = 500;

/** Prints the runs of days that are stale, none or short, also those that are over, the newest first. */
export function printGaps(sections: readonly Section[], { jobs }: History): Html {
  const gaps = sections.flatMap(({ rows }) => rows.flatMap((row) => gapsOf(row).map((run) => ({ row, run }))));
  gaps.sort((a, b) => b.run[1] - a.run[1] || b.run[0] - a.run[0]);
  const heads = ['Cluster', 'From', 'To', 'Days', 'State now', ...(jobs.length > 1 ? ['Job'] : [])];
  const toCells = ({ row, run: [first, last] }: (typeof gaps)[number]) => {
    const cells = [
      linkTo(row),
      dated(printDay(first)),
      dated(findEnd(row, last)),
      last - first + 1,
      chip(row.standing),
    ];
    const names = coursesOf(row, last).map(({ job }) => job.name);
    return jobs.length > 1 ? [...cells, name(names.join(', '))] : cells;
  };
  const toTable = (some: typeof gaps) => printTable(heads, some.map(toCells));
  const older = gaps.slice(maxShown, maxGaps);
  const more = gaps.length > maxGaps && html`<p>and ${count(gaps.length - maxGaps, 'older gap')}</p>`;
  return html`<section><h2>Gaps of this period</h2>${gaps.length > 0 ? toTable(gaps.slice(0, maxShown)) : html`<p>None.</p>`}
${older.length > 0 && html`<details><summary>${count(gaps.length - maxShown, 'older gap')}</summary>${toTable(older)}${more}</details>`}</section>`;
}

const isGap = (state: string | undefined): boolean => state === 'stale' || state === 'none' || state === 'short';

export const gapsOf = ({ days }: Row): Run[] =>
  toRuns([...days].flatMap(([day, { state }]) => (isGap(state) ? [day] : [])));

const coursesOf = ({ courses }: Row, day: number) => courses.filter(({ days }) => isGap(days.get(day)?.state));

/** The last day of a gap, unless the last report says that it goes on, or does not know. */
function findEnd(row: Row, last: number): string {
  const ends = coursesOf(row, last).map(({ job, days, now }) => {
    const later = [...days].filter(([day]) => day > last);
    if (now === undefined || later.some(([, { state }]) => state !== 'unknown')) return 'closed';
    return job.isSilent || job.last.failure !== undefined || later.length > 0 ? 'not known' : 'still open';
  });
  return (['still open', 'not known'] as const).find((end) => ends.includes(end)) ?? printDay(last);
}
