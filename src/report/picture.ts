import { printType, type Row } from './chapter.js';
import { type Html, html } from './html.js';
import type { Cluster, Entry, Job } from './jobs.js';
import { isState, stateNames } from './states.js';
import { count, dayMs, daysOf, formatDays, formatRun, getOrAdd, lengthOf, type Run, toRuns } from './time.js';
import { isLeftOut } from './timeline.js';

// Older backups, such as monthly ones, would make the picture mostly empty. The details have them.
const maxDaysBefore = 35;

/** The days of the picture: from the oldest backup or report to the last report. */
export function findSpan(jobs: readonly Job[]): Run {
  const firstReport = Math.min(...jobs.map(({ period }) => period.first));
  let first = firstReport;
  for (const { backups } of jobs.flatMap(({ clusters }) => [...clusters.values()])) {
    for (const day of backups) if (day < first && day >= firstReport - maxDaysBefore) first = day;
  }
  return { first, last: Math.max(...jobs.map(({ period }) => period.last)) };
}

export const isLong = (span: Run): boolean => lengthOf(span) > 75;

/** A number of days in percent of a picture that is as wide as its place, so that nothing is stretched. */
const percent = (days: number, span: Run): string => `${Number(((100 * days) / lengthOf(span)).toFixed(2))}%`;

/** The horizontal position of a day in the picture. */
const at = (span: Run, day: number): string => percent(day - span.first, span);

/** What a day may have, in the order of the legend. The marks have the ID of their shape. */
const kinds = [...stateNames, 'left out', 'a backup', 'a snapshot failed', 'restored'] as const;
type Kind = (typeof kinds)[number];
const marks: Readonly<Record<string, string>> = { 'a snapshot failed': 'failed', restored: 'restored' };

/** The days on which a cluster was restored. */
export function restoredOn({ restores }: Cluster): Set<number> {
  return new Set([...restores.values()].flatMap(({ day }) => day ?? []));
}

/** The days of the picture that have each kind. */
function daysOfKinds({ timeline: { days, cluster } }: Row, { first, last }: Run): Map<Kind, Set<number>> {
  const found = new Map<Kind, Set<number>>();
  const add = (kind: Kind, some: Iterable<number>) => {
    for (const day of some) if (first <= day && day <= last) getOrAdd(found, kind, () => new Set()).add(day);
  };
  for (const [day, { state }] of days) add(toBar(state), [day]);
  add('a backup', cluster.backups);
  add('a snapshot failed', cluster.failures);
  add('restored', restoredOn(cluster));
  return found;
}

/** What the bar of a day shows. */
function toBar(state: Entry['state']): Kind {
  if (isState(state)) return state;
  return isLeftOut(state) ? 'left out' : 'unknown';
}

/** Draws the days of a cluster. */
export function drawRow(row: Row, span: Run): Html {
  const found = [...daysOfKinds(row, span)];
  const parts = found.map(([kind, days]) => `${kind} on ${count(days.size, 'day')}`);
  const label = `${row.timeline.cluster.clusterName}, ${printType(row)}, ${row.kind.label}. ${formatRun(span)}: ${parts.join('; ')}.`;
  const shapes = found.map(([kind, days]) => draw(kind, days, span));
  return drawDays(label, shapes);
}

/** Draws the days with a report, and those on which a check failed. */
export function drawReports({ listedDays, failedDays }: Job, span: Run): Html {
  const failures = failedDays.size > 0 ? ` A check failed on ${formatDays(failedDays)}.` : '';
  const label = `Reports on ${count(listedDays.size, 'day')}: ${formatDays(listedDays)}.${failures}`;
  return drawDays(label, [draw('a report', listedDays, span), draw('a check failed', failedDays, span)]);
}

const drawDays = (label: string, parts: readonly Html[]): Html =>
  html`<svg class="days" role="img" aria-label="${label}"><use href="#grid"/>${parts}</svg>`;

