import { Call, type CallPlan } from './call.js';
import type { ResponseSource } from './call-promise.js';
import { walkPages } from './pages.js';
import type { SnapshotPage, TenantSnapshot } from './schemas.js';

// The tenant endpoint takes no paging; where it would, it would have Atlas's usual size. Flex may give less than it is asked for.
const usualPage = 100;

/** A list: a call a page, all under one deadline, at the endpoint that answered the first. */
export class SnapshotList {
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
    const smallestFullPage = () => (this.#lastPage?.endpoint === 'flex' ? 1 : usualPage);
    return walkPages((pageNum) => this.#readPage(pageNum), smallestFullPage);
  }

  #readPage(pageNum: number): Promise<SnapshotPage> {
    const last = this.#lastPage;
    const route = last === undefined ? this.#plan.route : this.#plan.route.page(last.endpoint, pageNum);
    return new Promise((resolve, reject) => {
      this.#lastPage = new Call({ ...this.#plan, route }, resolve, reject, this.#startedAt, last?.attempts);
      this.#lastPage.start();
    });
  }
}
