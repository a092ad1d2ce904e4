import type { Span } from './days.js';
import { chip, dated, type Html, html, printTable } from './html.js';
import { linkTo, type Row, type Section } from './rows.js';
import { count, Days, printDay } from './time.js';

const maxListed = 50;

/** Prints the runs of days over the limit or with backup off, also those that are over, the newest first. */
export function printGaps(sections: readonly Section[], span: Span): Html {
  const gaps = sections.flatMap(({ project, rows }) =>
    rows.flatMap((row) => gapsOf(row).map(([first, last]) => ({ project, row, first, last }))),
  );
  gaps.sort((a, b) => b.last - a.last || b.first - a.first);
  const lines = gaps.slice(0, maxListed).map(({ project, row, first, last }) => {
    const to = last < span.last ? dated(printDay(last)) : 'still open';
    return [linkTo(row, project), dated(printDay(first)), to, last - first + 1, chip(row.standing)];
  });
  const table = printTable(['Cluster', 'From', 'To', 'Days', 'State now'], lines);
  const more = gaps.length > maxListed && html`<p>And ${count(gaps.length - maxListed, 'older gap')}.</p>`;
  return html`<section><h2>Gaps of this period</h2>${gaps.length > 0 ? table : html`<p>None.</p>`}${more}</section>`;
}

export const gapsOf = ({ days }: Row): Days['runs'] =>
  joinRuns([...(days.get('over')?.runs ?? []), ...(days.get('off')?.runs ?? [])], days.get('unknown'));

/** Joins runs if nothing is between them but days that are not known, such as those without a report. */
function joinRuns(runs: Days['runs'], unknown = new Days()): Days['runs'] {
  const joined: Days['runs'] = [];
  for (const [first, last] of [...runs].sort(([a], [b]) => a - b)) {
    const before = joined.at(-1);
    const [from, to] = [(before?.[1] ?? first) + 1, first - 1];
    const isUnknown = from > to || unknown.runs.some((run) => run[0] <= from && to <= run[1]);
    if (before !== undefined && isUnknown) before[1] = last;
    else joined.push([first, last]);
  }
  return joined;
}