/** Draws the days that have something: runs of them as bars or dotted lines, or a mark on each. */
function draw(kind: string, days: ReadonlySet<number>, span: Run, say = sayRun): Html {
  const toTitle = (run: Run) => html`<title>${say(run, kind)}</title>`;
  const mark = marks[kind];
  if (mark !== undefined) {
    return html`${[...days].map((day) => html`<use href="#${mark}" x="${at(span, day + 0.5)}">${toTitle({ first: day, last: day })}</use>`)}`;
  }
  const shapes = toRuns(days).map((run) => {
    const { first, last } = run;
    if (kind === 'a backup') {
      // It has a dot wherever it is a whole number of days long.
      const length = last - first + 0.1;
      const ends = html`x1="${at(span, first + 0.5)}" x2="${at(span, first + 0.5 + length)}"`;
      return html`<line ${ends} y1="13.5" y2="13.5" pathLength="${length.toFixed(1)}">${toTitle(run)}</line>`;
    }
    // The style has the width of a single day.
    const width = first < last && html` width="${percent(lengthOf(run), span)}"`;
    return html`<rect x="${at(span, first)}"${width}>${toTitle(run)}</rect>`;
  });
  return html`<g class="${kind.replaceAll(' ', '-')}">${shapes}</g>`;
}

/** Such as `2026-11-01 to 2026-11-03: fresh (3 days)`. */
const sayRun = (run: Run, kind: string): string =>
  `${formatRun(run)}: ${kind}${lengthOf(run) > 1 ? ` (${lengthOf(run)} days)` : ''}`;

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The days of the axis with their labels: weeks, or months in a long picture. Not more than fit on a narrow screen. */
function ticksOf(span: Run): { readonly day: number; readonly label: string }[] {
  const length = lengthOf(span);
  const step = [1, 2, 3, 4, 6].find((number) => length / 30 / number < 12.5) ?? 12;
  const isLabeled = (day: number) => length < 8 || (day + 3) % (length > 50 ? 14 : 7) === 0;
  return daysOf(span).flatMap((day) => {
    const date = new Date(day * dayMs);
    const month = date.getUTCMonth();
    const dayOfMonth = date.getUTCDate();
    if (!isLong(span)) return isLabeled(day) ? { day, label: `${months[month]} ${dayOfMonth}` } : [];
    const label = month === 0 ? date.getUTCFullYear() : months[month];
    return dayOfMonth === 1 && month % step === 0 ? { day, label: String(label) } : [];
  });
}

/** Defines once what all rows use: the grid, the axis, the hatching and the marks. */
export function drawShared(span: Run): Html {
  const length = lengthOf(span);
  const ticks = ticksOf(span);
  // A label near the end of a picture of weeks or months would not fit beside its line.
  const labeled = ticks.filter(({ day }) => length < 8 || day <= span.last - length / (isLong(span) ? 20 : 10));
  return html`<svg class="shared" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.6" height="5"/></pattern>
<pattern id="dots" width="6" height="8" patternUnits="userSpaceOnUse"><rect width="3" height="8"/></pattern>
<g id="failed"><path d="M-3.5 0.5l7 6m0-6l-7 6"/></g>
<g id="restored"><circle cy="3.5" r="3"/></g>
<line id="line" x2="100%" y1="18.5" y2="18.5"/>
<g id="grid"><use href="#line"/>${ticks.map(({ day }) => html`<line x1="${at(span, day)}" x2="${at(span, day)}" y2="30"/>`)}</g>
<g id="axis">${labeled.map(({ day, label }) => html`<text x="${at(span, day)}" y="11">${label}</text>`)}</g>
</defs></svg>`;
}

export const axis = html`<svg class="axis" aria-hidden="true"><use href="#axis"/></svg>`;

/** What the shapes of these rows mean. */
export function drawLegend(rows: readonly Row[], span: Run): Html {
  const used = new Set(rows.flatMap((row) => [...daysOfKinds(row, span).keys()]));
  const items = kinds
    .filter((kind) => used.has(kind))
    .map((kind) => {
      const shape = draw(kind, new Set([0]), { first: 0, last: 0 }, () => kind);
      return html`<li><svg class="key" aria-hidden="true"><use href="#line"/>${shape}</svg>${kind}</li>`;
    });
  return html`<ul class="legend">${items}</ul>`;
}
