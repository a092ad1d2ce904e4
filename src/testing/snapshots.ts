import { copySnapshot } from './copy-snapshot.js';

/** A time as a seed gives it: a `Date` or ISO text; null is sent as null, and undefined is left out. */
export type SeedTime = Date | string | null | undefined;

/**
 * A snapshot to be served. Any further field is sent as it is. `links` that a seed does not name are made up, but for a
 * FAILED snapshot, which Atlas sends without.
 */
export interface SnapshotSeed {
  /** 24 lower-case hex digits. */
  id: string;
  status?: 'PENDING' | 'QUEUED' | 'RUNNING' | 'FAILED' | 'COMPLETED' | (string & {}) | undefined;
  mongoDBVersion?: string | undefined;
  scheduledTime?: SeedTime;
  startTime?: SeedTime;
  finishTime?: SeedTime;
  expiration?: SeedTime;
  links?: { href: string; rel: string }[] | null | undefined;
  [field: string]: unknown;
}

/** What changes of a snapshot; undefined takes a field away. */
export type SnapshotPatch = Partial<SnapshotSeed>;

/** The snapshots of one cluster. */
export interface ClusterSeed {
  /** Default: the emulator's own `groupId`. */
  groupId?: string | undefined;
  /** Default: the emulator's own `clusterName`. */
  clusterName?: string | undefined;
  /** Served in this order. They take the place of those that the cluster had. */
  snapshots: readonly SnapshotSeed[];
}

type Clusters = Map<string, readonly SnapshotSeed[]>;

/** The projects, clusters and snapshots of one emulator. */
export class SnapshotStore {
  readonly #projects = new Map<string, Clusters>();
  readonly #progress = new WeakMap<SnapshotSeed, SnapshotPatch[]>();

  replace(groupId: string, clusterName: string, snapshots: readonly SnapshotSeed[]): void {
    const clusters: Clusters = this.#projects.get(groupId) ?? new Map<string, readonly SnapshotSeed[]>();
    clusters.set(clusterName, snapshots.map(copySnapshot));
    this.#projects.set(groupId, clusters);
  }

  hasProject(groupId: string): boolean {
    return this.#projects.has(groupId);
  }

  list(groupId: string, clusterName: string): readonly SnapshotSeed[] | undefined {
    return this.#projects.get(groupId)?.get(clusterName);
  }

  update(snapshotId: string, patch: SnapshotPatch): void {
    for (const snapshot of this.#find(snapshotId)) Object.assign(snapshot, copySnapshot(patch));
  }

  /** From now on each poll of the snapshot takes the next of these patches. */
  planProgress(snapshotId: string, patches: readonly SnapshotPatch[]): void {
    for (const snapshot of this.#find(snapshotId)) this.#progress.set(snapshot, patches.map(copySnapshot));
  }

  /** The snapshot as a poll of it sees it. */
  poll(groupId: string, clusterName: string, snapshotId: string): SnapshotSeed | undefined {
    const snapshot = this.list(groupId, clusterName)?.find(({ id }) => id === snapshotId);
    if (snapshot !== undefined) Object.assign(snapshot, this.#progress.get(snapshot)?.shift());
    return snapshot;
  }

  /** The snapshot in every cluster that has it. */
  #find(snapshotId: string): readonly SnapshotSeed[] {
    const all = [...this.#projects.values()].flatMap((clusters) => [...clusters.values()].flat());
    const found = all.filter(({ id }) => id === snapshotId);
    if (found.length === 0) throw new TypeError(`The emulator has no snapshot ${snapshotId}.`);
    return found;
  }
}

/** The snapshot as Atlas sends it: times to the second, and links to itself. */
export function printSnapshot(snapshot: SnapshotSeed, href: string): object {
  const entries = Object.entries(snapshot).map(([name, value]): [string, unknown] => [
    name,
    value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, 'Z') : value,
  ]);
  const links = 'links' in snapshot || snapshot.status === 'FAILED' ? {} : { links: [{ href, rel: 'self' }] };
  return { ...Object.fromEntries(entries), ...links };
}
