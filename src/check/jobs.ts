import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Job[]>;

interface Ended {
  readonly run: Promise<Ended>;
  readonly result: Awaited<ReturnType<Job>>;
}

/**
 * Runs a job and all that it reveals, at most `concurrency` at a time, and yields the findings. Jobs start only while the reader
 * asks for a finding, and a finished job counts as running until its result is taken. So a slow reader holds the jobs up, and
 * the memory does not grow.
 *
 * @throws what a job throws, or the reason of the signal.
 */
export async function* runJobs(first: Job, concurrency: number, signal?: AbortSignal | null) {
  // The last one starts next.
  const waiting = [first];
  const running = new Set<Promise<Ended>>();
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    // There is room for at least one: nothing has started, or a result was just taken.
    const room = concurrency - running.size;
    for (const job of waiting.splice(-room).reverse()) {
      const run: Promise<Ended> = job().then((result) => ({ run, result }));
      running.add(run);
    }
    if (running.size === 0) return;
    const { run, result } = await Promise.race(running);
    running.delete(run);
    // The newest jobs start first, in the order of their list, so that the clusters of only a few projects wait.
    if (Array.isArray(result)) for (const job of result.reverse()) waiting.push(job);
    else yield result;
  }
}
