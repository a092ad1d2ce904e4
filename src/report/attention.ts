import type { Cluster, History } from './history.js';
import { chip, dated, type Html, html, name, printList } from './html.js';
import { maxSilence } from './jobs.js';
import type { Concern } from './judge.js';
import { compareRows, linkTo, needsLook, type Row, type Section } from './rows.js';
import { getOrAdd, hourMs, printDay, printDuration, printTime } from './time.js';

/** Prints what somebody has to look at, the worst first: clusters, then the reports, then what the checks named. */
export function printAttention(history: History, sections: readonly Section[], now: number): Html {
  const lists = sections.flatMap(({ id, project, failedLists }) =>
    failedLists.map(([type, why]) => {
      const link = html`<a href="#${id}">${name(project.name)}, ${type} clusters</a>`;
      return html`<span class="chip magenta">unknown</span> ${link}: could not be listed. ${dated(why)}`;
    }),
  );
  const items = sections.flatMap(({ project, rows }) =>
    rows.filter(needsLook).flatMap((row) => itemsOf(row).map((item) => ({ ...item, row, project }))),
  );
  items.sort((a, b) => a.rank - b.rank || compareRows(a.row, b.row));
  const kinds = new Map<string, typeof items>();
  for (const item of items) getOrAdd(kinds, item.label, () => []).push(item);
  const clusters = Array.from(kinds.values(), (some) =>
    printList(some, (item) => html`${chip(item)} ${linkTo(item.row, item.project)}: ${dated(item.text)}.`),
  );
  const isCalm = items.length + lists.length === 0;
  // Two jobs may name the same.
  const problems = [...new Set(history.jobs.flatMap(({ last }) => last.problems))];
  const title = `Problems that the last check ${history.jobs.length > 1 ? 'of each job ' : ''}named`;
  const named = html`<h3>${title}</h3><ul>${printList(problems, dated)}</ul>`;
  return html`<section class="attention"><h2>Needs attention</h2>
${isCalm ? html`<p>No cluster.</p>` : html`<ul>${clusters}${printList(lists, (list) => list)}</ul>`}
${printReportProblems(history, sections, now)}${problems.length > 0 && named}</section>`;
}

/** What is wrong with a cluster: what it is, and what else is. */
function itemsOf(row: Row): Concern[] {
  const { label, color, rank, needsLook: isBad } = row.standing;
  return [...(isBad ? [{ label, color, rank, text: sayProblem(row) }] : []), ...row.concerns];
}

/** Prints what is wrong with the reports themselves. */
function printReportProblems(history: History, sections: readonly Section[], now: number): Html | undefined {
  const { unusable, failures, last, latest, jobs, clocks } = history;
  const problems: string[] = [];
  if (last === undefined) problems.push('No file is a usable report of a check.');
  else if (latest === undefined) problems.push('No report lists clusters: every check failed to list the projects.');
  if (last !== undefined && now - last.time > maxSilence) {
    problems.push(`The last check was ${printDuration(now - last.time)} before this page was made: more than 26 h.`);
  }
  if (last !== undefined && now < last.time - hourMs) {
    const when = `${printTime(last.time)}, after this page was made`;
    problems.push(`The last check is dated ${when}. Check the clock of its machine.`);
  }
  const dead = jobs.filter(({ isDead }) => isDead);
  const contradicted = sections.flatMap(({ project, rows }) =>
    rows.filter(({ cluster }) => cluster.contradictions.size > 0).map((row) => ({ project, row })),
  );
  const lasting = [contradicted, clocks, failures, unusable].some((some) => some.length > 0);
  if (problems.length + dead.length === 0 && !lasting) return undefined;
  return html`<section class="bad" id="reports"><h3>The reports</h3><ul>${printList(problems, dated)}
${printList(dead, ({ label, last: { time } }) => dated(`A job has made no report since ${printTime(time)}: ${label}.`))}
${printList(contradicted, ({ project, row }) => html`${linkTo(row, project)}: ${dated(sayContradiction(row.cluster))}`)}
${printList(clocks, ({ time, offset }) => dated(`The clock of the check of ${printTime(time)} was ${printDuration(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}.`))}
${printList(failures, ({ time, failure }) => dated(`The check of ${printTime(time)} failed: ${failure}`))}
${printList(unusable, ({ file, why }) => html`${name(file)}: ${why}`)}</ul>
${lasting && html`<p class="soft">What is wrong with a report stays here as long as the report is on the page.</p>`}</section>`;
}

/** Says how reports contradict themselves, by the last way of it. The details have all. */
function sayContradiction({ contradictions }: Cluster): string {
  const [what, days] = [...contradictions].at(-1) ?? [];
  const more = contradictions.size > 1 ? `, and ${contradictions.size - 1} more in the details` : '';
  return `the report of ${days} contradicts itself: ${what}${more}.`;
}

/** Says what is wrong, and since when. */
function sayProblem({ cluster: { backups }, standing }: Row): string {
  const { finding, since } = standing;
  const { time: newest, age, maxAge, oldest, minHistory } = finding ?? {};
  const facts = [standing.note];
  if (since !== undefined) facts.push(`${finding?.state} since the report of ${printDay(since)}`);
  const limit = maxAge === undefined ? '' : ` (limit ${printDuration(maxAge)})`;
  const old = age === undefined || standing.isGone ? '' : `, ${printDuration(age)} old at the check${limit}`;
  if (newest !== undefined) facts.push(`newest backup ${printTime(newest)}${old}`);
  else if (backups.size > 0) facts.push(`newest known backup ${printTime(Math.max(...backups.values()))}`);
  if (minHistory !== undefined && oldest !== undefined) {
    facts.push(`oldest backup ${printTime(oldest.time)}, ${printDuration(minHistory)} of history needed`);
  }
  if (!standing.isGone) facts.push(finding?.error?.message?.replace(/\.$/, ''));
  return facts.filter((fact) => fact !== undefined).join('; ');
}
