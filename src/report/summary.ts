import { type Chapter, kinds, type Row } from './chapter.js';
import { chip, type Html, html, type Line, name, printLines, printTable } from './html.js';
import type { Check, History, Job } from './jobs.js';
import { restoredOn } from './picture.js';
import { count, countEach, dayOf, formatDuration, formatRange, formatTime, lengthOf, spanOf } from './time.js';
import { isBad, isLeftOut } from './timeline.js';

/** Says in a sentence whether somebody has to look, and what makes that less than known. */
export function sayHeadline({ files }: History, chapters: readonly Chapter[], now: number): string {
  const failed = chapters.filter(({ job }) => job.lastCheck.failure !== undefined);
  const silent = chapters.filter(({ isSilent }) => isSilent);
  const sentences: string[] = [];
  if (failed.length > 0) {
    const which = chapters.length > 1 ? ` of ${failed.length} of ${chapters.length} jobs` : '';
    sentences.push(`The last check${which} failed.`);
  }
  const [first] = silent;
  if (first !== undefined) sentences.push(saySilence(first, silent.length, chapters.length, now));
  const isPast = sentences.length > 0;
  const parts = [sayClusters(chapters, isPast)];
  const lists = new Set(chapters.flatMap(({ job }) => [...(job.lastListing?.failedLists.keys() ?? [])]));
  if (lists.size > 0) parts.push(`${count(lists.size, 'list')} could not be read`);
  const unusable = files.filter(({ why }) => why !== undefined).length;
  if (unusable > 0) parts.push(`${count(unusable, 'file')} ${unusable === 1 ? 'is no report' : 'are no reports'}`);
  return [...sentences, `${parts.join(', and ')}.`].join(' ');
}

function saySilence({ job }: Chapter, silent: number, all: number, now: number): string {
  if (all > 1) return `${silent} of ${all} jobs ${silent === 1 ? 'is' : 'are'} silent.`;
  const { time } = job.lastCheck;
  return `The last check is ${formatDuration(now - time)} old: ${formatTime(time)}.`;
}

/** A cluster counts once, however many jobs have it. */
function sayClusters(chapters: readonly Chapter[], isPast: boolean): string {
  if (chapters.every(({ job }) => job.lastListing === undefined)) return 'No report lists clusters';
  const all = new Set<string>();
  const bad = new Set<string>();
  for (const { key, kind } of chapters.flatMap(({ rows }) => rows)) {
    if (kind.isWatched) all.add(key);
    if (kind.needsAttention) bad.add(key);
  }
  if (all.size === 0) return 'No cluster was checked';
  if (bad.size === 0) return `No cluster ${isPast ? 'needed' : 'needs'} attention`;
  const present = bad.size === 1 ? 'needs' : 'need';
  return `${bad.size} of ${count(all.size, 'cluster')} ${isPast ? 'needed' : present} attention`;
}

const silent = chip({ label: 'silent', color: 'red' });
const failed = chip({ label: 'failed', color: 'red' });

/** Prints the facts of a chapter. */
export function printFacts({ job, rows, isSilent }: Chapter): Html {
  const restored = rows.filter(({ timeline }) => restoredOn(timeline.cluster).size > 0).length;
  const isKnown = rows.some(({ timeline }) => timeline.cluster.areRestoresRead);
  const leftOut = rows.filter(({ timeline: { current } }) => current !== undefined && isLeftOut(current.state));
  const lines: Line[] = [
    ['Server', [job.lastCheck.report.server]],
    ['Last check', [printLast(job, isSilent)]],
    ['Reports', [sayDays(job.checks)]],
    ['Restored', [isKnown ? count(restored, 'cluster') : 'not known']],
    ['Clusters', [printKinds(rows.filter(({ kind }) => kind.label !== 'left out'))]],
    ['Left out', leftOut.length > 0 ? [sayLeftOut(leftOut)] : []],
  ];
  return printLines(lines, 'facts');
}

function printLast({ lastCheck }: Job, isSilent: boolean): Html {
  const isFailed = lastCheck.failure !== undefined;
  return html`${formatTime(lastCheck.time)}${isFailed && html` ${failed}`}${isSilent && html` ${silent}`}`;
}

/** Such as `on 27 of 30 days, 2026-11-01 to 2026-11-30; a check failed on 2 days`. */
function sayDays(checks: readonly Check[]): string {
  const daysOf = (some: readonly Check[]) => new Set(some.map(({ time }) => dayOf(time)));
  const span = spanOf(daysOf(checks));
  if (span === undefined) return 'none';
  const listed = daysOf(checks.filter(({ failure }) => failure === undefined)).size;
  const broken = daysOf(checks.filter(({ failure }) => failure !== undefined)).size;
  const more = broken > 0 ? `; a check failed on ${count(broken, 'day')}` : '';
  return `on ${listed} of ${count(lengthOf(span), 'day')}, ${formatRange(...span)}${more}`;
}

/** Counts the clusters by what they are, the worst first. */
function printKinds(rows: readonly Row[]): Html {
  const numbers = countEach(rows.map(({ kind }) => kind.label));
  const used = kinds.filter(({ label }) => numbers.has(label));
  return html`${used.map(({ label, color }) => html`${chip({ label: `${numbers.get(label)} ${label}`, color })} `)}`;
}

/** Such as `1 free, 2 excluded; before, 1 was stale`. */
function sayLeftOut(rows: readonly Row[]): string {
  const reasons = countEach(rows.map(({ timeline }) => timeline.current?.state ?? ''));
  const before = rows.flatMap(({ timeline }) => timeline.lastChecked?.state ?? []).filter(isBad);
  const bad = countEach(kinds.flatMap(({ label }) => before.filter((state) => state === label)));
  const parts = Array.from(bad, ([state, number]) => `${number} ${number === 1 ? 'was' : 'were'} ${state}`);
  const text = Array.from(reasons, ([reason, number]) => `${number} ${reason}`).join(', ');
  return parts.length > 0 ? `${text}; before, ${parts.join(', ')}` : text;
}

/** Prints the jobs, each with a link to its chapter. */
export function printJobs(chapters: readonly Chapter[]): Html {
  const rows = chapters.map(({ id, job, isSilent, rows: all }) => [
    html`<a href="#${id}">${name(job.name)}</a>`,
    `${job.checks.length}, ${sayDays(job.checks)}`,
    printLast(job, isSilent),
    printKinds(all),
  ]);
  return html`<section><h2>Jobs</h2>${printTable(['Folder', 'Reports', 'Last report', 'Clusters'], rows)}</section>`;
}
