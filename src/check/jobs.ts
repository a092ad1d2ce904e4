import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Job[]>;

/**
 * Runs jobs in a number of places. A job has a place from its start until its result is taken, except while it pauses. Jobs start
 * and go on only while the reader asks for a finding. So a slow reader holds the jobs up, and the memory does not grow.
 */
export class Jobs {
  readonly #signal: AbortSignal | null | undefined;
  #freePlaces: number;
  /** What gets the next places, the last one first: jobs that start, and jobs that paused. */
  readonly #waiting: (() => void)[] = [];
  #onChange = () => {};

  constructor(concurrency: number, signal?: AbortSignal | null) {
    this.#freePlaces = concurrency;
    this.#signal = signal;
  }

  /**
   * Runs a job and all that it reveals, and yields the findings.
   *
   * @throws what a job throws, or the reason of the signal.
   */
  async *run(first: Job) {
    const ended: ReturnType<Job>[] = [];
    const add = (job: Job) =>
      this.#waiting.push(() => {
        const run = job();
        const onEnd = () => {
          ended.push(run);
          this.#onChange();
        };
        run.then(onEnd, onEnd);
      });
    add(first);
    let unfinished = 1;
    for (;;) {
      if (this.#signal?.aborted) throw this.#signal.reason;
      if (unfinished === 0) return;
      this.#givePlaces();
      const run = ended.shift();
      if (run === undefined) {
        await new Promise<void>((resolve) => {
          this.#onChange = resolve;
        });
        continue;
      }
      const result = await run;
      this.#freePlaces += 1;
      unfinished -= 1;
      if (Array.isArray(result)) {
        unfinished += result.length;
        // The newest jobs start first, in the order of their list, so that the clusters of only a few projects wait.
        for (const job of result.reverse()) add(job);
      } else yield result;
    }
  }

  /** Lets a job wait without its place, so that others can use it. Then the job needs a place again. */
  async pause(wait: Promise<void>): Promise<void> {
    this.#freePlaces += 1;
    this.#onChange();
    try {
      await wait;
    } finally {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#onChange();
      });
    }
  }

  #givePlaces(): void {
    while (this.#freePlaces > 0 && this.#waiting.length > 0) {
      this.#freePlaces -= 1;
      this.#waiting.pop()?.();
    }
  }
}
