import { printAttention } from './attention.js';
import { findSpan, type Span } from './days.js';
import { type Line, printDetails, printLines, printNotes } from './details.js';
import { daysWithout, printChecks, printFiles, printLeftOut, printLimits } from './end.js';
import { gapsOf, printGaps } from './gaps.js';
import type { History, Knowledge } from './history.js';
import { chip, dated, type Html, html, name } from './html.js';
import { axis, drawLegend, drawReports, drawRow, drawShared, restoredOn } from './picture.js';
import { countEach, isLeftOut, isWell, type Row, type Section, toSections, typeOf } from './rows.js';
import { style } from './style.js';
import { count, Days, dayOf, printTime } from './time.js';
import { printJobs, printSummary, sayAttention } from './top.js';

export type { History } from './history.js';
export { readReports } from './reports.js';

// Nothing is loaded, and nothing runs.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Prints reports as a page of HTML, in parts. */
export function* printPage(history: History, knowledge: Knowledge): Generator<Html> {
  const span = findSpan(history);
  const sections = span === undefined ? [] : toSections(history, span, knowledge);
  const isLarge = sections.reduce((sum, { rows }) => sum + rows.length, 0) > 1000;
  const days = span === undefined ? 1 : span.last - span.first + 1;
  const sentence = sayAttention(history, sections);
  const last = history.last === undefined ? 'No check' : `Last check ${printTime(history.last.time)}`;
  yield html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${sentence}</title>
<style>${style}</style>
</head>
<body class="${isLarge && 'many'}" style="--days: ${days}">
<main>
<h1>${sentence}</h1>
<p class="last">${dated(`${last}${history.last?.failure !== undefined ? ', failed' : ''}.`)}</p>
<p class="soft">${dated(`Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made ${printTime(knowledge.now)}. All days are those of UTC.`)}</p>`;
  yield printSummary(history, sections);
  yield html`${printAttention(history, sections, knowledge.now)}${printJobs(history)}`;
  if (span !== undefined) {
    yield printGaps(sections, span);
    yield* printPicture(history, sections, span);
  }
  yield html`${printLeftOut(sections)}${printChecks(history)}${printFiles(history)}${printLimits()}
</main>
</body>
</html>`;
}

function* printPicture(history: History, sections: readonly Section[], span: Span): Generator<Html> {
  const failed = history.failures.map(({ time }) => dayOf(time)).filter((day) => day >= span.first && day <= span.last);
  const without = daysWithout(history.reportDays, history.reportDays);
  yield html`${drawShared(span)}<section><h2>Each day</h2>${drawLegend()}
<div class="head top"><span></span><span></span>${axis}</div>
<div class="head"><span>Days with a report</span><span></span>${drawReports(history.days, Days.of(failed), span)}</div>
${without.count > 0 && html`<p class="soft">${dated(`No report on ${without}.`)}</p>`}`;
  for (const section of sections) {
    yield printHead(section, span, sections.length === 1);
    const shown = section.rows.filter(({ id }) => id !== undefined);
    for (const row of shown) yield printRow(row, section, span);
    const more = section.rows.length - shown.length;
    yield html`${more > 0 && html`<p>and ${more} more that are no longer listed</p>`}</details>`;
  }
  yield html`</section>`;
}

/** Projects whose clusters are all well are closed. */
function printHead({ id, project, rows, failedLists }: Section, span: Span, isOnly: boolean): Html {
  const { groupId, listFailures } = project;
  const isOpen = isOnly || failedLists.length > 0 || !rows.every(isWell);
  const failures: Line[] = [
    ['Could not be listed', printNotes(listFailures)],
    ['Project ID', [groupId]],
  ];
  return html`<details class="project"${isOpen && html` open`}><summary><h3>${name(project.name)}</h3> ${dated(sumUp(rows, span))}</summary>
<div id="${id}">${listFailures.size > 0 && printLines(failures)}</div>`;
}

/** Such as `3 clusters, all fresh; 1 gap` or `3 clusters: 1 stale, 2 fresh; 1 left out`. */
function sumUp(rows: readonly Row[], { first }: Span): string {
  const leftOut = rows.filter(isLeftOut).length;
  const labels = rows.filter((row) => !isLeftOut(row)).map(({ standing }) => standing.label);
  const counts = countEach(labels);
  const each = Array.from(counts, ([label, number]) => `${number} ${label}`).join(', ');
  const [only] = counts.keys();
  const states = counts.size > 1 ? `: ${each}` : only === undefined ? '' : `, all ${only}`;
  const gaps = rows.reduce((sum, row) => sum + gapsOf(row).length, 0);
  const isShown = (days: Iterable<number>) => [...days].some((day) => day >= first);
  const failed = rows.filter(({ cluster }) => isShown(cluster.failures)).length;
  const restored = rows.filter(({ cluster }) => isShown(restoredOn(cluster))).length;
  const more = [
    leftOut > 0 && `; ${leftOut} left out`,
    gaps > 0 && `; ${count(gaps, 'gap')}`,
    failed > 0 && `; ${failed} with a failed snapshot`,
    restored > 0 && `; ${restored} restored`,
  ];
  return `${count(labels.length, 'cluster')}${states}${more.filter(Boolean).join('')}`;
}

function printRow(row: Row, { project }: Section, span: Span): Html {
  const { cluster, standing } = row;
  const title = html`<span class="name">${name(cluster.name)} <small>${typeOf(row)}</small></span>`;
  return html`<details class="row"><summary>${title}${chip(standing)}${drawRow(row, span)}</summary>
${printDetails(row, project)}</details>`;
}
