import { findSpan, type Span } from './days.js';
import { printDetails, printLines, printNotes } from './details.js';
import { type Answers, printEvents } from './events.js';
import type { History, Knowledge } from './history.js';
import { type Html, html, name } from './html.js';
import { axis, drawLegend, drawReports, drawRow, drawShared } from './picture.js';
import { type Row, type Section, toSections } from './rows.js';
import { style } from './style.js';
import { Days, dayOf, printTime } from './time.js';
import { chip, printAttention, printReportProblems, printSummary } from './top.js';

export { askAtlas } from './events.js';
export type { History } from './history.js';
export { readReports } from './reports.js';

/** What a page is made of. */
interface Material {
  readonly history: History;
  readonly knowledge: Knowledge;
  /** Of Atlas, if it was asked. */
  readonly answers?: Answers | undefined;
}

// Nothing is loaded, and nothing runs.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Prints reports as a page of HTML, in parts. */
export function* printPage({ history, knowledge, answers }: Material): Generator<Html> {
  const span = findSpan(history);
  const sections = span === undefined ? [] : toSections(history, span, knowledge);
  const isLarge = sections.reduce((sum, { rows }) => sum + rows.length, 0) > 1000;
  const days = span === undefined ? 1 : span.last - span.first + 1;
  yield html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Backups</title>
<style>${style}</style>
</head>
<body class="${isLarge && 'many'}" style="--days: ${days}">
<main>
<h1>Backups of MongoDB Atlas</h1>
<p class="soft">By the reports of atlas-tenant-snapshots check. Made ${printTime(knowledge.now)}. All days are those of UTC.</p>`;
  yield printSummary(history, sections);
  yield html`${printReportProblems(history, sections, knowledge.now)}${answers && printRefusals(answers)}`;
  yield printAttention(history, sections);
  if (span !== undefined) {
    const failed = history.failures
      .map(({ time }) => dayOf(time))
      .filter((day) => day >= span.first && day <= span.last);
    const reports = drawReports(history.days, Days.of(failed), span);
    yield html`${drawShared(span)}<h2>Each day</h2>${drawLegend()}
<div class="head"><span>Days with a report</span><span></span><div>${axis}${reports}</div></div>`;
    for (const section of sections) {
      yield printHead(section);
      for (const row of section.rows) yield printRow(row, span);
      yield html`${answers && printEvents(answers, section.project)}</section>`;
    }
  }
  yield printChecks(history);
  yield html`<h2>What this page cannot show</h2><ul>${notShown.map((sentence) => html`<li>${sentence}</li>`)}</ul>
</main>
</body>
</html>`;
}

function printHead({ id, project }: Section): Html {
  const { groupId, listFailures } = project;
  const failures = listFailures.size > 0 && printLines([['Could not be listed', printNotes(listFailures)]]);
  return html`<section><h2 id="${id}">${name(project.name)}</h2><p class="soft">Project ${groupId}</p>${failures}
<div class="head"><span></span><span></span>${axis}</div>`;
}

function printRow(row: Row, span: Span): Html {
  const { id, cluster, standing } = row;
  const title = html`<span class="name">${name(cluster.name)} <small>${cluster.type}</small></span>`;
  const summary = html`<summary>${title}${chip(standing)}${drawRow(row, span)}</summary>`;
  return html`<details class="row" id="${id}">${summary}${printDetails(row)}</details>`;
}

function printRefusals({ failures }: Answers): Html | undefined {
  if (failures.length === 0) return undefined;
  return html`<section class="bad"><h2>Alerts and events</h2><ul>${failures.map((text) => html`<li>Not known: ${text}</li>`)}</ul></section>`;
}

/** Prints how the checks were run. */
function printChecks({ checks, reportDays, days, failures, projectCounts }: History): Html {
  const [first, last] = [reportDays.first ?? 0, reportDays.last ?? -1];
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const missing = all.filter((day) => !days.has(day));
  return html`<section class="checks"><h2>How the checks were run</h2>${printLines([
    ['Days with a report', [String(days)]],
    ['Days without a report', [String(Days.of(missing)) || 'none']],
    ['Days with a check that failed', [String(Days.of(failures.map(({ time }) => dayOf(time)))) || 'none']],
    ['Checks', printNotes(checks)],
    ['Projects listed', printNotes(projectCounts)],
  ])}</section>`;
}

const notShown = [
  'The reports prove nothing about the time before the first one, except for the snapshots that it lists.',
  'If a backup is kept for less than 7 days, it may have existed on one of the days without a backup.',
  'The reports do not prove that a backup still exists today, or that it can be restored.',
  'That a restore completed does not say that somebody looked at the data.',
  'How long a restore of a dedicated cluster took: its restore job has only the end.',
  'A project in which the login has no role is in no report.',
  'Who could have deleted backups: Atlas has the roles of users and keys.',
  'Who chose the patterns and the other options of the check: the configuration of its job has that.',
  'Whether somebody acted on what the check found.',
  'Whether somebody changed the reports: that is what their storage is for.',
  'Whether a Backup Compliance Policy is in place: only a Project Owner can read it.',
  'How long Atlas keeps events is not documented.',
];
