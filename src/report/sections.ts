import { type Chapter, printType, type Row, type Section } from './chapter.js';
import { printDetails } from './details.js';
import { chip, type Html, html, name } from './html.js';
import { isLeftOut } from './kinds.js';
import { axis, drawLegend, drawReports, drawRow } from './picture.js';
import { count, countEach, dayOf, type Run } from './time.js';

/** Prints the picture of a job: a row per cluster, by their projects. */
export function* printPicture({ job, rows, sections }: Chapter, span: Run): Generator<Html> {
  const failures = job.checks.filter(({ failure }) => failure !== undefined);
  const failed = new Set(failures.map(({ time }) => dayOf(time)));
  const reported = new Set(job.listing.map(({ time }) => dayOf(time)));
  yield html`<section><h2>Each day</h2>${drawLegend(rows, span)}
<div class="head top"><span></span><span></span>${axis}</div>
<div class="head"><span>Days with a report</span><span></span>${drawReports(reported, failed, span)}</div>`;
  for (const section of sections) {
    yield printHead(section, span, { isOnly: sections.length === 1 });
    const shown = section.rows.filter(({ id }) => id !== undefined);
    for (const row of shown) yield printRow(row, span);
    const more = section.rows.length - shown.length;
    yield html`${more > 0 && html`<p>and ${more} more that are no longer listed</p>`}</details>`;
  }
  yield html`</section>`;
}

/** Projects whose clusters are all well are closed. */
function printHead(
  { id, name: project, rows, failedLists }: Section,
  span: Run,
  { isOnly }: { isOnly: boolean },
): Html {
  const isOpen = isOnly || failedLists.length > 0 || rows.some(({ kind }) => kind.needsAttention);
  return html`<details class="project"${isOpen && html` open`}><summary><h3>${name(project)}</h3> ${sumUp(rows, span)}</summary>
<div id="${id}"></div>`;
}

/** Such as `3 clusters, all fresh; 1 with a gap` or `3 clusters: 1 stale, 2 fresh; 1 left out`. */
function sumUp(rows: readonly Row[], [first]: Run): string {
  const current = rows.filter(({ kind }) => kind.label !== 'left out');
  const withDay = (test: (state: Parameters<typeof isLeftOut>[0]) => boolean) =>
    current.filter(({ timeline }) => [...timeline.days.values()].some(({ state }) => test(state))).length;
  const withFailure = rows.filter(({ timeline }) => [...timeline.cluster.failures].some((day) => day >= first));
  const parts: { readonly number: number; readonly words: string }[] = [
    { number: rows.length - current.length, words: 'left out' },
    { number: rows.filter(({ gaps }) => gaps.length > 0).length, words: 'with a gap' },
    { number: withDay(isLeftOut), words: 'left out on some days' },
    { number: withDay((state) => state === 'unknown' || state === 'not read'), words: 'unknown on some days' },
    { number: withFailure.length, words: 'with a failed snapshot' },
  ];
  const more = parts.filter(({ number }) => number > 0).map(({ number, words }) => `; ${number} ${words}`);
  return `${count(current.length, 'cluster')}${sayKinds(current)}${more.join('')}`;
}

function sayKinds(rows: readonly Row[]): string {
  const counts = countEach(rows.map(({ kind }) => kind.label));
  const [only] = counts.keys();
  if (only === undefined) return '';
  if (counts.size === 1) return `, all ${only}`;
  return `: ${Array.from(counts, ([label, number]) => `${number} ${label}`).join(', ')}`;
}

function printRow(row: Row, span: Run): Html {
  const title = html`<span class="name">${name(row.timeline.cluster.clusterName)} <small>${printType(row)}</small></span>`;
  return html`<details class="row"><summary>${title}<span class="chips">${chip(row.kind)}</span>${drawRow(row, span)}</summary>
${printDetails(row)}</details>`;
}
