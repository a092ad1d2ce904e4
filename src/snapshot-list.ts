import { Call, type CallPlan } from './call.js';
import type { ResponseSource, RunningCall } from './call-promise.js';
import type { Deadline } from './http/deadlines.js';
import { walkPages } from './pages.js';
import type { SnapshotPage, TenantSnapshot } from './schemas.js';

// The tenant endpoint has no pages; if it had, 100 is Atlas's default. Flex may give fewer than asked, so any page may
// have a next one.
const usualPage = 100;

/** A list: a call a page, all under one deadline. It is awaited from its first page to its last: a close waits for all. */
export class SnapshotList implements RunningCall, Deadline {
  // Each page's call has the deadline.
  readonly expiresAt = Number.POSITIVE_INFINITY;
  slot = -1;
  readonly isAwaited = true;
  readonly #plan: CallPlan<SnapshotPage>;
  readonly #startedAt = performance.now();
  #lastPage: Call<SnapshotPage> | undefined;

  constructor(plan: CallPlan<SnapshotPage>) {
    this.#plan = plan;
  }

  /** How the list went so far: the last page's answer, with the attempts of all. */
  get source(): ResponseSource | undefined {
    return this.#lastPage;
  }

  read(): Promise<TenantSnapshot[]> {
    const { deadlines } = this.#plan.host.transport;
    const smallestFullPage = () => (this.#lastPage?.endpoint === 'flex' ? 1 : usualPage);
    deadlines.add(this);
    const all = walkPages((pageNum) => this.#readPage(pageNum), smallestFullPage);
    return all.finally(() => deadlines.remove(this));
  }

  expire(): void {}

  /** `undefined` where another endpoint answered than before: its pages may be of another size. */
  async #readPage(pageNum: number): Promise<SnapshotPage | undefined> {
    const last = this.#lastPage;
    const route = last === undefined ? this.#plan.route : this.#plan.route.page(last.endpoint, pageNum);
    const page = await new Promise<SnapshotPage>((resolve, reject) => {
      this.#lastPage = new Call({ ...this.#plan, route }, resolve, reject, this.#startedAt, last?.attempts);
      this.#lastPage.start();
    });
    return last === undefined || last.endpoint === this.#lastPage?.endpoint ? page : undefined;
  }
}
