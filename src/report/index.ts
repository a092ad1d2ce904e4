import { printAttention, printGaps, printUnusable } from './attention.js';
import { type Chapter, toChapter } from './chapter.js';
import { printChecks, printFiles, printLeftOut, printLimits } from './footer.js';
import { type Html, html, name } from './html.js';
import type { History } from './jobs.js';
import { drawShared, findSpan, isLong } from './picture.js';
import { printPicture } from './rows.js';
import { style } from './style.js';
import { printFacts, printJobs, sayHeadline } from './summary.js';
import { formatTime, lengthOf, type Run } from './time.js';

export { readReports } from './read.js';

// Nothing is loaded, and nothing runs.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Prints reports as a page of HTML, in parts. @param now - when the page is made, in ms since 1970. */
export function* printPage(history: History, now: number): Generator<Html> {
  const { files, jobs } = history;
  const isSeveral = jobs.length > 1;
  const chapters = jobs.map((job, index) => toChapter(job, isSeveral ? `j${index + 1}` : '', now));
  const span = findSpan(jobs);
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
<body class="${span !== undefined && isLong(span) && 'long'}" style="--days: ${span === undefined ? 1 : lengthOf(span)}">
<main>
<h1>${headline}</h1>
<p class="soft">Backups of MongoDB Atlas, by the reports of atlas-tenant-snapshots check. Made ${formatTime(now)}. All days are those of UTC.</p>
${printUnusable(history)}`;
  if (isSeveral) yield printJobs(chapters);
  if (span !== undefined) {
    yield drawShared(span);
    for (const chapter of chapters) yield* printChapter(chapter, span);
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
