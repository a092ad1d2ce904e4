import type { Row } from './chapter.js';
import { type Html, type Line, printLines } from './html.js';
import type { Entry } from './jobs.js';
import { formatDays, formatDuration, formatNotes, formatTime, type Notes, note } from './time.js';
import type { Timeline } from './timeline.js';

/** Prints all that the reports say of a cluster. */
export function printDetails(row: Row): Html {
  const { backups, failures, restores, areRestoresRead, settings, notRead, groupId } = row.timeline.cluster;
  const restored = [...restores.values()].map(({ text }) => text).sort();
  const lines: Line[] = [
    ...linesOf(row.timeline),
    ['Days with a backup', print(backups)],
    ['Failed snapshots', print(failures)],
    ...Array.from(settings, ([title, values]): Line => [title, printValues(values)]),
    ['Restores', restored.length === 0 && areRestoresRead ? ['none that were read'] : restored],
    ['Not read', formatNotes(notRead)],
    ['Project ID', [groupId]],
  ];
  return printLines(lines, 'lines', row.id);
}

/** All states and limits by day, and the backups at the last check. */
function linesOf({ days, current, lastChecked: last }: Timeline): Line[] {
  const states: Notes = new Map();
  const limits: Notes = new Map();
  for (const [day, entry] of days) {
    note(states, printState(entry), day);
    if (entry.finding?.maxAge !== undefined) note(limits, formatDuration(entry.finding.maxAge), day);
  }
  const lines: Line[] = [
    ['State', formatNotes(states)],
    ['Limit of the check', printValues(limits)],
  ];
  if (last?.finding === undefined) return lines;
  const { time, age, oldest, backups, minHistory, error } = last.finding;
  // A finding that is not of the latest report says of which one it is.
  const ofCheck = last === current ? '' : ` (check of ${formatTime(last.check.time)})`;
  const aged = age === undefined ? '' : `, ${formatDuration(age)} old`;
  const facts: [title: string, text: string | undefined][] = [
    ['Newest backup', time === undefined ? undefined : formatTime(time) + aged],
    ['Oldest backup', oldest && formatTime(oldest.time)],
    ['Number of backups', backups?.toString()],
    ['History needed', minHistory === undefined ? undefined : formatDuration(minHistory)],
    ['Error', error?.message],
  ];
  return [...lines, ...facts.map(([title, text]): Line => [title, text === undefined ? [] : [text + ofCheck]])];
}

/** Prints a value without its days if it never changed. */
const printValues = (values: Notes): string[] => (values.size > 1 ? formatNotes(values) : [...values.keys()]);

const print = (days: ReadonlySet<number>): string[] => (days.size > 0 ? [formatDays(days)] : []);

function printState(entry: Entry): string {
  const { state, detail, finding } = entry;
  if (state === 'not read') return 'unknown (its list could not be read)';
  if (finding === undefined) return printReason(entry);
  return detail === undefined ? state : `${state} (${detail})`;
}

/** Why a cluster is left out, such as `excluded by Web Shop/test-*`. */
export const printReason = ({ state, detail }: Entry): string =>
  detail === undefined ? state : `${state} by ${detail}`;
