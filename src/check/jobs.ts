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
  // The last one starts next.
  const waiting = [first];
  const results = new Results();
  let running = 0;
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    // There is room for at least one: nothing has started, or a result was just taken.
    const room = concurrency - running;
    for (const job of waiting.splice(-room).reverse()) {
      running += 1;
      results.add(job());
    }
    if (running === 0) return;
    const result = await results.next();
    running -= 1;
    // The newest jobs start first, in the order of their list, so that the clusters of only a few projects wait.
    if (Array.isArray(result)) for (const job of result.reverse()) waiting.push(job);
    else yield result;
  }
}

/** The results of jobs, in the order in which they end. With `Promise.race()` instead, a large check takes a quarter more CPU. */
class Results {
  readonly #ended: ReturnType<Job>[] = [];
  #onEnd = () => {};

  add(result: ReturnType<Job>): void {
    const end = () => {
      this.#ended.push(result);
      this.#onEnd();
    };
    result.then(end, end);
  }

  /** Waits for the next one. Throws what the job threw. */
  async next(): ReturnType<Job> {
    for (;;) {
      const result = this.#ended.shift();
      if (result !== undefined) return result;
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
  }
}
