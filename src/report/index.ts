import { gapsOf, printAttention, printGaps } from './attention.js';
import { printDetails } from './details.js';
import { printAllLeftOut, printChecks, printFiles, printLimits } from './end.js';
import type { History, Mention } from './history.js';
import { chip, type Html, html, name, ofJob } from './html.js';
import { axis, drawLegend, drawReports, drawRow, drawShared, findSpan, isLong } from './picture.js';
import { isWell, printType, type Row, type Section, toSections } from './rows.js';
import { isState } from './standing.js';
import { style } from './style.js';
import { count, countEach, dayOf, lengthOf, printTime, type Run } from './time.js';
import { printJobs, printSummary, sayAttention } from './top.js';

export { readReports } from './read.js';

// Nothing is loaded, and nothing runs.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Prints reports as a page of HTML, in parts. @param now - when the page is made, in ms since 1970. */
export function* printPage(history: History, now: number): Generator<Html> {
  const sections = toSections(history);
  const clusters = sections.flatMap(({ rows }) => rows.map(({ cluster }) => cluster));
  const span = findSpan(history.jobs, clusters);
  const sentence = sayAttention(history, sections, now);
  yield html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${sentence}</title>
<style>${style}</style>
</head>
<body class="${span !== undefined && isLong(span) && 'long'}" style="--days: ${span === undefined ? 1 : lengthOf(span)}">
<main>
<h1>${sentence}</h1>
<p class="soft">Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made ${printTime(now)}. All days are those of UTC.</p>`;
  yield printSummary(history, sections);
  yield html`${printAttention(history, sections)}${printJobs(history)}`;
  if (span !== undefined) {
    yield printGaps(sections, history);
    yield* printPicture(history, sections, span);
  }
  yield html`${printAllLeftOut(sections)}${printChecks(history)}${printFiles(history)}${printLimits()}
</main>
</body>
</html>`;
}

function* printPicture({ jobs }: History, sections: readonly Section[], span: Run): Generator<Html> {
  const checks = jobs.flatMap((job) => job.checks);
  const failed = new Set(checks.filter(({ failure }) => failure !== undefined).map(({ time }) => dayOf(time)));
  const reported = new Set(jobs.flatMap(({ listing }) => listing.map(({ time }) => dayOf(time))));
  const rows = sections.flatMap((section) => section.rows);
  yield html`${drawShared(span)}<section><h2>Each day</h2>${drawLegend(rows, span)}
<div class="head top"><span></span><span></span>${axis}</div>
<div class="head"><span>Days with a report</span><span></span>${drawReports(reported, failed, span)}</div>`;
  for (const section of sections) {
    yield printHead(section, span, sections.length === 1);
    const shown = section.rows.filter(({ id }) => id !== undefined);
    for (const row of shown) yield printRow(row, span);
    const more = section.rows.length - shown.length;
    yield html`${more > 0 && html`<p>and ${more} more that are no longer listed</p>`}</details>`;
  }
  yield html`</section>`;
}

/** Projects whose clusters are all well are closed. */
function printHead({ id, name: project, rows, failedLists }: Section, span: Run, isOnly: boolean): Html {
  const isOpen = isOnly || failedLists.length > 0 || !rows.every(isWell);
  return html`<details class="project"${isOpen && html` open`}><summary><h3>${name(project)}</h3> ${sumUp(rows, span)}</summary>
<div id="${id}"></div>`;
}

/** Such as `3 clusters, all fresh; 1 with a gap` or `3 clusters: 1 stale, 2 fresh; 1 left out`. */
function sumUp(rows: readonly Row[], [first]: Run): string {
  const current = rows.filter(({ standing }) => standing.kind !== 'left out');
  const counts = countEach(current.map(({ standing }) => standing.label));
  const each = Array.from(counts, ([label, number]) => `${number} ${label}`).join(', ');
  const [only] = counts.keys();
  const states = counts.size > 1 ? `: ${each}` : only === undefined ? '' : `, all ${only}`;
  const hadDay = (test: (state: Mention['state']) => boolean) => (row: Row) =>
    [...row.days.values()].some(({ state }) => test(state));
  const parts: [number: number, words: string][] = [
    [rows.length - current.length, 'left out'],
    [rows.filter((row) => gapsOf(row).length > 0).length, 'with a gap'],
    [current.filter(hadDay((state) => !isState(state))).length, 'left out on some days'],
    [current.filter(hadDay((state) => state === 'unknown')).length, 'unknown on some days'],
    [rows.filter(({ cluster }) => [...cluster.failures].some((day) => day >= first)).length, 'with a failed snapshot'],
  ];
  const more = parts.filter(([number]) => number > 0).map(([number, words]) => `; ${number} ${words}`);
  return `${count(current.length, 'cluster')}${states}${more.join('')}`;
}

function printRow(row: Row, span: Run): Html {
  const { cluster, standing, problems } = row;
  const title = html`<span class="name">${name(cluster.clusterName)} <small>${printType(row)}</small>${ofJob(standing.job)}</span>`;
  const others = problems.filter(({ label }) => label !== standing.label);
  const chips = html`<span class="chips">${[standing, ...others].map(chip)}</span>`;
  return html`<details class="row"><summary>${title}${chips}${drawRow(row, span)}</summary>
${printDetails(row)}</details>`;
}
