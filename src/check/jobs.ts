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
  // A stack: the last job starts next.
  const waiting = [first];
  // A promise for each job whose result was not taken: the job that ends first resolves the first. With `Promise.race()`
  // instead, a large check takes a quarter more CPU.
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
    for (const job of waiting.splice(ends.length - concurrency).reverse()) start(job);
    const end = ends.shift();
    if (end === undefined) return;
    const result = await (await end).result;
    // What was revealed last comes first, so that the clusters of only a few projects wait.
    if (Array.isArray(result)) for (const job of result.reverse()) waiting.push(job);
    else yield result;
  }
}

interface Ended {
  readonly result: ReturnType<Job>;
}
