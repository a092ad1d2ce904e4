import { setImmediate } from '../client/http/exchange.js';
import type { BackupFinding } from './finding.js';

/**
 * The gate between a check and its reader. Each attempt of a call needs one of its places, and first attempts go before repeated
 * ones. Attempts begin only while the reader waits for a finding, so that findings of a slow reader do not fill the memory.
 */
export class Gate {
  #freePlaces: number;
  /** Each lets in a first attempt. */
  readonly #first: (() => void)[] = [];
  /** Each lets in a repeated attempt. */
  readonly #repeated: (() => void)[] = [];
  /** Each starts a part of the check. The last one is the next. */
  readonly #unstarted: (() => void)[] = [];
  readonly #findings: BackupFinding[] = [];
  #onChange = () => {};

  constructor(places: number) {
    this.#freePlaces = places;
  }

  /** Waits for a place, which `leave()` gives back. */
  enter({ isRepeated }: { readonly isRepeated: boolean }): Promise<void> {
    return new Promise((resolve) => {
      const waiting = isRepeated ? this.#repeated : this.#first;
      waiting.push(() => {
        this.#freePlaces -= 1;
        resolve();
      });
      this.wake();
    });
  }

  leave(): void {
    this.#freePlaces += 1;
    this.wake();
  }

  /**
   * Runs parts of the check, and waits for all of them. Each starts when there is a place for its first attempt, the newest parts
   * first, so that the clusters of only a few projects are held at a time.
   */
  run(parts: readonly (() => Promise<void>)[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let unfinished = parts.length;
      const onEnd = () => {
        unfinished -= 1;
        if (unfinished === 0) resolve();
        // It may have made no call, and so needed no place.
        this.wake();
      };
      for (const part of [...parts].reverse()) this.#unstarted.push(() => part().then(onEnd, reject));
      if (unfinished === 0) resolve();
      this.wake();
    });
  }

  /** Passes a finding to the reader. */
  report(finding: BackupFinding): void {
    this.#findings.push(finding);
    this.wake();
  }

  /** Makes `read()` look again for what has changed, such as the signal. */
  wake(): void {
    this.#onChange();
  }

  /**
   * Yields what a check reports until it has ended.
   *
   * @param deadline - the timer that ends its calls. Keeps the process alive only while the reader waits.
   * @throws what the check throws, or the reason of the signal.
   */
  async *read(
    check: Promise<void>,
    deadline: NodeJS.Timeout,
    signal: AbortSignal | null | undefined,
  ): AsyncGenerator<BackupFinding, void> {
    let end: PromiseSettledResult<void> | undefined;
    Promise.allSettled([check]).then(([result]) => {
      end = result;
      this.wake();
    });
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      if (end?.status === 'rejected') throw end.reason;
      const finding = this.#findings.shift();
      if (finding !== undefined) {
        yield finding;
        continue;
      }
      if (end !== undefined) return;
      const change = new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      this.#letIn();
      deadline.ref();
      await change;
      // What the change leads to comes first: a finding, or other attempts.
      await new Promise((resolve) => setImmediate(resolve));
      deadline.unref();
    }
  }

  #letIn(): void {
    while (this.#freePlaces > 0 && this.#first.length > 0) this.#first.shift()?.();
    if (this.#unstarted.length > 0) {
      // Their first attempts come before the next turn.
      for (let places = this.#freePlaces; places > 0; places -= 1) this.#unstarted.pop()?.();
      return;
    }
    while (this.#freePlaces > 0 && this.#repeated.length > 0) this.#repeated.shift()?.();
  }
}
