import { kinds } from './days.js';
import type { Cluster, Project } from './history.js';
import { dated, type Html, html } from './html.js';
import type { Row } from './rows.js';
import { Days, getOrAdd, type Notes, note, printDay, printDuration } from './time.js';

/** A title and what is under it. Nothing is printed if that is empty. */
export type Line = readonly [title: string, texts: readonly string[]];

/** @param id - of the element: a link to it opens the row that it is in. */
export function printLines(lines: readonly Line[], id?: string): Html {
  const some = lines.filter(([, texts]) => texts.length > 0);
  const toHtml = ([title, texts]: Line) =>
    // HTML needs no end tags here. In 3,000 rows, that saves 0.3 MB.
    html`<div><dt>${title}${texts.map((text) => html`<dd>${dated(text)}`)}</div>`;
  return html`<dl class="lines"${id !== undefined && html` id="${id}"`}>${some.map(toHtml)}</dl>`;
}

/** Prints all that the reports say of a cluster. */
export function printDetails({ id, cluster, standing, days }: Row, { groupId }: Project): Html {
  const { highest, states, notChecked, notRead, failures, settings, changes, observations } = cluster;
  const error = standing.leftOut === undefined && !standing.isGone ? standing.finding?.error?.message : undefined;
  // Those with a backup include the ones before the picture.
  const ofKinds = new Map([...days, ['backup', Days.of(cluster.backups.keys())] as const]);
  const last = observations.at(-1);
  const limits: Notes = new Map();
  for (const { limit, day } of observations) if (limit > 0) note(limits, printDuration(limit), day);
  const ofSettings = Array.from(settings, ([title, { value, day }]): Line => {
    return [title, [day === last?.day ? value : `${value} (report of ${printDay(day)})`]];
  });
  return printLines(
    [
      ['State', printNotes(states)],
      ['Not checked', printNotes(notChecked)],
      ['Contradictions in the reports', printNotes(cluster.contradictions)],
      ['Error at the last check', error ? [error] : []],
      ...Array.from(ofKinds, ([kind, some]): Line => [kinds[kind].label, print(some)]),
      ['Failed snapshots', print(Days.of(failures))],
      ['Limit of the check', limits.size > 1 ? printNotes(limits) : [...limits.keys()]],
      ...Array.from(highest, ([title, { text }]): Line => [title, [text]]),
      ...restoresOf(cluster),
      ['Not read', printNotes(notRead)],
      ...ofSettings,
      ['Changes', changes.length > 0 ? changes : ['none']],
      ['Project ID', [groupId]],
    ],
    id,
  );
}

export const printNotes = (notes: Notes): string[] => Array.from(notes, ([text, days]) => `${text}: ${days}`);

const print = (days: Days): string[] => (days.count > 0 ? [String(days)] : []);

/** Completed restores by the day on which they ended, others by the first report of each. */
function restoresOf({ restores }: Cluster): Line[] {
  const titles = new Map<string, Notes>();
  for (const { isDownload, isCompleted, text, day } of [...restores.values()].sort((a, b) => a.day - b.day)) {
    const kind = isDownload ? 'Downloads, which are no restores' : 'Restores';
    const title = isCompleted ? kind : `${kind}, not completed, by the first report of each`;
    const notes: Notes = getOrAdd(titles, title, () => new Map());
    note(notes, text, day);
  }
  return Array.from(titles, ([title, notes]): Line => [title, printNotes(notes)]);
}
