import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Job[]>;

/**
 * Runs a job and all that it reveals, at most `concurrency` at a time, and yields the findings. Jobs start only while the reader
 * asks for a finding, and a finished job counts as running until its result is taken. So a slow reader holds the jobs up, and
 * the memory does not grow.
 *
 * @throws what a job throws, or the reason of the signal.
 */
export async function* runJobs(
  first: Job,
  concurrency: number,
  signal: AbortSignal | null | undefined,
): AsyncGenerator<BackupFinding, void> {
  // A stack: the last job starts next.
  const waiting = [first];
  // One promise per job whose result was not taken, in the order in which jobs end: the first to end resolves the first promise.
  // With `Promise.race()` instead, a large check takes a quarter more CPU.
  const ends: Promise<Ended>[] = [];
  const resolvers: ((ended: Ended) => void)[] = [];
  const start = (job: Job) => {
    ends.push(new Promise((resolve) => void resolvers.push(resolve)));
    const result = job();
    const onEnd = () => resolvers.shift()?.({ result });
    result.then(onEnd, onEnd);
  };
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    // As many as there is room for. `ends` is shorter than `concurrency` here: nothing has started, or a result was just taken.
    for (const job of waiting.splice(ends.length - concurrency).reverse()) start(job);
    const end = ends.shift();
    if (end === undefined) return;
    const result = await (await end).result;
    // The newest jobs start first, in the order of their list, so that the clusters of only a few projects wait.
    if (Array.isArray(result)) for (const job of result.reverse()) waiting.push(job);
    else yield result;
  }
}

interface Ended {
  readonly result: ReturnType<Job>;
}
