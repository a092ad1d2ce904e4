import type { Finding } from './format.js';
import { Days, dayOf, type Notes } from './time.js';

// What the reports say, as plain data. Times are in ms since 1970.

/** A cluster as a report names it, or a list of clusters, which has no `clusterName`. */
export type Named = Pick<Finding, 'groupId' | 'groupName' | 'clusterName' | 'clusterType'>;

/** What the command knows, and the page asks. */
export interface Knowledge {
  /** The states of a check, the worst first. */
  readonly states: Readonly<Record<string, { readonly exitCode: number; readonly color?: string }>>;
  /** Whether a pattern covers a cluster. */
  readonly covers: (pattern: string, cluster: Pick<Named, 'groupId' | 'groupName' | 'clusterName'>) => boolean;
  /** When the page is made. */
  readonly now: number;
}

/** The reports of one login, with the options that choose or judge clusters. */
export interface Job {
  /** What tells it apart from the others. */
  readonly label: string;
  readonly checks: number;
  /** When its first and its last check began. */
  readonly first: number;
  readonly last: number;
  /** Whether its next check is overdue. */
  readonly isDead: boolean;
  /** Those that its last check named. */
  readonly problems: readonly string[];
}

/** What all reports say. */
export class History {
  readonly jobs: Job[] = [];
  readonly files: { readonly file: string; readonly time: number; readonly sha256: string }[] = [];
  /** Files that are no reports, and what a report has that is no finding. */
  readonly unusable: { readonly file: string; readonly why: string }[] = [];
  /** The checks that could not list the projects. */
  readonly failures: { readonly time: number; readonly why: string }[] = [];
  /** The days with a report. */
  readonly reportDays = new Days();
  /** Those whose report lists clusters. */
  readonly days = new Days();
  readonly listings: Listing[] = [];
  /** How the checks were run. */
  readonly checks: Notes = new Map();
  readonly projectCounts: Notes = new Map();
  readonly projects = new Map<string, Project>();
  /** The last check, whether it failed or not. */
  last: { time: number; server: string; problems: readonly string[]; hasFailed: boolean } | undefined;
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
  /** Their names in the reports that list the project. */
  readonly servers: Set<string>;
  readonly isAnonymized: boolean;
  /** Why a list of clusters could not be read, by its type. The latest reason. */
  readonly failedLists: Map<string, string>;
  readonly listFailures: Notes;
  readonly clusters: Map<string, Cluster>;
}

/** What the last report of a day says about a cluster. */
export interface Check {
  readonly day: number;
  readonly state: string;
  readonly isOff: boolean;
  /** How old the newest backup may be, in ms. 0 if no report says it. */
  readonly limit: number;
  /** The report lists every backup from this time on. Infinity if it may lack some. */
  readonly completeFrom: number;
}

/** What the reports say about a cluster, in their order. */
export class Cluster {
  readonly name: string;
  readonly type: string;
  readonly checks: Check[] = [];
  /** The last one. */
  finding: Finding | undefined;
  checkedAt = 0;
  /** Whether the last report that lists the cluster has a finding of it, and the time of that report. */
  isChecked = false;
  listedAt = 0;
  readonly listed = new Days();
  readonly states: Notes = new Map();
  readonly notChecked: Notes = new Map();
  readonly notRead: Notes = new Map();
  /** The latest backup of each day. */
  readonly backups = new Map<number, number>();
  /** The days with a failed snapshot. */
  readonly failures = new Set<number>();
  /** The days of backups that were deleted before their time. */
  readonly deletions = new Set<number>();
  createdAt: number | undefined;
  areRestoresRead = false;
  /** The restore jobs by ID. The day is that of the end, or of the first report. */
  readonly restores = new Map<string, { isDownload: boolean; isCompleted: boolean; target: string; day: number }>();
  /** The last value of each setting, and the day of its report. */
  readonly settings = new Map<string, { readonly value: string; readonly day: number }>();
  readonly changes: string[] = [];
  /** What ranks highest under each title, such as the latest restore. */
  readonly highest = new Map<string, { readonly rank: number; readonly text: string }>();

  constructor(name: string, type: string) {
    this.name = name;
    this.type = type;
  }
}

export function addBackup({ backups }: Cluster, time: number): void {
  if (time > (backups.get(dayOf(time)) ?? 0)) backups.set(dayOf(time), time);
}

/** Keeps the text under this title, unless an earlier one ranks higher. */
export function keepHighest({ highest }: Cluster, title: string, rank: number, print: () => string): void {
  if (rank >= (highest.get(title)?.rank ?? Number.NEGATIVE_INFINITY)) highest.set(title, { rank, text: print() });
}

export const listKey = ({ groupId }: Pick<Named, 'groupId'>, type: string): string => `${groupId}/${type}`;
