import { stateNames } from './format.js';
import type { Cluster, Job } from './history.js';
import { type Html, html } from './html.js';
import { printType, type Row } from './rows.js';
import { isState } from './standing.js';
import {
  count,
  dayMs,
  dayOf,
  getOrAdd,
  lengthOf,
  printDay,
  printDays,
  printRange,
  type Run,
  spanOf,
  toRuns,
} from './time.js';

// Older backups, such as monthly ones, would make the picture mostly empty. The details have them.
const maxDaysBefore = 35;

/** The days of the picture: from the oldest backup or report to the last report. Undefined without a report. */
export function findSpan(jobs: readonly Job[], clusters: readonly Cluster[]): Run | undefined {
  const reported = spanOf(jobs.flatMap(({ checks }) => checks.map(({ time }) => dayOf(time))));
  if (reported === undefined) return undefined;
  let [first] = reported;
  for (const { backups } of clusters) {
    for (const day of backups) if (day < first && day >= reported[0] - maxDaysBefore) first = day;
  }
  return [first, reported[1]];
}

export const isLong = (span: Run): boolean => lengthOf(span) > 75;

/** A number of days in percent of a picture that is as wide as its place, so that nothing is stretched. */
const percent = (days: number, span: Run): string => `${Number(((100 * days) / lengthOf(span)).toFixed(2))}%`;

/** The horizontal position of a day in the picture. */
const at = (span: Run, day: number): string => percent(day - span[0], span);

/** What a day may be. */
const kinds = [...stateNames, 'left out'] as const;

function daysOfKinds({ days }: Row): Map<(typeof kinds)[number], Set<number>> {
  const found: ReturnType<typeof daysOfKinds> = new Map();
  for (const [day, { state }] of days) getOrAdd(found, isState(state) ? state : 'left out', () => new Set()).add(day);
  return found;
}

/** The marks: the ID of each shape, its title, and the days that have it. */
const marks = [
  { id: 'failed', title: 'a snapshot failed', daysOf: ({ failures }: Cluster) => failures },
  { id: 'restored', title: 'restored', daysOf: restoredOn },
];

/** The days on which a cluster was restored. */
export function restoredOn({ restores }: Cluster): Set<number> {
  return new Set([...restores.values()].flatMap(({ day }) => day ?? []));
}

const isIn = ([first, last]: Run, day: number): boolean => first <= day && day <= last;

/** Draws the days of a cluster. */
export function drawRow(row: Row, span: Run): Html {
  const { cluster, standing } = row;
  const found = daysOfKinds(row);
  const parts = Array.from(found, ([kind, days]) => `${kind} on ${count(days.size, 'day')}`);
  for (const { title, daysOf } of [{ title: 'a backup', daysOf: () => cluster.backups }, ...marks]) {
    const days = [...daysOf(cluster)].filter((day) => isIn(span, day)).length;
    if (days > 0) parts.push(`${title} on ${count(days, 'day')}`);
  }
  const label = `${cluster.clusterName}, ${printType(row)}, ${standing.label}. ${printRange(...span)}: ${parts.join('; ')}.`;
  const bars = Array.from(found, ([kind, days]) => drawBars(kind, days, kind, span));
  return drawDays(label, [...bars, drawDots(cluster, span), ...drawMarks(cluster, span)]);
}

const drawDays = (label: string, parts: readonly Html[]): Html =>
  html`<svg class="days" role="img" aria-label="${label}"><use href="#grid"/>${parts}</svg>`;

/** Draws runs of days, as shapes of this class. The style has the width of a single day. */
function drawBars(kind: string, days: ReadonlySet<number>, words: string, span: Run): Html {
  const bars = toRuns(days).map(([first, last]) => {
    const width = first < last && html` width="${percent(last - first + 1, span)}"`;
    return html`<rect x="${at(span, first)}"${width}><title>${sayRun([first, last], words)}</title></rect>`;
  });
  return html`<g class="${kind.replace(' ', '-')}">${bars}</g>`;
}

/** Such as `2026-11-01 to 2026-11-03: fresh (3 days)`. */
function sayRun([first, last]: Run, words: string): string {
  return `${printRange(first, last)}: ${words}${first < last ? ` (${last - first + 1} days)` : ''}`;
}

/** Draws the days of backups. A run of them is one dotted line, which has a dot wherever it is a whole number of days long. */
function drawDots({ backups }: Cluster, span: Run): Html {
  const runs = toRuns([...backups].filter((day) => isIn(span, day)));
  const dots = runs.map(([first, last]) => {
    const end = last + 0.6;
    const line = html`x1="${at(span, first + 0.5)}" x2="${at(span, end)}" pathLength="${(end - first - 0.5).toFixed(1)}"`;
    const words = first < last ? 'a backup each day' : 'a backup';
    return html`<line ${line} y1="13.5" y2="13.5"><title>${sayRun([first, last], words)}</title></line>`;
  });
  return html`<g class="backup">${dots}</g>`;
}

