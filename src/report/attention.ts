import type { Check, History, Job } from './history.js';
import { chip, type Html, html, maxListed, name, ofJob, printList, printTable } from './html.js';
import { compareRows, linkTo, type Row, type Section } from './rows.js';
import { count, getOrAdd, lengthOf, printDay, printDuration, printTime, type Run, toRuns } from './time.js';

/** Something that somebody has to look at. */
interface Item {
  readonly label: string;
  readonly color: string;
  readonly rank: number;
  readonly text: Html;
  readonly job: Job;
}

/** Prints what somebody has to look at, the worst first: clusters, lists, jobs, what the checks named, the reports. */
export function printAttention(history: History, sections: readonly Section[]): Html {
  const { jobs } = history;
  const rows = sections.flatMap((section) => section.rows).sort(compareRows);
  const items = rows.flatMap((row) =>
    row.problems.map((problem): Item => ({ ...problem, text: html`${linkTo(row)}: ${problem.problem}` })),
  );
  for (const { id, name: project, failedLists } of sections) {
    for (const { finding, job } of failedLists) {
      const link = html`<a href="#${id}">${name(project)}, ${finding.clusterType} clusters</a>`;
      const why = finding.error?.message?.replace(/\.$/, '') ?? 'no error';
      items.push({ ...ofList, text: html`${link}: the list could not be read: ${why}`, job });
    }
  }
  for (const job of jobs.filter(({ isSilent }) => isSilent)) {
    items.push({ ...ofSilence, text: html`${name(job.name)}: no report since ${printTime(job.last.time)}`, job });
  }
  const kinds = new Map<string, Html[]>();
  for (const item of items.sort((a, b) => a.rank - b.rank)) {
    getOrAdd(kinds, item.label, () => []).push(html`${chip(item)} ${item.text}.${ofJob(item.job)}`);
  }
  const all = [...kinds.values()].map(printList);
  return html`<section class="attention"><h2>Needs attention</h2>
${all.length === 0 ? html`<p>No cluster.</p>` : html`<ul>${all}</ul>`}
${printProblems(jobs)}${printReports(history)}</section>`;
}

const ofList = { label: 'unknown', color: 'magenta', rank: Number.MAX_VALUE };
const ofSilence = { label: 'silent', color: 'red', rank: Number.MAX_VALUE };

/** Prints what the last check of each job named on stderr. */
function printProblems(jobs: readonly Job[]): Html | undefined {
  const named = jobs.flatMap((job) => job.last.report.problems.map((text) => html`${text}${ofJob(job)}`));
  if (named.length === 0) return undefined;
  const title = `Problems that the last check ${jobs.length > 1 ? 'of each job ' : ''}named`;
  return html`<h3>${title}</h3><ul>${printList(named)}</ul>`;
}

/** Prints what is wrong with the reports themselves, the newest first. */
function printReports({ files, jobs }: History): Html | undefined {
  const checks = jobs.flatMap((job) => job.checks.map((check) => ({ check, job })));
  checks.sort((a, b) => b.check.time - a.check.time);
  const ofChecks = (say: (check: Check, time: string) => string | undefined) =>
    checks.flatMap(({ check, job }) => {
      const said = say(check, printTime(check.time));
      return said === undefined ? [] : [html`${said}${ofJob(job)}`];
    });
  const kinds = [
    files.flatMap(({ file, why }) => (why === undefined ? [] : [html`${name(file)}: ${why}`])),
    jobs.flatMap((job) =>
      findMixed(job).map(
        (what) =>
          html`The reports of a folder have ${what}. If they are of several jobs, give each its own folder.${ofJob(job)}`,
      ),
    ),
    ofChecks(({ failure }, time) => failure && `The check of ${time} failed: ${failure}`),
    ofChecks(({ offset }, time) =>
      offset === 0
        ? undefined
        : `The clock of the check of ${time} was ${printDuration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}.`,
    ),
  ];
  if (kinds.flat().length === 0) return undefined;
  return html`<h3 class="red">The reports</h3><ul>${kinds.map(printList)}</ul>`;
}

/** What differs between the reports of a job as if they were of several. */
function findMixed({ checks }: Job): string[] {
  const servers = new Set(checks.map(({ report }) => report.server));
  const logins = new Set(checks.map(({ report }) => printLogin(report)));
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

export const printLogin = ({ login, loginId }: Check['report']): string => [login, loginId].filter(Boolean).join(' ');

const maxShown = 50;

/** Prints the runs of days that are stale, none or short, also those that are over, the newest first. */
export function printGaps(sections: readonly Section[], { jobs }: History): Html {
  const gaps = sections.flatMap(({ rows }) => rows.flatMap((row) => gapsOf(row).map((run) => ({ row, run }))));
  gaps.sort((a, b) => b.run[1] - a.run[1] || b.run[0] - a.run[0]);
  const heads = ['Cluster', 'From', 'To', 'Days', 'State now', ...(jobs.length > 1 ? ['Job'] : [])];
  const toCells = ({ row, run }: (typeof gaps)[number]) => {
    const [first, last] = run;
    const cells = [linkTo(row), printDay(first), findEnd(row, last), lengthOf(run), chip(row.standing)];
    const names = coursesOf(row, last).map(({ job }) => job.name);
    return jobs.length > 1 ? [...cells, name(names.join(', '))] : cells;
  };
  const toTable = (some: typeof gaps) => printTable(heads, some.map(toCells));
  const more = gaps.length - maxListed;
  const rest = html`<details><summary>${count(gaps.length - maxShown, 'older gap')}</summary>
${toTable(gaps.slice(maxShown, maxListed))}${more > 0 && html`<p>and ${more} more: the details of each cluster have all its states.</p>`}</details>`;
  return html`<section><h2>Gaps of this period</h2>
${gaps.length === 0 ? html`<p>None.</p>` : toTable(gaps.slice(0, maxShown))}${gaps.length > maxShown && rest}</section>`;
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
