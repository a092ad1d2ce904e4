import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Job[]>;

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
  // The next one is the last.
  const waiting = [first];
  // Not Promise.race(): a job that hangs would keep each result in memory that comes before its own.
  const ended: ReturnType<Job>[] = [];
  let onEnd = () => {};
  // The jobs that run or wait in `ended`.
  let busy = 0;
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    while (busy < concurrency) {
      const job = waiting.pop();
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
    // What was revealed last comes first, so that the clusters of only a few projects wait.
    if (Array.isArray(result)) waiting.push(...result.reverse());
    else yield result;
  }
}
