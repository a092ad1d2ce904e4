import { kinds, type Span } from './days.js';
import type { Cluster } from './history.js';
import { type Html, html } from './html.js';
import { type Row, typeOf } from './rows.js';
import { count, type Days, dayMs, getOrAdd, printDay, printRange } from './time.js';

const lengthOf = ({ first, last }: Span): number => last - first + 1;

const isLong = (span: Span): boolean => lengthOf(span) > 75;

/** A number of days in percent of a picture that is as wide as its place, so that nothing is stretched. */
const percent = (days: number, span: Span): string => `${Number(((100 * days) / lengthOf(span)).toFixed(2))}%`;

/** The horizontal position of a day in the picture. */
const at = (span: Span, day: number): string => percent(day - span.first, span);

/** Draws runs of days, as shapes of this class. The style has the width of a single day. */
function drawBars(name: string, { runs }: Days, words: string, span: Span): Html {
  const bars = runs.map(([first, last]) => {
    const length = last - first + 1;
    const [width, days] = length > 1 ? [html` width="${percent(length, span)}"`, ` (${length} days)`] : [];
    return html`<rect x="${at(span, first)}"${width}><title>${printRange(first, last)}: ${words}${days}</title></rect>`;
  });
  return html`<g class="${name}">${bars}</g>`;
}

/** The days on which a cluster was restored. */
export const restoredOn = ({ restores }: Cluster): ReadonlySet<number> =>
  new Set([...restores.values()].filter((job) => job.isCompleted && !job.isDownload).map(({ day }) => day));

/** The marks: the ID of each shape, its title, and the days that have it. */
const marks = [
  { id: 'failed', title: 'a snapshot failed', daysOf: ({ failures }: Cluster) => failures },
  { id: 'restored', title: 'restored', daysOf: restoredOn },
  { id: 'deleted', title: 'deleted before its time', daysOf: ({ deletions }: Cluster) => deletions },
];

/** Draws a mark at each day that the picture has. Those of one day are side by side. */
function drawMarks(cluster: Cluster, span: Span): Html[] {
  const byDay = new Map<number, typeof marks>();
  for (const mark of marks) {
    for (const day of mark.daysOf(cluster)) getOrAdd(byDay, day, () => []).push(mark);
  }
  const shown = [...byDay].filter(([day]) => day >= span.first && day <= span.last);
  return shown.flatMap(([day, some]) =>
    some.map(({ id, title }, index) => {
      const shift = (2 * index + 1 - some.length) * 6;
      const moved = shift !== 0 && html` transform="translate(${shift})"`;
      return html`<use href="#${id}" x="${at(span, day + 0.5)}"${moved}><title>${printDay(day)}: ${title}</title></use>`;
    }),
  );
}

/** Draws the days of a cluster. */
export function drawRow(row: Row, span: Span): Html {
  const { cluster, standing, days } = row;
  const parts = Array.from(days, ([kind, some]) => `${kinds[kind].title} on ${count(some.count, 'day')}`);
  for (const { title, daysOf } of marks) {
    const marked = daysOf(cluster).size;
    if (marked > 0) parts.push(`${title} on ${count(marked, 'day')}`);
  }
  const label = `${cluster.name}, ${typeOf(row)}, ${standing.label}. ${printRange(span.first, span.last)}: ${parts.join('; ')}.`;
  const drawn = [...days].filter(([kind]) => kind !== 'blank');
  const bars = drawn.map(([kind, some]) => drawBars(kind, some, kinds[kind].title, span));
  return drawDays(label, [...bars, ...drawMarks(cluster, span)]);
}

const drawDays = (label: string, parts: readonly Html[]): Html =>
  html`<svg class="days" role="img" aria-label="${label}"><use href="#grid"/>${parts}<use href="#cuts"/></svg>`;

/** Draws the days with a report, those whose check failed, and those without. */
export function drawReports(days: Days, failed: Days, span: Span): Html {
  const failures = failed.count > 0 ? ` The check failed on ${failed}.` : '';
  const label = `Reports on ${count(days.count, 'day')}: ${days}.${failures}`;
  return drawDays(label, [
    drawBars('report', days, 'a report', span),
    drawBars('over', failed, 'the check failed', span),
  ]);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The days of the axis with their labels: weeks, or months in a long picture. Not more than fit on a narrow screen. */
function ticksOf(span: Span): (readonly [day: number, label: string])[] {
  const length = lengthOf(span);
  const step = [1, 2, 3, 4, 6].find((number) => length / 30 / number < 12.5) ?? 12;
  const isLabeled = (day: number) => length < 8 || (day + 3) % (length > 50 ? 14 : 7) === 0;
  const days = Array.from({ length }, (_, index) => span.first + index);
  return days.flatMap((day) => {
    const date = new Date(day * dayMs);
    const [month, dayOfMonth] = [date.getUTCMonth(), date.getUTCDate()];
    if (!isLong(span)) return isLabeled(day) ? [[day, `${months[month]} ${dayOfMonth}`]] : [];
    const label = month === 0 ? date.getUTCFullYear() : months[month];
    return dayOfMonth === 1 && month % step === 0 ? [[day, String(label)]] : [];
  });
}

/** Defines once what all rows use: the grid, the axis, the hatching and the marks. */
export function drawShared(span: Span): Html {
  const length = lengthOf(span);
  const ticks = ticksOf(span);
  // A label near the end of a picture of weeks or months would not fit beside its line.
  const labeled = ticks.filter(([day]) => length < 8 || day <= span.last - length / (isLong(span) ? 20 : 10));
  const cuts = Array.from({ length: isLong(span) ? 0 : length - 1 }, (_, index) => percent(index + 1, span));
  return html`<svg class="shared" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.6" height="5"/></pattern>
<pattern id="dots" width="6" height="8" patternUnits="userSpaceOnUse"><rect width="3" height="8"/></pattern>
<g id="failed"><path d="M-3.5 0.5l7 6m0-6l-7 6"/></g>
<g id="restored"><circle cy="3.5" r="3"/></g>
<g id="deleted"><path d="M-4 0.5h8l-4 6.5z"/></g>
<g id="grid"><line class="line" x2="100%" y1="18.5" y2="18.5"/>${ticks.map(([day]) => html`<line x1="${at(span, day)}" x2="${at(span, day)}" y2="30"/>`)}</g>
<g id="cuts">${cuts.map((x) => html`<line x1="${x}" x2="${x}" y1="7" y2="27"/>`)}</g>
<g id="axis">${labeled.map(([day, label]) => html`<text x="${at(span, day)}" y="11">${label}</text>`)}</g>
</defs></svg>`;
}

export const axis = html`<svg class="axis" aria-hidden="true"><use href="#axis"/></svg>`;

/** What the shapes mean. */
export function drawLegend(): Html {
  const item = (key: Html, title: string) => html`<li><svg class="key" aria-hidden="true">${key}</svg>${title}</li>`;
  const line = html`<line class="line" x2="18" y1="18.5" y2="18.5"/>`;
  const drawn = Object.entries(kinds).filter(([kind]) => kind !== 'blank');
  const bars = drawn.map(([kind, { title }]) =>
    item(html`${line}<g class="${kind}"><rect x="1" width="16"/></g>`, title),
  );
  const shapes = marks.map(({ id, title }) => item(html`<use href="#${id}" x="9" y="12"/>`, title));
  return html`<ul class="legend">${bars}${shapes}</ul>`;
}
