import type { BackupFinding } from './finding.js';

/** A part of a check. Returns a finding, or the tasks that it reveals. */
export type Task = () => Promise<BackupFinding | Task[]>;

/**
 * Runs tasks, at most `concurrency` at a time. A task keeps its place from its start until its result is taken, except while it
 * pauses. Tasks start and resume only while the reader waits for a finding, so results of a slow reader do not fill the memory.
 */
export class Tasks {
  #freePlaces: number;
  /** Each starts or resumes a task that needs a place. The last one goes first: those that have not started, then those that paused. */
  readonly #waiting: (() => void)[] = [];
  #onChange = () => {};

  constructor(concurrency: number) {
    this.#freePlaces = concurrency;
  }

  /**
   * Runs a task and all that it reveals, and yields the findings.
   *
   * @param deadline - the timer that ends the check. Keeps the process alive only while the reader waits.
   * @throws what a task throws, or the reason of the signal.
   */
  async *run(first: Task, deadline: NodeJS.Timeout, signal?: AbortSignal | null) {
    const ended: ReturnType<Task>[] = [];
    const add = (task: Task) =>
      this.#waiting.push(() => {
        const promise = task();
        const onEnd = () => {
          ended.push(promise);
          this.wake();
        };
        promise.then(onEnd, onEnd);
      });
    add(first);
    let unfinished = 1;
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      if (unfinished === 0) return;
      this.#givePlaces();
      const promise = ended.shift();
      if (promise === undefined) {
        deadline.ref();
        await new Promise<void>((resolve) => {
          this.#onChange = resolve;
        });
        deadline.unref();
        continue;
      }
      const result = await promise;
      this.#freePlaces += 1;
      unfinished -= 1;
      if (Array.isArray(result)) {
        unfinished += result.length;
        // The newest tasks start first, in the order of their list, so that the clusters of only a few projects wait.
        for (const task of result.reverse()) add(task);
      } else yield result;
    }
  }

  /** Gives up a task's place while it waits, and takes a new one afterwards. */
  async pause(wait: Promise<void>): Promise<void> {
    this.#freePlaces += 1;
    this.wake();
    await wait;
    await new Promise<void>((resolve) => {
      this.#waiting.unshift(resolve);
      this.wake();
    });
  }

  /** Makes `run()` look again for what has changed, such as the signal. */
  wake(): void {
    this.#onChange();
  }

  #givePlaces(): void {
    while (this.#freePlaces > 0 && this.#waiting.length > 0) {
      this.#freePlaces -= 1;
      this.#waiting.pop()?.();
    }
  }
}
