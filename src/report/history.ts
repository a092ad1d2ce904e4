import type { Report } from './format.js';
import { dayOf, getOrAdd, hourMs, type Notes } from './time.js';

// What the reports say, as plain data. Times are in ms since 1970, days are those of UTC.

/** What all files say. */
export interface History {
  readonly files: readonly ReadFile[];
  readonly jobs: readonly Job[];
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
  readonly folder: string;
  /** The folder as it was given. Empty if it is the only job. */
  readonly name: string;
  /** The oldest first. */
  readonly checks: readonly Check[];
  readonly last: Check;
  /** The last that could list the projects. */
  readonly latest: Check | undefined;
  /** The last of each day that could list the projects, the oldest first. */
  readonly days: ReadonlyMap<number, Check>;
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
  /** The findings that are of a list that could not be read, by {@link listKey}. */
  readonly failedLists: Map<string, Finding>;
}

export type Finding = Report['findings'][number];
export type Departed = NonNullable<Report['departed']>[number];
export type State = Finding['state'];

/** What a report says about a cluster. */
export interface Mention {
  readonly check: Check;
  /** Or why it is left out. */
  readonly state: State | Report['notChecked'][number]['reason'];
  /** The reason of the state, the code of its error, or the pattern that excluded the cluster. */
  readonly detail?: string | undefined;
  /** How old the newest backup may be, in ms. */
  readonly limit?: number | undefined;
}

/** What the reports of a job say about a cluster. */
export interface Said {
  /** In the last report of each day that names it. */
  readonly days: Map<number, Mention>;
  latest: Mention;
  /** The last finding, without its evidence. */
  finding?: { readonly check: Check; readonly finding: Finding };
}

/** What the reports say about a cluster. The sets have days. */
export interface Cluster extends Pick<Finding, 'groupId' | 'clusterType'> {
  readonly clusterName: string;
  /** By the folder of the job. */
  readonly said: Map<string, Said>;
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

/** A check that is older than this is overdue. */
export const maxSilence = 26 * hourMs;

/** Adds what a report says. The order of the reports does not matter. */
export function mention(cluster: Cluster, folder: string, one: Mention, finding?: Finding): void {
  const { check } = one;
  const said = getOrAdd(cluster.said, folder, (): Said => ({ days: new Map(), latest: one }));
  const day = dayOf(check.time);
  if (isLater(check, said.days.get(day)?.check)) said.days.set(day, one);
  if (isLater(check, said.latest.check)) said.latest = one;
  if (finding !== undefined && isLater(check, said.finding?.check)) said.finding = { check, finding };
}

const isLater = ({ time }: Check, before: Check | undefined): boolean => before === undefined || time > before.time;

export const clusterKey = ({
  groupId,
  clusterType,
  clusterName,
}: Pick<Finding, 'groupId' | 'clusterType' | 'clusterName'>) => `${groupId}/${clusterType}/${clusterName}`;

export const listKey = ({ groupId, clusterType }: Pick<Finding, 'groupId' | 'clusterType'>): string =>
  `${groupId}/${clusterType}`;
