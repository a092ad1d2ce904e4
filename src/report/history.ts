import type { Finding, Named } from './json.js';
import { Days, type Notes } from './time.js';

/** What all reports say, as plain data. */
export interface History {
  /** Files that are no reports, and what a report has that is no finding. */
  readonly unusable: { readonly file: string; readonly why: string }[];
  /** The checks that could not list the projects. */
  readonly failures: { readonly time: number; readonly why: string }[];
  /** The days with a report that lists clusters. */
  readonly days: Days;
  readonly listings: Listing[];
  /** How the checks were run. */
  readonly checks: Notes;
  readonly projectCounts: Notes;
  readonly projects: Map<string, Project>;
  /** The last check, whether it failed or not. */
  last: LastCheck | undefined;
}

interface LastCheck {
  readonly time: number;
  readonly server: string;
  readonly problems: readonly string[];
  readonly hasFailed: boolean;
}

/** What a report covers. */
export interface Listing {
  readonly time: number;
  readonly server: string;
  /** The IDs of `--project`. Undefined if there is no such option. */
  readonly groupIds: readonly unknown[] | undefined;
  /** The patterns of `--exclude`. */
  readonly excludes: readonly string[];
  /** The lists of clusters that could not be read. */
  readonly failedLists: Set<string>;
}

export interface Project {
  readonly groupId: string;
  /** The latest one. */
  name: string;
  /** The lists of clusters that could not be read, and why. */
  readonly failedLists: Map<string, Notes>;
  readonly server: string;
  readonly isAnonymized: boolean;
  readonly clusters: Map<string, Cluster>;
}

/** What the last reports of days that follow each other say about a cluster. */
export interface Check {
  first: number;
  readonly last: number;
  readonly state: string;
  readonly isOff: boolean;
  readonly isPaused: boolean;
  /** How old the newest backup may be, in ms. */
  readonly limit: number | undefined;
  /** The reports list every backup from this time on, in ms since 1970. Undefined if they may lack some. */
  readonly completeFrom: number | undefined;
}

/** What the reports say about a cluster, in their order. */
export interface Cluster {
  readonly name: string;
  readonly type: string;
  /** With a new one for each day that differs from the one before. */
  readonly checks: Check[];
  /** The finding of the last report that has one. */
  finding: Finding | undefined;
  /** Whether the last report that lists the cluster has a finding of it. */
  isChecked: boolean;
  /** The time of the last finding, in ms since 1970. */
  checkedAt: number;
  /** The time of the last report that lists the cluster. */
  listedAt: number;
  readonly listed: Days;
  readonly states: Notes;
  readonly notChecked: Notes;
  readonly notRead: Notes;
  /** The latest backup of each day. */
  readonly backups: Map<number, number>;
  readonly failures: Set<number>;
  createdAt: number | undefined;
  /** By ID. */
  readonly restores: Map<string, Restore>;
  /** The last value of each setting, and the day of its report. */
  readonly settings: Map<string, { readonly value: string; readonly day: number }>;
  readonly changes: string[];
  /** What ranks highest under each title, such as the latest restore. */
  readonly highest: Map<string, { readonly rank: number; readonly text: string }>;
}

/** The setting that is the limit. */
export const limitTitle = 'Limit of the check';

export interface Restore {
  readonly isDownload: boolean;
  readonly isCompleted: boolean;
  readonly target: string;
  readonly day: number;
}

export function newCluster({ clusterType }: Named, name: string): Cluster {
  return {
    name,
    type: clusterType,
    checks: [],
    finding: undefined,
    isChecked: false,
    checkedAt: 0,
    listedAt: 0,
    listed: new Days(),
    states: new Map(),
    notChecked: new Map(),
    notRead: new Map(),
    backups: new Map(),
    failures: new Set(),
    createdAt: undefined,
    restores: new Map(),
    settings: new Map(),
    changes: [],
    highest: new Map(),
  };
}

export function newHistory(): History {
  return {
    unusable: [],
    failures: [],
    days: new Days(),
    listings: [],
    checks: new Map(),
    projectCounts: new Map(),
    projects: new Map(),
    last: undefined,
  };
}

/** Keeps the text under this title, unless an earlier one ranks higher. */
export function keepHighest({ highest }: Cluster, title: string, rank: number, print: () => string): void {
  if (rank >= (highest.get(title)?.rank ?? Number.NEGATIVE_INFINITY)) highest.set(title, { rank, text: print() });
}

export const listKey = ({ groupId }: Pick<Named, 'groupId'>, clusterType: string): string =>
  `${groupId}/${clusterType}`;