/** Draws a mark at each day that the picture has. */
function drawMarks(cluster: Cluster, span: Run): Html[] {
  return marks.flatMap(({ id, title, daysOf }) => {
    const days = [...daysOf(cluster)].filter((day) => isIn(span, day));
    return days.map(
      (day) => html`<use href="#${id}" x="${at(span, day + 0.5)}"><title>${printDay(day)}: ${title}</title></use>`,
    );
  });
}

/** Draws the days with a report, and those on which a check failed. */
export function drawReports(reported: ReadonlySet<number>, failed: ReadonlySet<number>, span: Run): Html {
  const failures = failed.size > 0 ? ` A check failed on ${printDays(failed)}.` : '';
  const label = `Reports on ${count(reported.size, 'day')}: ${printDays(reported)}.${failures}`;
  const bars = [drawBars('report', reported, 'a report', span), drawBars('failure', failed, 'a check failed', span)];
  return drawDays(label, bars);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The days of the axis with their labels: weeks, or months in a long picture. Not more than fit on a narrow screen. */
function ticksOf(span: Run): (readonly [day: number, label: string])[] {
  const length = lengthOf(span);
  const step = [1, 2, 3, 4, 6].find((number) => length / 30 / number < 12.5) ?? 12;
  const isLabeled = (day: number) => length < 8 || (day + 3) % (length > 50 ? 14 : 7) === 0;
  const days = Array.from({ length }, (_, index) => span[0] + index);
  return days.flatMap((day) => {
    const date = new Date(day * dayMs);
    const [month, dayOfMonth] = [date.getUTCMonth(), date.getUTCDate()];
    if (!isLong(span)) return isLabeled(day) ? [[day, `${months[month]} ${dayOfMonth}`]] : [];
    const label = month === 0 ? date.getUTCFullYear() : months[month];
    return dayOfMonth === 1 && month % step === 0 ? [[day, String(label)]] : [];
  });
}

/** Defines once what all rows use: the grid, the axis, the hatching and the marks. */
export function drawShared(span: Run): Html {
  const length = lengthOf(span);
  const ticks = ticksOf(span);
  // A label near the end of a picture of weeks or months would not fit beside its line.
  const labeled = ticks.filter(([day]) => length < 8 || day <= span[1] - length / (isLong(span) ? 20 : 10));
  return html`<svg class="shared" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.6" height="5"/></pattern>
<pattern id="dots" width="6" height="8" patternUnits="userSpaceOnUse"><rect width="3" height="8"/></pattern>
<g id="failed"><path d="M-3.5 0.5l7 6m0-6l-7 6"/></g>
<g id="restored"><circle cy="3.5" r="3"/></g>
<g id="grid"><line class="line" x2="100%" y1="18.5" y2="18.5"/>${ticks.map(([day]) => html`<line x1="${at(span, day)}" x2="${at(span, day)}" y2="30"/>`)}</g>
<g id="axis">${labeled.map(([day, label]) => html`<text x="${at(span, day)}" y="11">${label}</text>`)}</g>
</defs></svg>`;
}

export const axis = html`<svg class="axis" aria-hidden="true"><use href="#axis"/></svg>`;

/** What the shapes of these rows mean. */
export function drawLegend(rows: readonly Row[], span: Run): Html {
  const item = (key: Html, title: string) => html`<li><svg class="key" aria-hidden="true">${key}</svg>${title}</li>`;
  const line = html`<line class="line" x2="18" y1="18.5" y2="18.5"/>`;
  const used = new Set(rows.flatMap((row) => [...daysOfKinds(row).keys()]));
  const drawn = kinds
    .filter((kind) => used.has(kind))
    .map((kind) => item(html`${line}<g class="${kind.replace(' ', '-')}"><rect x="1" width="16"/></g>`, kind));
  const isMarked = (days: ReadonlySet<number>) => [...days].some((day) => isIn(span, day));
  const dot = html`<g class="backup"><line x1="9" x2="9.1" y1="13.5" y2="13.5" pathLength="0.1"/></g>`;
  if (rows.some(({ cluster }) => isMarked(cluster.backups))) drawn.push(item(html`${line}${dot}`, 'a backup'));
  const shown = marks.filter(({ daysOf }) => rows.some(({ cluster }) => isMarked(daysOf(cluster))));
  const shapes = shown.map(({ id, title }) => item(html`<use href="#${id}" x="9" y="12"/>`, title));
  return html`<ul class="legend">${drawn}${shapes}</ul>`;
}
