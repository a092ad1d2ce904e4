import type { Finding, WrittenOptions } from './lenient.js';
import { Days, dayOf, getOrAdd, type Notes } from './time.js';

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

/** A server, a login, and the options that choose or judge clusters. */
export interface Setup {
  /** Equal for reports of the same setup. */
  readonly key: string;
  readonly server: string;
  /** Its kind and its ID. */
  readonly login: string;
  /** As they were given. */
  readonly options: WrittenOptions;
  /** The projects that its checks list. */
  readonly projects: Set<string>;
  readonly checks: Check[];
}

/** One run of the command, as its report says. */
export interface Check {
  /** When it began and ended, by the clock of Atlas. */
  readonly time: number;
  readonly end: number;
  readonly setup: Setup;
  /** Its usual limit, in ms. */
  readonly maxAge: number | undefined;
  /** Why it could not list the projects. */
  readonly failure: string | undefined;
  readonly problems: readonly string[];
  /** Why lists of clusters could not be read, by {@link listKey}. */
  readonly failedLists: Map<string, string>;
}

/** Setups that follow each other: one job, whose options or login were changed. */
export interface Job {
  /** What differs from the other jobs. */
  readonly label: string;
  readonly setups: readonly Setup[];
  /** The oldest first. */
  readonly checks: readonly Check[];
  readonly last: Check;
  /** The last that could list the projects: what it found counts until the next one. */
  readonly latest: Check | undefined;
  /** The projects that it has ever listed. */
  readonly projects: ReadonlySet<string>;
  /** Whether its next check is overdue. */
  readonly isDead: boolean;
  /** Whether it is one check that was not repeated. A later check of another job overrides it. */
  readonly isByHand: boolean;
}

/** What all reports say. */
export class History {
  readonly files: { readonly file: string; readonly time: number; readonly sha256: string }[] = [];
  /** Files that are no reports, and what a report has that is no finding. */
  readonly unusable: { readonly file: string; readonly why: string }[] = [];
  readonly setups: Setup[] = [];
  /** The oldest first. */
  readonly checks: Check[] = [];
  /** Put together when all files are read. */
  jobs: readonly Job[] = [];
  /** The days with a report. */
  readonly reportDays = new Days();
  /** Those whose report lists clusters. */
  readonly days = new Days();
  /** Clocks that were wrong, in ms. */
  readonly clocks: { readonly time: number; readonly offset: number }[] = [];
  /** How the checks were run. */
  readonly checkSettings: Notes = new Map();
  readonly projectCounts: Notes = new Map();
  readonly projects = new Map<string, Project>();

  /** The last check. */
  get last(): Check | undefined {
    return this.checks.at(-1);
  }

  /** The last check that could list the projects. */
  get latest(): Check | undefined {
    return this.checks.filter(({ failure }) => failure === undefined).at(-1);
  }

  /** The checks that could not list the projects. */
  get failures(): Check[] {
    return this.checks.filter(({ failure }) => failure !== undefined);
  }
}

export interface Project {
  readonly groupId: string;
  /** The latest one. */
  name: string;
  readonly listFailures: Notes;
  readonly clusters: Map<string, Cluster>;
}

/** What the last check of a day and a setup says about a cluster. A spread in these would double the memory of a year. */
export interface Observation {
  readonly check: Check;
  readonly day: number;
  readonly state: string;
  readonly isOff: boolean;
  /** How old the newest backup may be, in ms. 0 if no report says it. */
  readonly limit: number;
  /** The report lists every backup from this time on. Infinity if it may lack some. */
  readonly completeFrom: number;
}

/** What the checks of a setup said last about a cluster. */
export interface Said {
  observation?: Observation | undefined;
  finding?:
    | { readonly check: Check; readonly finding: Finding; readonly contradiction: string | undefined }
    | undefined;
  leftOut?: (LeftOut & { readonly check: Check }) | undefined;
}

/** Why a cluster is not checked. */
export interface LeftOut {
  readonly reason: string;
  readonly pattern: string | undefined;
}

/** What the reports say about a cluster, in their order. */
export class Cluster {
  readonly name: string;
  readonly type: Named['clusterType'];
  readonly observations: Observation[] = [];
  readonly said = new Map<Setup, Said>();
  /** When a check listed it last. */
  listedAt = 0;
  readonly listed = new Days();
  readonly states: Notes = new Map();
  readonly notChecked: Notes = new Map();
  readonly notRead: Notes = new Map();
  /** How its reports contradict themselves. */
  readonly contradictions: Notes = new Map();
  clusterId: string | undefined;
  /** The days on which reports name another cluster than before. */
  readonly replaced = new Days();
  /** The latest backup of each day. */
  readonly backups = new Map<number, number>();
  /** The backups that the last report with evidence lists, by their time, until when they are kept. */
  kept: { readonly time: number; readonly backups: ReadonlyMap<number, number | undefined> } | undefined;
  /** The days of backups that were deleted before their time. */
  readonly deletions = new Set<number>();
  /** The same in words. */
  readonly deletionNotes: string[] = [];
  /** The days with a failed snapshot. */
  readonly failures = new Set<number>();
  createdAt: number | undefined;
  areRestoresRead = false;
  /** The restore jobs by ID. The text has their snapshot and target, the day is that of the end, or of the first report. */
  readonly restores = new Map<string, { isDownload: boolean; isCompleted: boolean; text: string; day: number }>();
  /** The last value of each setting, and the day of its report. */
  readonly settings = new Map<string, { readonly value: string; readonly day: number }>();
  readonly changes: string[] = [];
  /** What ranks highest under each title, such as the latest restore. */
  readonly highest = new Map<string, { readonly rank: number; readonly text: string }>();

  constructor(name: string, type: Named['clusterType']) {
    this.name = name;
    this.type = type;
  }
}

/** What the setup of a check has said about a cluster. */
export const saidBy = ({ said }: Cluster, { setup }: Check): Said => getOrAdd(said, setup, () => ({}));

export function addBackup({ backups }: Cluster, time: number): void {
  if (time > (backups.get(dayOf(time)) ?? 0)) backups.set(dayOf(time), time);
}

/** Keeps the text under this title, unless an earlier one ranks higher. */
export function keepHighest({ highest }: Cluster, title: string, rank: number, print: () => string): void {
  if (rank >= (highest.get(title)?.rank ?? Number.NEGATIVE_INFINITY)) highest.set(title, { rank, text: print() });
}

/** The key of a cluster in its project. */
export const clusterKey = (type: Named['clusterType'], name: string): string => `${type}/${name}`;

export const listKey = ({ groupId }: Pick<Named, 'groupId'>, type: string): string => `${groupId}/${type}`;
