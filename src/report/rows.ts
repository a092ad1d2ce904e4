import { judgeDays, type Kind, type Span } from './days.js';
import { type Cluster, type History, type Knowledge, type Listing, listKey, type Project } from './history.js';
import { type Html, html, name } from './html.js';
import { reasonOf } from './json.js';
import { type Days, dayOf, printDay } from './time.js';

/** What a cluster is now, as far as the reports know. */
export interface Standing {
  /** A state, or what else it is. */
  readonly label: string;
  readonly isGone: boolean;
  readonly needsLook: boolean;
  readonly color: string;
  /** The lowest is the worst. */
  readonly rank: number;
  readonly note?: string | undefined;
}

/** What somebody has to look at, beside what a cluster is now. */
export interface Concern {
  readonly label: string;
  readonly color: string;
  readonly rank: number;
  readonly text: string;
}

/** A row of the picture. */
export interface Row {
  /** Of the element. Undefined if the page has no row of the cluster, but counts it. */
  readonly id: string | undefined;
  readonly cluster: Cluster;
  readonly standing: Standing;
  readonly concerns: readonly Concern[];
  readonly days: ReadonlyMap<Kind, Days>;
}

/** The rows of a project. */
export interface Section {
  readonly id: string;
  readonly project: Project;
  /** The worst first. */
  readonly rows: readonly Row[];
  /** The lists of clusters that the last report could not read, and why. */
  readonly failedLists: readonly (readonly [type: string, why: string])[];
}

/** Judges all clusters. The projects are sorted by their worst cluster, then by name. */
export function toSections(history: History, span: Span, knowledge: Knowledge): Section[] {
  const sections = [...history.projects.values()].map((project, index): Section => {
    const { servers, groupId, clusters } = project;
    // The reports that would list its clusters, if Atlas did.
    const covering = history.listings.filter((listing) => {
      return servers.has(listing.server) && (listing.groupIds?.includes(groupId) ?? true);
    });
    const judged = [...clusters.values()].map((cluster) => {
      const readable = covering.filter(({ failedLists }) => !failedLists.has(listKey(project, cluster.type)));
      const days = judgeDays(cluster, span, new Set(readable.map(({ time }) => dayOf(time))));
      return { cluster, standing: standingOf(cluster, project, covering, knowledge), concerns: [], days };
    });
    const id = `p${index + 1}`;
    const rows = judged.sort(compareRows).map((row, position): Row => ({ id: `${id}c${position + 1}`, ...row }));
    const isFailing = (type: string) => covering.at(-1)?.failedLists.has(listKey(project, type));
    const failedLists = [...project.failedLists].filter(([type]) => isFailing(type));
    return { id, project, rows, failedLists };
  });
  const sorted = sections.sort((a, b) => worstOf(a) - worstOf(b) || compare(a.project.name, b.project.name));
  return leaveOutGone(sorted);
}

const maxGone = 500;

/** Leaves out the rows of all but 500 clusters that are no longer listed. There may be years of them. */
function leaveOutGone(sections: readonly Section[]): Section[] {
  const gone = sections.flatMap(({ rows }) => rows.filter(({ standing }) => standing.isGone));
  const leftOut = new Set(gone.sort(compareRows).slice(maxGone));
  const toRow = (row: Row): Row => (leftOut.has(row) ? { ...row, id: undefined } : row);
  return sections.map((section) => ({ ...section, rows: section.rows.map(toRow) }));
}

/** Whether somebody has to look at a cluster. */
export const needsLook = ({ standing, concerns }: Pick<Row, 'standing' | 'concerns'>): boolean =>
  standing.needsLook || concerns.length > 0;

const { compare } = new Intl.Collator('en');

/** The worst first. */
export const compareRows = (a: Omit<Row, 'id'>, b: Omit<Row, 'id'>): number =>
  a.standing.rank - b.standing.rank ||
  // The oldest backup first.
  (a.standing.needsLook ? (b.cluster.finding?.age ?? 0) - (a.cluster.finding?.age ?? 0) : 0) ||
  compare(a.cluster.name, b.cluster.name) ||
  compare(a.cluster.type, b.cluster.type);

const worstOf = ({ rows, failedLists }: Section): number =>
  failedLists.length > 0 ? 0 : (rows[0]?.standing.rank ?? Number.POSITIVE_INFINITY);

function standingOf(cluster: Cluster, project: Project, covering: readonly Listing[], known: Knowledge): Standing {
  const { states, covers } = known;
  const last = covering.at(-1);
  const odd = { isGone: false, ...factsOf('', states) };
  const calm = { isGone: false, needsLook: false, color: 'plain', rank: Number.MAX_SAFE_INTEGER };
  if (last?.failedLists.has(listKey(project, cluster.type))) {
    // The list itself needs a look.
    return { ...odd, label: 'unknown', needsLook: false, note: 'the clusters of the project could not be listed' };
  }
  if (cluster.listedAt === last?.time) {
    if (!cluster.isChecked) return { ...calm, label: 'not checked', note: [...cluster.notChecked.keys()].at(-1) };
    const { state = '' } = cluster.finding ?? {};
    return { ...odd, ...factsOf(state, states), label: state, note: cluster.finding && reasonOf(cluster.finding) };
  }
  const lastDay = `last listed on ${printDay(dayOf(cluster.listedAt))}`;
  const gone = { isGone: true, label: 'no longer listed' };
  const { groupId, name: groupName, clusters } = project;
  const successor = [...clusters.values()].find(
    ({ name, listedAt }) => name === cluster.name && listedAt === last?.time,
  );
  if (successor !== undefined) {
    return { ...calm, ...gone, note: `${lastDay}; a ${successor.type} cluster of this name is listed now` };
  }
  const later = covering.filter(({ time }) => time > cluster.listedAt);
  const pattern = later
    .flatMap(({ excludes }) => excludes)
    .find((text) => covers(text, { groupId, groupName, clusterName: cluster.name }));
  if (!cluster.isChecked) return { ...calm, ...gone, note: lastDay };
  if (pattern !== undefined) return { ...calm, ...gone, note: `${lastDay}, excluded by ${pattern}` };
  return { ...odd, ...gone, note: `${lastDay}: deleted, or a role was lost` };
}

/** A state that the page does not know needs a look, and follows those that do. */
function factsOf(state: string, states: Knowledge['states']) {
  const names = Object.keys(states);
  const rank = names.indexOf(state);
  const { exitCode, color = 'plain' } = states[state] ?? { exitCode: 3, color: 'magenta' };
  const bad = names.filter((name) => states[name]?.exitCode !== 0);
  return { needsLook: exitCode !== 0, color, rank: rank >= 0 ? rank : bad.length - 0.5 };
}

/** A link that opens the row of a cluster, if the page has it. */
export function linkTo({ id, cluster }: Row, project: Project): Html {
  const named = html`${name(project.name)} / ${name(cluster.name)}`;
  return id === undefined ? named : html`<a href="#${id}">${named}</a>`;
}

/** Whether the last report that lists a cluster has no finding of it. */
export const isLeftOut = ({ cluster, standing }: Pick<Row, 'cluster' | 'standing'>): boolean =>
  !cluster.isChecked && !standing.isGone;

/** Why a cluster was left out, and by which pattern. */
export const leftOutBy = ({ notChecked }: Cluster): string => [...notChecked.keys()].at(-1) ?? '';

/** The type of a cluster. Atlas lists free clusters among the dedicated ones. */
export const typeOf = (cluster: Cluster): string =>
  !cluster.isChecked && leftOutBy(cluster) === 'free' ? 'free' : cluster.type;

/** Counts texts, in the order in which they come. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
