import type { Report } from './format.js';
import type { Notes } from './time.js';

// What the reports say, as plain data. Times are in ms since 1970, days are those of UTC.

/** What all files say. */
export interface History {
  readonly files: readonly ReadFile[];
  readonly jobs: readonly Job[];
  /** By {@link clusterKey}. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** By their IDs, with the name that they had last. */
  readonly projects: ReadonlyMap<string, { readonly name: string }>;
}

export interface ReadFile {
  readonly file: string;
  /** When its check began. */
  time?: number;
  /** Absent if it could not be read. */
  sha256?: string;
  /** Why it is no report. */
  why?: string;
}

/** The reports in one folder. */
export interface Job {
  /** The folder as it was given. Empty if it is the only job. */
  readonly name: string;
  /** The oldest first. */
  readonly checks: readonly Check[];
  readonly last: Check;
  /** Those that could list the projects, the oldest first. */
  readonly listing: readonly Check[];
  readonly latest: Check | undefined;
  /** Whether its next report is overdue. */
  readonly isSilent: boolean;
}

/** One run of the command, as its report says. */
export interface Check {
  /** When it began, by the clock of Atlas. */
  readonly time: number;
  /** How far the clock of its machine was ahead, in ms. A minute or less counts as none. */
  readonly offset: number;
  readonly report: Omit<Report, 'findings' | 'notChecked'>;
  /** Why it could not list the projects. */
  readonly failure: string | undefined;
  /** By {@link listKey}. */
  readonly failedLists: Map<string, Finding>;
  /** By {@link clusterKey}. */
  readonly mentions: Map<string, Mention>;
}

export type Finding = Report['findings'][number];
export type State = Finding['state'];

/** What a report says about a cluster. */
export interface Mention {
  readonly check: Check;
  /** Or why it is left out. */
  readonly state: State | Report['notChecked'][number]['reason'];
  /** The reason of the state, the code of its error, or the pattern that excluded the cluster. */
  readonly detail?: string | undefined;
  /** Without its evidence, which would take most of the memory. Undefined if the cluster was left out. */
  readonly finding?: Finding;
}

/** What all reports name of a cluster. The sets have days. */
export interface Cluster extends Pick<Finding, 'groupId' | 'clusterType'> {
  readonly clusterName: string;
  readonly backups: Set<number>;
  readonly failures: Set<number>;
  readonly restores: Map<string, Restore>;
  areRestoresRead: boolean;
  /** How it was configured, by the title of each setting. */
  readonly settings: Map<string, Notes>;
  /** What its evidence lacks. */
  readonly notRead: Notes;
}

/** A restore job, as the last report that lists it says. */
export interface Restore {
  readonly readAt: number;
  /** The day on which a restore was completed. */
  readonly day: number | undefined;
  readonly text: string;
}

type List = Pick<Finding, 'groupId' | 'clusterType'>;

export const listKey = ({ groupId, clusterType }: List): string => `${groupId}/${clusterType}`;

export const clusterKey = (named: List & { readonly clusterName: string }): string =>
  `${listKey(named)}/${named.clusterName}`;
