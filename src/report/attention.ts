import { type Chapter, kindNamed, kinds, linkTo, type Row } from './chapter.js';
import { printLogin, silentChip } from './facts.js';
import { chip, type Html, html, maxListed, name, printList, printTable } from './html.js';
import type { Check, Entry, History, Job, ReadFile } from './jobs.js';
import { printReason } from './rows.js';
import { count, dayOf, formatDay, formatDuration, formatTime, lengthOf } from './time.js';
import { sinceOf, type Timeline } from './timeline.js';

/** Prints what somebody has to look at, the worst first: silence, clusters, lists, what the check named, the reports. */
export function printAttention({ job, rows, sections, isSilent }: Chapter): Html {
  const bad = rows.filter(({ kind }) => kind.needsAttention);
  const clusters = kinds.map((kind) =>
    printList(
      bad.filter((row) => row.kind === kind).map((row) => html`${chip(kind)} ${linkTo(row)}: ${sayProblem(row)}.`),
    ),
  );
  const lists = sections.flatMap(({ id, name: project, failedLists }) =>
    failedLists.map(({ clusterType, error }) => {
      const link = html`<a href="#${id}">${name(project)}, ${clusterType} clusters</a>`;
      const why = withoutPeriod(error?.message) ?? 'no error';
      return html`${chip(kindNamed('not read'))} ${link}: the list could not be read: ${why}.`;
    }),
  );
  const silence = isSilent
    ? [html`${silentChip} No report since ${formatTime(job.lastCheck.time)}. The rest is as it was then.`]
    : [];
  const isCalm = bad.length + lists.length + silence.length === 0;
  const { problems } = job.lastCheck.report;
  const named = html`<h3>Problems that the last check named</h3><ul>${printList(problems)}</ul>`;
  return html`<section class="attention"><h2>Needs attention</h2>
${isCalm ? html`<p>No cluster.</p>` : html`<ul>${printList(silence)}${clusters}${printList(lists)}</ul>`}
${problems.length > 0 && named}${printReports(job)}</section>`;
}

const withoutPeriod = (text: string | undefined): string | undefined => text?.replace(/\.$/, '');

/** Says why a cluster needs attention, without the end of the sentence. */
function sayProblem({ timeline }: Row): string {
  const { current, departure } = timeline;
  const isChecked = current?.finding !== undefined;
  if (departure === undefined) return isChecked ? sayState(timeline, current) : sayGone(timeline);
  const watched = `watched since ${formatTime(departure.since)}`;
  return `${watched}; ${isChecked ? `now ${current.state}, ${sayState(timeline, current)}` : sayGone(timeline)}`;
}

/** Says what is known of a cluster that the last report does not check. */
function sayGone({ current, lastChecked }: Timeline): string {
  if (lastChecked === undefined) return 'no report of this page has checked it';
  const now = current === undefined ? 'not in the last report' : `now ${printReason(current)}`;
  const time = lastChecked.finding?.time;
  const newest = time === undefined ? '' : `; newest known backup ${formatTime(time)}`;
  return `last checked on ${formatDay(dayOf(lastChecked.check.time))}, and ${now}${newest}`;
}

/** Says what is wrong, and since when. */
function sayState(timeline: Timeline, { state, finding }: Entry): string {
  const { reason, error, time, age, maxAge, oldest, minHistory } = finding ?? {};
  const aged = age === undefined ? '' : `, ${formatDuration(age)} old at the check`;
  const limit = maxAge === undefined ? '' : ` (limit ${formatDuration(maxAge)})`;
  const facts = [
    reason,
    `since the report of ${formatDay(sinceOf(timeline, (one) => one === state))}`,
    time && `newest backup ${formatTime(time)}${aged}${limit}`,
    minHistory && oldest && `oldest backup ${formatTime(oldest.time)}, ${formatDuration(minHistory)} of history needed`,
    withoutPeriod(error?.message),
  ];
  return facts.filter((fact) => fact !== undefined).join('; ');
}

/** Prints what is wrong with the reports of a job, the newest first. */
function printReports(job: Job): Html | undefined {
  const checks = [...job.checks].reverse();
  const mixed = findMixed(job).map(
    (what) => `The reports of a folder have ${what}. If they are of several jobs, give each its own folder.`,
  );
  const failures = checks
    .filter(({ failure }) => failure !== undefined)
    .map(({ time, failure }) => `The check of ${formatTime(time)} failed: ${failure}`);
  const clocks = checks.filter(({ offset }) => offset !== 0).map(sayClock);
  const lists = [job.unusable.map(sayUnusable), mixed, failures, clocks];
  if (lists.every((items) => items.length === 0)) return undefined;
  return html`<h3 class="red">The reports</h3><ul>${lists.map(printList)}</ul>`;
}

function sayClock({ time, offset }: Check): string {
  const how = offset > 0 ? 'ahead' : 'behind';
  return `The clock of the check of ${formatTime(time)} was ${formatDuration(Math.abs(offset))} ${how}.`;
}

/** What differs between the reports of a job as if they were of several. */
function findMixed({ checks }: Job): string[] {
  const servers = new Set(checks.map(({ report }) => report.server));
  const logins = new Set(checks.map(({ report }) => printLogin(report)));
  // Evidence and timeout choose no cluster and judge none.
  const options = checks.map(({ report }) =>
    JSON.stringify({ ...report.options, evidence: undefined, timeout: undefined }),
  );
  const changes = options.filter((one, index) => index > 0 && one !== options[index - 1]).length;
  return [
    servers.size > 1 && `${servers.size} servers (${[...servers].join(', ')})`,
    logins.size > 1 && `${logins.size} logins (${[...logins].join(', ')})`,
    changes >= new Set(options).size && 'options that take turns',
  ].filter((text) => text !== false);
}

const sayUnusable = ({ file, why }: ReadFile): Html => html`${name(file)}: ${why}`;

/** Prints the files that are no reports, in folders without a report. */
export function printStrays({ strays }: History): Html | undefined {
  if (strays.length === 0) return undefined;
  return html`<section class="attention"><h2>Files that are no reports</h2><ul>${printList(strays.map(sayUnusable))}</ul></section>`;
}

const maxShown = 50;

/** Prints the runs of days that are stale, none or short, also those that are over, the newest first. */
export function printGaps({ rows }: Chapter): Html {
  const gaps = rows.flatMap((row) => row.gaps.map((gap) => ({ row, gap })));
  gaps.sort((a, b) => b.gap.last - a.gap.last || b.gap.first - a.gap.first);
  const toTable = (some: typeof gaps) =>
    printTable(
      ['Cluster', 'From', 'To', 'Days', 'State now'],
      some.map(({ row, gap }) => [linkTo(row), formatDay(gap.first), gap.end, lengthOf(gap), chip(row.kind)]),
    );
  const more = gaps.length - maxListed;
  const rest = html`<details><summary>${count(gaps.length - maxShown, 'older gap')}</summary>
${toTable(gaps.slice(maxShown, maxListed))}${more > 0 && html`<p>and ${more} more: the details of each cluster have all its states.</p>`}</details>`;
  return html`<section><h2>Gaps of this period</h2>
${gaps.length === 0 ? html`<p>None.</p>` : toTable(gaps.slice(0, maxShown))}${gaps.length > maxShown && rest}</section>`;
}
