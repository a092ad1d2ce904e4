import { type ClusterSeed, copySnapshot, type SnapshotPatch, type SnapshotSeed } from './seed.js';

/** A cluster with the snapshots that it has now. */
export interface Cluster {
  readonly groupId: string;
  readonly name: string;
  readonly isDedicated: boolean;
  readonly createdAt: number;
  readonly snapshots: readonly SnapshotSeed[];
}

/** The projects, clusters and snapshots of one emulator. */
export class SnapshotStore {
  readonly #now: () => number;
  readonly #projects = new Map<string, Map<string, Cluster>>();
  readonly #plans = new WeakMap<SnapshotSeed, SnapshotPatch[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Adds a cluster, or replaces the one of that name. */
  seed(groupId: string, name: string, { snapshots, dedicated = false }: ClusterSeed): void {
    const clusters = this.#projects.get(groupId) ?? new Map<string, Cluster>();
    const copies = snapshots.map(copySnapshot);
    clusters.set(name, { groupId, name, isDedicated: dedicated, createdAt: this.#now(), snapshots: copies });
    this.#projects.set(groupId, clusters);
  }

  /** Returns a project's clusters by name, or undefined if there is no such project. */
  findProject(groupId: string): ReadonlyMap<string, Cluster> | undefined {
    return this.#projects.get(groupId);
  }

  updateSnapshot(snapshotId: string, patch: SnapshotPatch): void {
    for (const snapshot of this.#findEverywhere(snapshotId)) Object.assign(snapshot, copySnapshot(patch));
  }

  /** Plans one patch per poll of the snapshot. */
  planPolls(snapshotId: string, patches: readonly SnapshotPatch[]): void {
    for (const snapshot of this.#findEverywhere(snapshotId)) this.#plans.set(snapshot, patches.map(copySnapshot));
  }

  /** Finds a snapshot for a poll, and applies the next planned patch. */
  pollSnapshot(cluster: Cluster, snapshotId: string): SnapshotSeed | undefined {
    const snapshot = cluster.snapshots.find(({ id }) => id === snapshotId);
    if (snapshot !== undefined) Object.assign(snapshot, this.#plans.get(snapshot)?.shift());
    return snapshot;
  }

  #findEverywhere(snapshotId: string): readonly SnapshotSeed[] {
    const clusters = [...this.#projects.values()].flatMap((project) => [...project.values()]);
    const found = clusters.flatMap(({ snapshots }) => snapshots.filter(({ id }) => id === snapshotId));
    if (found.length > 0) return found;
    throw new TypeError(`The emulator has no snapshot ${snapshotId}. Seed it first.`);
  }
}
