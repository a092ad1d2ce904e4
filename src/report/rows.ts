import { type Chapter, printType, type Row, type Section } from './chapter.js';
import { chip, type Html, html, type Lines, name, printLines } from './html.js';
import type { Entry } from './jobs.js';
import { axis, drawLegend, drawReports, drawRow } from './picture.js';
import {
  count,
  countEach,
  formatDays,
  formatDuration,
  formatNotes,
  formatTime,
  type Notes,
  note,
  type Run,
} from './time.js';
import { isLeftOut, saysNothing, type Timeline } from './timeline.js';

/** Prints the picture of a job: a row per cluster, by their projects. */
export function* printPicture({ job, rows, sections }: Chapter, span: Run): Generator<Html> {
  yield html`<section><h2>Each day</h2>${drawLegend(rows, span)}
<div class="head top"><span></span><span></span>${axis}</div>
<div class="head"><span>Days with a report</span><span></span>${drawReports(job, span)}</div>`;
  for (const section of sections) {
    const isOpen = sections.length === 1 || needsAttention(section);
    yield html`<details class="project"${isOpen && html` open`}><summary><h3>${name(section.name)}</h3> ${sumUp(section, span)}</summary>
<div id="${section.id}"></div>`;
    const shown = section.rows.filter(({ id }) => id !== undefined);
    for (const row of shown) yield printRow(row, span);
    const more = section.rows.length - shown.length;
    yield html`${more > 0 && html`<p>and ${more} more that are no longer listed</p>`}</details>`;
  }
  yield html`</section>`;
}

/** A project whose clusters are all well is closed. */
const needsAttention = ({ rows, failedLists }: Section): boolean =>
  failedLists.length > 0 || rows.some(({ kind }) => kind.needsAttention);

/** Such as `3 clusters, all fresh; 1 with a gap` or `3 clusters: 1 stale, 2 fresh; 1 left out`. */
function sumUp({ rows }: Section, { first }: Run): string {
  const current = rows.filter(({ kind }) => kind.label !== 'left out');
  const withDay = (test: typeof isLeftOut) =>
    current.filter(({ timeline }) => [...timeline.days.values()].some(({ state }) => test(state))).length;
  const withFailure = rows.filter(({ timeline }) => [...timeline.cluster.failures].some((day) => day >= first));
  const parts: { readonly number: number; readonly words: string }[] = [
    { number: rows.length - current.length, words: 'left out' },
    { number: rows.filter(({ gaps }) => gaps.length > 0).length, words: 'with a gap' },
    { number: withDay(isLeftOut), words: 'left out on some days' },
    { number: withDay(saysNothing), words: 'unknown on some days' },
    { number: withFailure.length, words: 'with a failed snapshot' },
  ];
  const more = parts.filter(({ number }) => number > 0).map(({ number, words }) => `; ${number} ${words}`);
  return `${count(current.length, 'cluster')}${sayKinds(current)}${more.join('')}`;
}

function sayKinds(rows: readonly Row[]): string {
  const counts = countEach(rows.map(({ kind }) => kind.label));
  const [only] = counts.keys();
  if (only === undefined) return '';
  if (counts.size === 1) return `, all ${only}`;
  return `: ${Array.from(counts, ([label, number]) => `${number} ${label}`).join(', ')}`;
}

function printRow(row: Row, span: Run): Html {
  const title = html`<span class="name">${name(row.timeline.cluster.clusterName)} <small>${printType(row)}</small></span>`;
  return html`<details class="row"><summary>${title}<span class="chips">${chip(row.kind)}</span>${drawRow(row, span)}</summary>
${printDetails(row)}</details>`;
}

/** Prints all that the reports say of a cluster. */
function printDetails({ id, timeline }: Row): Html {
  const { backups, failures, restores, areRestoresRead, settings, notRead, groupId } = timeline.cluster;
  const restored = [...restores.values()].map(({ text }) => text).sort();
  const configured = Array.from(settings, ([title, values]) => [title, printValues(values)] as const);
  const lines = {
    ...linesOfDays(timeline),
    ...linesOfLastCheck(timeline),
    'Days with a backup': printDays(backups),
    'Failed snapshots': printDays(failures),
    ...Object.fromEntries(configured),
    Restores: restored.length === 0 && areRestoresRead ? ['none that were read'] : restored,
    'Not read': formatNotes(notRead),
    'Project ID': [groupId],
  };
  return printLines(lines, { id });
}

/** All states and limits by day. */
function linesOfDays({ days }: Timeline): Lines {
  const states: Notes = new Map();
  const limits: Notes = new Map();
  for (const [day, entry] of days) {
    note(states, printState(entry), day);
    if (entry.finding?.maxAge !== undefined) note(limits, formatDuration(entry.finding.maxAge), day);
  }
  return { State: formatNotes(states), 'Limit of the check': printValues(limits) };
}

/** The backups at the last check. If that is not of the latest report, each line says when it was. */
function linesOfLastCheck({ current, lastChecked }: Timeline): Lines {
  if (lastChecked?.finding === undefined) return {};
  const { time, age, oldest, backups, minHistory, error } = lastChecked.finding;
  const ofCheck = lastChecked === current ? '' : ` (check of ${formatTime(lastChecked.check.time)})`;
  const aged = age === undefined ? '' : `, ${formatDuration(age)} old`;
  const toLine = (text: string | undefined) => (text === undefined ? [] : [text + ofCheck]);
  return {
    'Newest backup': toLine(time === undefined ? undefined : formatTime(time) + aged),
    'Oldest backup': toLine(oldest && formatTime(oldest.time)),
    'Number of backups': toLine(backups?.toString()),
    'History needed': toLine(minHistory === undefined ? undefined : formatDuration(minHistory)),
    Error: toLine(error?.message),
  };
}

/** Prints a value without its days if it never changed. */
const printValues = (values: Notes): string[] => (values.size > 1 ? formatNotes(values) : [...values.keys()]);

const printDays = (days: ReadonlySet<number>): string[] => (days.size > 0 ? [formatDays(days)] : []);

function printState(entry: Entry): string {
  const { state, detail, finding } = entry;
  if (state === 'not read') return 'unknown (its list could not be read)';
  if (finding === undefined) return printReason(entry);
  return detail === undefined ? state : `${state} (${detail})`;
}

/** Why a cluster is left out, such as `excluded by Web Shop/test-*`. */
export const printReason = ({ state, detail }: Entry): string =>
  detail === undefined ? state : `${state} by ${detail}`;
