import { printAttention, printGaps, printStrays } from './attention.js';
import { type Chapter, toChapter } from './chapter.js';
import { printChecks, printFacts, printKinds, printLast, printLeftOut, sayDays } from './facts.js';
import { type Html, html, name, printList, printTable } from './html.js';
import type { History, ReadFile } from './jobs.js';
import { drawShared, findSpan, isLong } from './picture.js';
import { printPicture } from './rows.js';
import { style } from './style.js';
import { count, formatDuration, formatTime, lengthOf, type Run } from './time.js';

// Nothing is loaded, and nothing runs.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Prints reports as a page of HTML, in parts. @param now - when the page is made, in ms since 1970. */
export function* printPage(history: History, now: number): Generator<Html> {
  const { files, jobs } = history;
  const isSeveral = jobs.length > 1;
  const chapters = jobs.map((job, index) => toChapter(job, isSeveral ? `j${index + 1}` : '', now));
  const headline = sayHeadline(history, chapters, now);
  yield html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${headline}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${headline}</h1>
<p class="soft">Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made ${formatTime(now)}. All days are those of UTC.</p>
${printStrays(history)}`;
  if (isSeveral) yield printJobs(chapters);
  if (jobs.length > 0) {
    const span = findSpan(jobs);
    yield html`<div class="${isLong(span) && 'long'}" style="--days: ${lengthOf(span)}">${drawShared(span)}`;
    for (const chapter of chapters) yield* printChapter(chapter, span);
    yield html`</div>`;
  }
  yield html`${printFiles(files)}${printLimits()}
</main>
</body>
</html>`;
}

function* printChapter(chapter: Chapter, span: Run): Generator<Html> {
  const { id, job } = chapter;
  if (id !== '') yield html`<h2 class="job" id="${id}">Job ${name(job.name)}</h2>`;
  yield printFacts(chapter);
  yield html`${printAttention(chapter)}${printGaps(chapter)}`;
  yield* printPicture(chapter, span);
  yield html`${printLeftOut(chapter)}${printChecks(chapter)}`;
}

/** Says in a sentence whether somebody has to look, and what makes that less than known. */
function sayHeadline({ files }: History, chapters: readonly Chapter[], now: number): string {
  const failed = chapters.filter(({ job }) => job.lastCheck.failure !== undefined);
  const silent = chapters.filter(({ isSilent }) => isSilent);
  const sentences: string[] = [];
  if (failed.length > 0) {
    const which = chapters.length > 1 ? ` of ${failed.length} of ${chapters.length} jobs` : '';
    sentences.push(`The last check${which} failed.`);
  }
  if (silent.length > 0) sentences.push(saySilence(silent, chapters, now));
  const isPast = sentences.length > 0;
  const parts = [sayClusters(chapters, isPast)];
  const lists = new Set(chapters.flatMap(({ job }) => [...(job.listing.at(-1)?.failedLists.keys() ?? [])]));
  if (lists.size > 0) parts.push(`${count(lists.size, 'list')} could not be read`);
  const unusable = files.filter(({ why }) => why !== undefined).length;
  if (unusable > 0) parts.push(`${count(unusable, 'file')} ${unusable === 1 ? 'is no report' : 'are no reports'}`);
  return [...sentences, `${parts.join(', and ')}.`].join(' ');
}

function saySilence(silent: readonly Chapter[], chapters: readonly Chapter[], now: number): string {
  const verb = silent.length === 1 ? 'is' : 'are';
  if (chapters.length > 1) return `${silent.length} of ${chapters.length} jobs ${verb} silent.`;
  const time = Math.min(...silent.map(({ job }) => job.lastCheck.time));
  return `The last check is ${formatDuration(now - time)} old: ${formatTime(time)}.`;
}

/** A cluster counts once, however many jobs have it. */
function sayClusters(chapters: readonly Chapter[], isPast: boolean): string {
  if (chapters.every(({ job }) => job.listing.length === 0)) return 'No report lists clusters';
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

/** Prints the jobs, each with a link to its chapter. */
function printJobs(chapters: readonly Chapter[]): Html {
  const rows = chapters.map(({ id, job, isSilent, rows: all }) => [
    html`<a href="#${id}">${name(job.name)}</a>`,
    `${job.checks.length}, ${sayDays(job)}`,
    printLast(job, isSilent),
    printKinds(all),
  ]);
  return html`<section><h2>Jobs</h2>${printTable(['Folder', 'Reports', 'Last report', 'Clusters'], rows)}</section>`;
}

/** Prints what the page was made of, so that it can be held against the storage. */
function printFiles(files: readonly ReadFile[]): Html {
  const rows = files.map(({ file, time, sha256, why }) => [
    name(file),
    time === undefined ? why : formatTime(time),
    sha256 === undefined ? 'not read' : html`<code>${sha256}</code>`,
  ]);
  return html`<section><h2>The files</h2><details><summary>${count(files.length, 'file')}</summary>
${printTable(['File', 'Time of the check', 'SHA-256'], rows)}</details></section>`;
}

/** Prints what no report can show. */
function printLimits(): Html {
  return html`<section><h2>What this page cannot show</h2><ul class="limits">${printList(notShown)}</ul></section>`;
}

const notShown = [
  'Whether somebody edited a report. To compare a file with its copy in the storage: sha256sum FILE prints the value under The files.',
  'Backups that were deleted early, or whose retention was shortened.',
  'What happened between two reports: of a day, the page has the last report of each job.',
  'The time before the first report, except for the backups that it lists.',
  'Whether a backup still exists today, or can be restored. That a restore completed does not say that somebody looked at the data.',
  'Projects in which the login has no role.',
  'Who could delete backups, who changed a setting, and why a cluster was left out.',
];
