import { type Kind, kinds, type Run, type Span } from './days.js';
import type { Cluster } from './history.js';
import { type Html, html } from './html.js';
import type { Row } from './rows.js';
import { Days, type Notes, note, printDay, printDuration, printRange } from './time.js';

type Line = readonly [title: string, ...texts: (string | Html | undefined)[]];

/** Prints all that the reports say of a cluster. */
export function printDetails({ cluster, runs }: Row, span: Span, reportDays: Days): Html {
  const { settings, highest, states, notChecked, notRead, failures, changes } = cluster;
  const { maxAge, message } = cluster.finding ?? {};
  const unlisted = Days.of(daysOf(reportDays).filter((day) => !cluster.listed.has(day)));
  const lines: Line[] = [
    ['State', ...printNotes(states)],
    ['Not checked', ...printNotes(notChecked)],
    ['Error at the last check', cluster.isChecked && message],
    ...daysByKind(cluster, runs, span),
    ['A snapshot failed', print(Days.of(failures))],
    ['In no list of the report', print(unlisted)],
    ...Array.from(highest, ([title, { text }]): Line => [title, text]),
    ...restoresOf(cluster),
    [
      'Limit of the last check',
      settings.has('Limit of the check') || maxAge === undefined ? undefined : printDuration(maxAge),
    ],
    ...Array.from(settings, ([title, { value, day }]): Line => [title, `${value} (report of ${printDay(day)})`]),
    ['Not in the evidence', ...printNotes(notRead)],
    ['Changes', ...(changes.length > 0 ? changes : ['none'])],
  ].map(([title = '', ...texts]) => [title as string, ...texts.map((text) => text || undefined)]);
  return printLines(lines);
}

/** Prints titles, each with its lines. Leaves out those without any. */
export function printLines(lines: readonly Line[]): Html {
  const some = lines.map(([title, ...texts]) => [title, texts.filter((text) => text !== undefined)] as const);
  return html`<dl class="lines">${some.map(([title, texts]) => texts.length > 0 && html`<div><dt>${title}</dt>${texts.map((text) => html`<dd>${text}</dd>`)}</div>`)}</dl>`;
}

export const printNotes = (notes: Notes): string[] => Array.from(notes, ([text, days]) => `${text}: ${days}`);

const print = (days: Days): string | undefined => (days.count > 0 ? String(days) : undefined);

const daysOf = ({ runs }: Days): number[] =>
  runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

/** The days of each kind. Those with a backup include the ones before the picture. */
function daysByKind({ backups }: Cluster, runs: readonly Run[], span: Span): Line[] {
  const ofKinds = new Map<Kind, Days>();
  for (const { kind, first, last } of runs) {
    for (let day = first; day <= last; day += 1) {
      const days = ofKinds.get(kind) ?? new Days();
      ofKinds.set(kind, days);
      days.add(day);
    }
  }
  const all = (Object.keys(kinds) as Kind[]).map((kind): Line => {
    const days = kind === 'backup' ? Days.of(backups.keys()) : ofKinds.get(kind);
    return [`Days: ${kinds[kind]}`, days && print(days)];
  });
  return [
    ['Days in the picture', printRange(span.first, span.last)],
    ...all.filter(([title]) => title !== `Days: ${kinds.blank}`),
  ];
}

/** Completed restores by the day on which they ended, others by the first report of each. */
function restoresOf({ restores }: Cluster): Line[] {
  const [done, open, downloads]: Notes[] = [new Map(), new Map(), new Map()];
  const sorted = [...restores.values()].sort((a, b) => a.day - b.day);
  for (const { isDownload, isCompleted, target, day } of sorted) {
    const notes = isDownload ? downloads : isCompleted ? done : open;
    note(notes as Notes, isDownload ? (isCompleted ? 'completed' : 'not completed') : `to ${target}`, day);
  }
  return [
    ['Restores', ...printNotes(done as Notes)],
    ['Restores not completed, by the first report of each', ...printNotes(open as Notes)],
    ['Downloads, which are no restores', ...printNotes(downloads as Notes)],
  ];
}
