import { type Kind, kinds, type Run } from './days.js';
import { type Cluster, limitTitle } from './history.js';
import { type Html, html } from './html.js';
import type { Row } from './rows.js';
import { Days, getOrAdd, type Notes, note, printDay, printDuration } from './time.js';

/** A title and what is under it. Nothing is printed if that is empty. */
export type Line = readonly [title: string, texts: readonly string[]];

export function printLines(lines: readonly Line[]): Html {
  const some = lines.filter(([, texts]) => texts.length > 0);
  const toHtml = ([title, texts]: Line) =>
    html`<div><dt>${title}</dt>${texts.map((text) => html`<dd>${text}</dd>`)}</div>`;
  return html`<dl class="lines">${some.map(toHtml)}</dl>`;
}

/** Prints all that the reports say of a cluster. */
export function printDetails({ cluster, runs }: Row, reportDays: Days): Html {
  const { highest, states, notChecked, notRead, failures, changes, finding, listed, isChecked } = cluster;
  const unlisted = Days.of(reportDays.list.filter((day) => !listed.has(day)));
  return printLines([
    ['State', printNotes(states)],
    ['Not checked', printNotes(notChecked)],
    ['Error at the last check', isChecked && finding?.message ? [finding.message] : []],
    ...daysByKind(cluster, runs),
    ['Days not in the reports', print(unlisted)],
    ['Failed snapshots', print(Days.of(failures))],
    ...Array.from(highest, ([title, { text }]): Line => [title, [text]]),
    ...restoresOf(cluster),
    ['Not read', printNotes(notRead)],
    ...settingsOf(cluster),
    ['Changes', changes.length > 0 ? changes : ['none']],
  ]);
}

function settingsOf({ settings, finding }: Cluster): Line[] {
  const last = Math.max(...Array.from(settings.values(), ({ day }) => day));
  const lines = Array.from(settings, ([title, { value, day }]): Line => {
    return [title, [day === last ? value : `${value} (report of ${printDay(day)})`]];
  });
  if (lines.length > 0) lines.unshift(['By the report of', [printDay(last)]]);
  // The usual limit, which the schedule may raise.
  const { maxAge } = finding ?? {};
  const isMissing = maxAge !== undefined && !settings.has(limitTitle);
  return isMissing ? [[limitTitle, [printDuration(maxAge)]], ...lines] : lines;
}

export const printNotes = (notes: Notes): string[] => Array.from(notes, ([text, days]) => `${text}: ${days}`);

const print = (days: Days): string[] => (days.count > 0 ? [String(days)] : []);

/** The days of each kind. Those with a backup include the ones before the picture. */
function daysByKind({ backups }: Cluster, runs: readonly Run[]): Line[] {
  const ofKinds = new Map<Kind, Days>([['backup', Days.of(backups.keys())]]);
  for (const { kind, first, last } of runs) {
    if (kind !== 'backup' && kind !== 'blank') getOrAdd(ofKinds, kind, () => new Days()).runs.push([first, last]);
  }
  return Array.from(ofKinds, ([kind, days]): Line => [kinds[kind].label, print(days)]);
}

/** Completed restores by the day on which they ended, others by the first report of each. */
function restoresOf({ restores }: Cluster): Line[] {
  const titles = new Map<string, Notes>();
  for (const { isDownload, isCompleted, target, day } of [...restores.values()].sort((a, b) => a.day - b.day)) {
    const kind = isDownload ? 'Downloads, which are no restores' : 'Restores';
    const title = isCompleted ? kind : `${kind}, not completed, by the first report of each`;
    const notes: Notes = getOrAdd(titles, title, () => new Map());
    note(notes, `to ${target}`, day);
  }
  return Array.from(titles, ([title, notes]): Line => [title, printNotes(notes)]);
}
