import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Iterable<Job>>;

/**
 * Runs a job and all that it reveals, at most `concurrency` at a time, and yields the findings. Jobs start only while a finding
 * is asked for, and one that has ended keeps its place until its result is taken. So a slow reader holds the jobs up, and the
 * memory does not grow.
 *
 * @throws what a job throws, or the reason of the signal.
 */
export async function* runJobs(
  first: Job,
  concurrency: number,
  signal: AbortSignal | null | undefined,
): AsyncGenerator<BackupFinding, void> {
  const waiting: Iterator<Job>[] = [[first].values()];
  // Not Promise.race(): a job that hangs would keep each result in memory that comes before its own.
  const ended: ReturnType<Job>[] = [];
  let onEnd = () => {};
  // The jobs that run or wait in `ended`.
  let busy = 0;
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    while (busy < concurrency) {
      const job = nextJob(waiting);
      if (job === undefined) break;
      busy += 1;
      const result = job();
      const end = () => {
        ended.push(result);
        onEnd();
      };
      result.then(end, end);
    }
    if (busy === 0) return;
    const next = ended.shift();
    if (next === undefined) {
      await new Promise<void>((resolve) => {
        onEnd = resolve;
      });
      continue;
    }
    const result = await next;
    busy -= 1;
    if (Symbol.iterator in result) waiting.push(result[Symbol.iterator]());
    else yield result;
  }
}

/** Takes the next job. The jobs that were revealed last come first, so that the clusters of only a few projects wait. */
function nextJob(waiting: Iterator<Job>[]): Job | undefined {
  for (let jobs = waiting.at(-1); jobs !== undefined; jobs = waiting.at(-1)) {
    const { done, value } = jobs.next();
    if (!done) return value;
    waiting.pop();
  }
  return undefined;
}
