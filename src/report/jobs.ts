import type { Report } from './format.js';
import type { State } from './states.js';
import { hourMs, type Notes, type Run } from './time.js';

// What the reports say, as plain data. Times are in ms since 1970, days are those of UTC.

/** What all files say. */
export interface History {
  /** In the order of their paths. */
  readonly files: readonly ReadFile[];
  readonly jobs: readonly Job[];
  /** Those that are no reports, in folders without a report. */
  readonly strays: readonly ReadFile[];
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
  /** The folder as it was given. */
  readonly name: string;
  /** The oldest first. */
  readonly checks: readonly Check[];
  readonly lastCheck: Check;
  /** From the first check to the last. */
  readonly period: Run;
  /** Those that could list the projects, the oldest first. */
  readonly listing: readonly Check[];
  readonly listedDays: ReadonlySet<number>;
  /** The days with a check that could not list the projects. */
  readonly failedDays: ReadonlySet<number>;
  /** The files in its folder that are no reports. */
  readonly unusable: readonly ReadFile[];
  /** By {@link clusterKey}. */
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** The names that the projects had last, by their IDs. */
  readonly projects: ReadonlyMap<string, string>;
}

/** One run of the command, as its report says. */
export interface Check {
  /** When it began, by the clock of Atlas. */
  readonly time: number;
  /** How far the clock of its machine was ahead, in ms. A minute or less counts as none. */
  readonly offset: number;
  readonly report: Omit<Report, 'findings' | 'notChecked' | 'departed'>;
  /** Why it could not list the projects. */
  readonly failure: string | undefined;
  /** The names of the projects, by their IDs. */
  readonly projects: ReadonlyMap<string, string>;
  /** By {@link listKey}. */
  readonly failedLists: Map<string, Finding>;
  /** By {@link clusterKey}. */
  readonly entries: Map<string, Entry>;
  /** The clusters of the inventory that have departed, by {@link clusterKey}. Undefined without an inventory. */
  readonly departures: ReadonlyMap<string, Departure> | undefined;
}

export type Finding = Report['findings'][number];
export type Departure = NonNullable<Report['departed']>[number];

/** What a report says about a cluster. */
export interface Entry {
  readonly check: Check;
  /** Or why it is left out, or that its list failed. */
  readonly state: State | Report['notChecked'][number]['reason'] | 'not read';
  /** The reason of the state, the code of its error, or the pattern that excluded the cluster. */
  readonly detail?: string | undefined;
  /** Without its evidence, which would take most of the memory. Undefined if the cluster was not checked. */
  readonly finding?: Finding;
}

/** What the reports of a job name of a cluster. The sets have days. */
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

/** Whether the next report of a job is overdue. @param now - when the page is made. */
export function isSilent({ checks, lastCheck }: Pick<Job, 'checks' | 'lastCheck'>, now: number): boolean {
  const before = checks.at(-2);
  const interval = before === undefined ? 0 : lastCheck.time - before.time;
  return now - lastCheck.time > Math.max(26 * hourMs, 1.5 * interval);
}
