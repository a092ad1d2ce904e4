import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the jobs that it reveals. */
export type Job = () => Promise<BackupFinding | Job[]>;

/**
 * Runs jobs, at most `concurrency` at a time. A job keeps its place from its start until its result is taken, except while it
 * pauses. Jobs start and resume only while the reader waits for a finding, so results of a slow reader do not fill the memory.
 */
export class Jobs {
  readonly #signal: AbortSignal | null | undefined;
  #freePlaces: number;
  /** Each starts or resumes a job that needs a place. The last one goes first: jobs that paused come after those that have not started. */
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
        const promise = job();
        const onEnd = () => {
          ended.push(promise);
          this.#onChange();
        };
        promise.then(onEnd, onEnd);
      });
    add(first);
    let unfinished = 1;
    for (;;) {
      if (this.#signal?.aborted) throw this.#signal.reason;
      if (unfinished === 0) return;
      this.#givePlaces();
      const promise = ended.shift();
      if (promise === undefined) {
        await new Promise<void>((resolve) => {
          this.#onChange = resolve;
        });
        continue;
      }
      const result = await promise;
      this.#freePlaces += 1;
      unfinished -= 1;
      if (Array.isArray(result)) {
        unfinished += result.length;
        // The newest jobs start first, in the order of their list, so that the clusters of only a few projects wait.
        for (const job of result.reverse()) add(job);
      } else yield result;
    }
  }

  /** Gives up a job's place while it waits, and takes a new one afterwards. */
  async pause(wait: Promise<void>): Promise<void> {
    this.#freePlaces += 1;
    this.#onChange();
    try {
      await wait;
    } finally {
      await new Promise<void>((resolve) => {
        this.#waiting.unshift(resolve);
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
