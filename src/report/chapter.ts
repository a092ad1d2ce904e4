import { departureNames } from './format.js';
import { type Html, html, maxListed, name } from './html.js';
import { type Finding, isSilent, type Job } from './jobs.js';
import { type Color, stateNames, states } from './states.js';
import { findGaps, type Gap, isLeftOut, type Timeline, toTimeline } from './timeline.js';

/** What a cluster can be now. */
export interface Kind {
  readonly label: string;
  readonly color: Color;
  readonly needsAttention: boolean;
  /** Whether the headline counts it among all clusters. */
  readonly isWatched: boolean;
}

const lost = (label: string): Kind => ({ label, color: 'magenta', needsAttention: true, isWatched: true });

const aside = (label: string): Kind => ({ label, color: 'plain', needsAttention: false, isWatched: false });

const ofStates = stateNames.map((label): Kind => {
  const { color, needsAttention } = states[label];
  return { label, color, needsAttention, isWatched: true };
});

const departed = (departure: string): string => `departed: ${departure}`;

/** Every kind, the worst first. The first that applies is what a cluster is. */
export const kinds: readonly Kind[] = [
  ...departureNames.map((departure) => lost(departed(departure))),
  ...ofStates.filter(({ needsAttention }) => needsAttention),
  lost('no longer listed'),
  // The list needs attention, not each of its clusters.
  { label: 'not read', color: 'magenta', needsAttention: false, isWatched: true },
  ...ofStates.filter(({ needsAttention }) => !needsAttention),
  aside('left out'),
  aside('acknowledged'),
];

export function kindNamed(label: string): Kind {
  const kind = kinds.find((one) => one.label === label);
  if (kind === undefined) throw new Error(`No kind is called ${label}.`);
  return kind;
}

const rankOf = (kind: Kind): number => kinds.indexOf(kind);

/** What a cluster is. Undefined if no report has checked it, and the last one does not name it. */
function kindOf({ current, lastChecked, isCompared, departure }: Timeline): Kind | undefined {
  if (departure !== undefined) return kindNamed(departed(departure.departure));
  const hasLeft = current === undefined || current.state === 'free' || current.state === 'deleting';
  if (hasLeft && lastChecked !== undefined) return kindNamed(isCompared ? 'acknowledged' : 'no longer listed');
  if (current === undefined) return undefined;
  return kindNamed(isLeftOut(current.state) ? 'left out' : current.state);
}

/** What the page says of a job. */
export interface Chapter {
  /** Of the element, and the beginning of those in it. Empty if it is the only chapter. */
  readonly id: string;
  readonly job: Job;
  readonly isSilent: boolean;
  /** The worst first. */
  readonly sections: readonly Section[];
  /** Those of all sections, the worst first. */
  readonly rows: readonly Row[];
}

/** The clusters of a project. */
export interface Section {
  /** Of the element. */
  readonly id: string;
  readonly name: string;
  /** The worst first. */
  readonly rows: readonly Row[];
  /** The lists of clusters that the last report could not read. */
  readonly failedLists: readonly Finding[];
}

/** A row of the picture. */
export interface Row {
  /** Of the element. Undefined if the page counts the cluster, but has no row of it. */
  id?: string;
  readonly key: string;
  readonly project: string;
  readonly timeline: Timeline;
  readonly kind: Kind;
  readonly gaps: readonly Gap[];
}

/** Makes a chapter of a job. @param now - when the page is made. */
export function toChapter(job: Job, id: string, now: number): Chapter {
  const silent = isSilent(job, now);
  const rows = toRows(job, silent).sort(compareRows);
  giveIds(rows, id);
  const lists = [...(job.listing.at(-1)?.failedLists.values() ?? [])];
  const sections = Array.from(job.projects, ([groupId, project], index): Section => {
    const isOfProject = (named: { readonly groupId: string }) => named.groupId === groupId;
    const ofProject = rows.filter(({ timeline }) => isOfProject(timeline.cluster));
    return { id: `${id}p${index + 1}`, name: project, rows: ofProject, failedLists: lists.filter(isOfProject) };
  });
  const shown = sections.filter((section) => section.rows.length + section.failedLists.length > 0);
  shown.sort((a, b) => worstOf(a) - worstOf(b) || compare(a.name, b.name));
  return { id, job, isSilent: silent, sections: shown, rows };
}

function toRows(job: Job, isJobSilent: boolean): Row[] {
  const rows: Row[] = [];
  for (const [key, cluster] of job.clusters) {
    const timeline = toTimeline(cluster, job);
    const kind = kindOf(timeline);
    if (kind === undefined) continue;
    const project = job.projects.get(cluster.groupId) ?? cluster.groupId;
    rows.push({ key, project, timeline, kind, gaps: findGaps(timeline, job, isJobSilent) });
  }
  return rows;
}

/** Gives each row its ID, except to all but 500 clusters that are no longer listed. There may be years of them. */
function giveIds(rows: readonly Row[], chapter: string): void {
  let gone = 0;
  for (const [index, row] of rows.entries()) {
    if (row.timeline.current === undefined) gone += 1;
    if (row.timeline.current !== undefined || gone <= maxListed) row.id = `${chapter}c${index + 1}`;
  }
}

/** The type of a cluster. Atlas lists free clusters among the dedicated ones. */
export const printType = ({ timeline }: Row): string =>
  timeline.current?.state === 'free' ? 'free' : timeline.cluster.clusterType;

/** A link that opens the row of a cluster, if the page has it. */
export function linkTo({ id, project, timeline }: Row): Html {
  const named = html`${name(project)} / ${name(timeline.cluster.clusterName)}`;
  return id === undefined ? named : html`<a href="#${id}">${named}</a>`;
}

const { compare } = new Intl.Collator('en', { numeric: true });

const ageOf = ({ kind, timeline }: Row): number =>
  kind.needsAttention ? (timeline.lastChecked?.finding?.age ?? 0) : 0;

/** The worst first. Of equal ones, the one with the oldest backup. */
const compareRows = (a: Row, b: Row): number =>
  rankOf(a.kind) - rankOf(b.kind) ||
  ageOf(b) - ageOf(a) ||
  compare(a.timeline.cluster.clusterName, b.timeline.cluster.clusterName) ||
  compare(a.key, b.key);

const worstOf = ({ rows: [worst], failedLists }: Section): number =>
  failedLists.length > 0 || worst === undefined ? 0 : rankOf(worst.kind);
