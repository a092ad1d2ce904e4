import type { Chapter } from './chapter.js';
import type { History } from './jobs.js';
import { count, formatDuration, formatTime } from './time.js';

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
