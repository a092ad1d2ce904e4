import { clusterIdOf } from '../ids.js';
import {
  type Backups,
  DEFAULT_POLICY_ITEMS,
  DEFAULTS,
  defaultDedicatedBackups,
  defaultFlexBackups,
} from './defaults.js';
import {
  type ClusterSeed,
  copySeed,
  type PolicyItemSeed,
  type RestoreJobSeed,
  type SeedTime,
  type SnapshotSeed,
} from './seed.js';

type ClusterKind = 'flex' | 'dedicated' | 'free';

/** A cluster with the snapshots that it has now. */
export interface Cluster {
  readonly id: string;
  readonly groupId: string;
  readonly name: string;
  readonly kind: ClusterKind;
  readonly createDate: SeedTime;
  readonly stateName: string;
  readonly backupEnabled: boolean;
  readonly paused: boolean;
  readonly pitEnabled: boolean;
  readonly clusterType: string;
  readonly policyItems: readonly PolicyItemSeed[];
  readonly snapshots: readonly SnapshotSeed[];
  readonly restoreJobs: readonly RestoreJobSeed[];
}

/** A project with the clusters that it has now, by name. */
export interface Project {
  readonly id: string;
  name: string;
  readonly clusters: Map<string, Cluster>;
}

const NO_BACKUPS: Backups = { snapshots: [], restoreJobs: [] };

// As recorded: the cluster is older than the Flex API, so it was an M2 or M5.
const DEFAULT_CREATE_DATE = '2023-03-27T17:22:20Z';

/** The projects, clusters and snapshots of one emulator. */
export class ProjectStore {
  /** Every project by its ID, in the order of their seeds. */
  readonly projects = new Map<string, Project>();

  /** Begins with the default project. */
  constructor() {
    this.seed({ groupName: DEFAULTS.groupName, ...defaultFlexBackups() });
  }

  /** Adds a project, or renames it if it exists and a name is given. Adds or replaces the cluster that the seed describes. */
  seed(seed: ClusterSeed): void {
    const { groupId = DEFAULTS.groupId } = seed;
    const project = this.projects.get(groupId) ?? newProject(groupId, this.projects.size);
    project.name = seed.groupName ?? project.name;
    this.projects.set(groupId, project);
    if (!isCluster(seed)) return;
    const { clusterName = DEFAULTS.clusterName } = seed;
    project.clusters.set(clusterName, toCluster(seed, project, clusterName));
  }

  /**
   * Removes a cluster, or a project if no cluster is named.
   *
   * @throws TypeError if there is none.
   */
  remove(groupId: string, clusterName: string | undefined): void {
    if (clusterName === undefined && this.projects.delete(groupId)) return;
    if (clusterName !== undefined && this.projects.get(groupId)?.clusters.delete(clusterName)) return;
    throw new TypeError(`The emulator has no ${[groupId, clusterName].filter(Boolean).join('/')}. Seed it first.`);
  }
}

function newProject(id: string, number: number): Project {
  return { id, name: `Project ${number}`, clusters: new Map() };
}

function isCluster({ clusterName, snapshots, dedicated, free }: ClusterSeed): boolean {
  return clusterName !== undefined || snapshots !== undefined || dedicated === true || free === true;
}

/** Fills in what the seed of a cluster does not say. */
function toCluster(seed: ClusterSeed, { id: groupId, clusters }: Project, name: string): Cluster {
  const kind = kindOf(seed);
  const { clusterType = 'REPLICASET' } = seed;
  const isTakenByAtlas = kind === 'dedicated' && seed.snapshots === undefined;
  const backups = isTakenByAtlas ? defaultDedicatedBackups({ groupId, name, clusterType }) : NO_BACKUPS;
  const {
    id = clusters.get(name)?.id ?? clusterIdOf(groupId, name),
    createDate = DEFAULT_CREATE_DATE,
    stateName = 'IDLE',
    backupEnabled = kind !== 'free',
    paused = false,
    pitEnabled = false,
    policyItems = DEFAULT_POLICY_ITEMS,
    snapshots = backups.snapshots,
    restoreJobs = backups.restoreJobs,
  } = copySeed(seed);
  return {
    ...{ id, groupId, name, kind, clusterType, createDate, stateName },
    ...{ backupEnabled, paused, pitEnabled, policyItems, snapshots, restoreJobs },
  };
}

function kindOf({ dedicated, free }: ClusterSeed): ClusterKind {
  if (free === true) return 'free';
  return dedicated === true ? 'dedicated' : 'flex';
}
