import { type Html, type Line, printLines } from './html.js';
import type { Row } from './rows.js';
import { type Course, isState, printLeftOut } from './standing.js';
import { type Notes, note, printDays, printDuration, printNotes, printTime } from './time.js';

/** Prints all that the reports say of a cluster. */
export function printDetails(row: Row): Html {
  const { backups, failures, restores, areRestoresRead, settings, notRead, groupId } = row.cluster;
  const restored = [...restores.values()].map(({ text }) => text).sort();
  const lines: Line[] = [
    ...row.courses.flatMap(linesOf),
    ['Days with a backup', print(backups)],
    ['Failed snapshots', print(failures)],
    ...Array.from(settings, ([title, values]): Line => [title, printValues(values)]),
    ['Restores', restored.length === 0 && areRestoresRead ? ['none that were read'] : restored],
    ['Not read', printNotes(notRead)],
    ['Project ID', [groupId]],
  ];
  return printLines(lines, 'lines', row.id);
}

/** What one job says: all states and limits by day, and the backups at the last check. */
function linesOf({ job, days, now, last }: Course): Line[] {
  const states: Notes = new Map();
  const limits: Notes = new Map();
  for (const [day, mention] of days) {
    const { state, detail, finding } = mention;
    const text = detail === undefined ? state : `${state} (${detail})`;
    note(states, isState(state) ? text : printLeftOut(mention), day);
    if (finding?.maxAge !== undefined) note(limits, printDuration(finding.maxAge), day);
  }
  const of = job.name === '' ? '' : `, job ${job.name}`;
  const lines: Line[] = [
    [`State${of}`, printNotes(states)],
    [`Limit of the check${of}`, printValues(limits)],
  ];
  if (last?.finding === undefined) return lines;
  const { time, age, oldest, backups, minHistory, error } = last.finding;
  // A finding that is not of the latest report says of which one it is.
  const ofCheck = last === now ? '' : ` (check of ${printTime(last.check.time)})`;
  const aged = age === undefined ? '' : `, ${printDuration(age)} old`;
  const facts: [title: string, text: string | undefined][] = [
    ['Newest backup', time === undefined ? undefined : printTime(time) + aged],
    ['Oldest backup', oldest && printTime(oldest.time)],
    ['Number of backups', backups?.toString()],
    ['History needed', minHistory === undefined ? undefined : printDuration(minHistory)],
    ['Error', error?.message],
  ];
  return [...lines, ...facts.map(([title, text]): Line => [title, text === undefined ? [] : [text + ofCheck]])];
}

/** Prints a value without its days if it never changed. */
const printValues = (values: Notes): string[] => (values.size > 1 ? printNotes(values) : [...values.keys()]);

const print = (days: ReadonlySet<number>): string[] => (days.size > 0 ? [printDays(days)] : []);
