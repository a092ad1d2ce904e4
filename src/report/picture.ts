import { type Kind, kinds, type Span } from './days.js';
import { type Html, html } from './html.js';
import type { Row } from './rows.js';
import { count, Days, dayMs, printDay, printRange } from './time.js';

/** Where a day is in a picture that is as wide as its place: in percent, so that nothing is stretched. */
const at = (span: Span, day: number): string => percent((day - span.first) / (span.last - span.first + 1));

const widthOf = (span: Span, first: number, last: number): string =>
  percent((last - first + 1) / (span.last - span.first + 1));

const percent = (part: number): string => `${Number((100 * part).toFixed(2))}%`;

/** Draws days that follow each other. */
function drawBar(name: string, first: number, last: number, words: string, span: Span): Html {
  const days = last > first && ` (${last - first + 1} days)`;
  const title = html`<title>${printRange(first, last)}: ${words}${days}</title>`;
  return html`<rect class="${name}" x="${at(span, first)}" width="${widthOf(span, first, last)}">${title}</rect>`;
}

/** Draws a mark at each day that the picture has. */
function drawMarks(days: Days, name: 'failed' | 'restored', title: string, span: Span): Html[] {
  const shown = days.list.filter((day) => day >= span.first && day <= span.last);
  return shown.map((day) => {
    return html`<use href="#${name}" x="${at(span, day + 0.5)}"><title>${printDay(day)}: ${title}</title></use>`;
  });
}

/** The days on which a cluster was restored. */
export const restoredOn = ({ cluster }: Pick<Row, 'cluster'>): Days =>
  Days.of([...cluster.restores.values()].filter((job) => job.isCompleted && !job.isDownload).map(({ day }) => day));

/** Draws the days of a cluster. */
export function drawRow(row: Row, span: Span): Html {
  const { cluster, standing, runs } = row;
  const failures = Days.of(cluster.failures);
  const restored = restoredOn(row);
  const sums = new Map<Kind, number>();
  for (const { kind, first, last } of runs) sums.set(kind, (sums.get(kind) ?? 0) + last - first + 1);
  const parts = Array.from(sums, ([kind, days]) => `${kinds[kind].title} on ${count(days, 'day')}`);
  if (failures.count > 0) parts.push(`a snapshot failed on ${count(failures.count, 'day')}`);
  if (restored.count > 0) parts.push(`restored on ${count(restored.count, 'day')}`);
  const label = `${cluster.name}, ${cluster.type}, ${standing.label}. ${printRange(span.first, span.last)}: ${parts.join('; ')}.`;
  const drawn = runs.filter(({ kind }) => kind !== 'blank');
  const bars = drawn.map(({ kind, first, last }) => drawBar(kind, first, last, kinds[kind].title, span));
  const marks = [
    drawMarks(failures, 'failed', 'a snapshot failed', span),
    drawMarks(restored, 'restored', 'restored', span),
  ];
  return drawDays(label, [bars, marks]);
}

const drawDays = (label: string, parts: readonly Parts[]): Html =>
  html`<svg class="days" role="img" aria-label="${label}"><use href="#grid"/>${parts}<use href="#cuts"/></svg>`;

type Parts = Html | readonly Parts[];

/** Draws the days with a report, those whose check failed, and those without. */
export function drawReports(days: Days, failed: Days, span: Span): Html {
  const draw = (name: string, words: string, { runs }: Days) =>
    runs.map(([first, last]) => drawBar(name, first, last, words, span));
  const failures = failed.count > 0 ? ` The check failed on ${failed}.` : '';
  const label = `Reports on ${count(days.count, 'day')}: ${days}.${failures}`;
  return drawDays(label, [draw('report', 'a report', days), draw('over', 'the check failed', failed)]);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Weeks, or months in a long picture. */
function ticksOf(span: Span): { readonly day: number; readonly label: string }[] {
  const all = Array.from({ length: span.last - span.first + 1 }, (_, index) => span.first + index);
  const isLong = all.length > 75;
  return all.flatMap((day) => {
    const date = new Date(day * dayMs);
    const [year, month, dayOfMonth] = [date.getUTCFullYear(), months[date.getUTCMonth()], date.getUTCDate()];
    if (isLong) return dayOfMonth === 1 ? { day, label: month === 'Jan' ? `${year}` : `${month}` } : [];
    return date.getUTCDay() === 1 || all.length < 8 ? { day, label: `${month} ${dayOfMonth}` } : [];
  });
}

function drawTick({ day, label }: { readonly day: number; readonly label: string }, span: Span): Html {
  // The last label would not fit beside its line.
  const isLast = day > span.last - (span.last - span.first) / 10;
  const [x, anchor] = [at(span, isLast ? span.last + 1 : day), isLast ? 'end' : 'start'];
  return html`<text x="${x}" y="11" text-anchor="${anchor}">${label}</text>`;
}

/** Defines once what all rows use: the grid, the axis, the hatching and the marks. */
export function drawShared(span: Span): Html {
  const ticks = ticksOf(span);
  const length = span.last - span.first + 1;
  const cuts = length > 75 ? [] : Array.from({ length: length - 1 }, (_, index) => at(span, span.first + index + 1));
  return html`<svg class="shared" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.6" height="5"/></pattern>
<pattern id="dots" width="6" height="8" patternUnits="userSpaceOnUse"><rect width="3" height="8"/></pattern>
<linearGradient id="both" x2="0" y2="1"><stop offset="55%"/><stop offset="55%"/></linearGradient>
<g id="failed"><path d="M-3.5 0.5l7 6m0-6l-7 6"/></g>
<g id="restored"><circle cy="3.5" r="3"/></g>
<g id="grid"><line class="line" x2="100%" y1="18.5" y2="18.5"/>${ticks.map(({ day }) => html`<line x1="${at(span, day)}" x2="${at(span, day)}" y2="30"/>`)}</g>
<g id="cuts">${cuts.map((x) => html`<line x1="${x}" x2="${x}" y1="7" y2="27"/>`)}</g>
<g id="axis">${ticks.map((tick) => drawTick(tick, span))}</g>
</defs></svg>`;
}

export const axis = html`<svg class="axis" aria-hidden="true"><use href="#axis"/></svg>`;

/** What the shapes mean. */
export function drawLegend(): Html {
  const drawn = Object.entries(kinds).filter(([kind]) => kind !== 'blank');
  const bars = drawn.map(([kind, { title }]) => {
    const line = html`<line class="line" x2="18" y1="18.5" y2="18.5"/>`;
    return html`<li><svg class="key" aria-hidden="true">${line}<rect class="${kind}" x="1" width="16"/></svg>${title}</li>`;
  });
  const marks = [
    ['failed', 'a snapshot failed'],
    ['restored', 'restored'],
  ].map(
    ([id, title]) => html`<li><svg class="key" aria-hidden="true"><use href="#${id}" x="9" y="12"/></svg>${title}</li>`,
  );
  return html`<ul class="legend">${bars}${marks}</ul>`;
}
