import { type ClusterSeed, copySeed, type SeedTime, type SnapshotPatch, type SnapshotSeed } from './seed.js';

/** A cluster with the snapshots that it has now. */
export interface Cluster {
  readonly groupId: string;
  readonly name: string;
  readonly isDedicated: boolean;
  readonly createDate: SeedTime;
  readonly stateName: string;
  readonly snapshots: readonly SnapshotSeed[];
}

/** A project with the clusters that it has now, by name. */
export interface Project {
  readonly id: string;
  name: string;
  readonly clusters: Map<string, Cluster>;
}

// As recorded: the cluster is older than the Flex API, so it was an M2 or M5.
const DEFAULT_CREATE_DATE = '2023-03-27T17:22:20Z';

/** The projects, clusters and snapshots of one emulator. */
export class SnapshotStore {
  readonly #projects = new Map<string, Project>();
  readonly #plans = new WeakMap<SnapshotSeed, SnapshotPatch[]>();

  /** Every project, in the order of their seeds. */
  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  /** Adds a project, or renames it if it exists and a name is given. */
  seedProject(id: string, name: string | undefined): Project {
    const project = this.#projects.get(id) ?? { id, name: `Project ${this.#projects.size}`, clusters: new Map() };
    project.name = name ?? project.name;
    this.#projects.set(id, project);
    return project;
  }

  /** Adds a cluster, or replaces the one of that name. */
  seedCluster(project: Project, name: string, seed: ClusterSeed): void {
    const { dedicated = false, createDate = DEFAULT_CREATE_DATE, stateName = 'IDLE', snapshots } = copySeed(seed);
    const groupId = project.id;
    project.clusters.set(name, { groupId, name, isDedicated: dedicated, createDate, stateName, snapshots });
  }

  findProject(groupId: string): Project | undefined {
    return this.#projects.get(groupId);
  }

  updateSnapshot(snapshotId: string, patch: SnapshotPatch): void {
    for (const snapshot of this.#findEverywhere(snapshotId)) Object.assign(snapshot, copySeed(patch));
  }

  /** Plans one patch per poll of the snapshot. */
  planPolls(snapshotId: string, patches: readonly SnapshotPatch[]): void {
    for (const snapshot of this.#findEverywhere(snapshotId)) this.#plans.set(snapshot, patches.map(copySeed));
  }

  /** Finds a snapshot for a poll, and applies the next planned patch. */
  pollSnapshot(cluster: Cluster, snapshotId: string): SnapshotSeed | undefined {
    const snapshot = cluster.snapshots.find(({ id }) => id === snapshotId);
    if (snapshot !== undefined) Object.assign(snapshot, this.#plans.get(snapshot)?.shift());
    return snapshot;
  }

  #findEverywhere(snapshotId: string): readonly SnapshotSeed[] {
    const clusters = this.projects.flatMap(({ clusters }) => [...clusters.values()]);
    const found = clusters.flatMap(({ snapshots }) => snapshots.filter(({ id }) => id === snapshotId));
    if (found.length > 0) return found;
    throw new TypeError(`The emulator has no snapshot ${snapshotId}. Seed it first.`);
  }
}
