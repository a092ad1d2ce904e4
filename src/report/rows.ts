import { judgeDays, type Kind, type Span } from './days.js';
import { type Cluster, type History, type Knowledge, listKey, type Project } from './history.js';
import { type Html, html, name } from './html.js';
import { type Concern, findFailedLists, judge, type Standing } from './judge.js';
import { type Days, dayOf } from './time.js';

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
    const covered = {
      flex: findCovered(history, project, 'flex'),
      dedicated: findCovered(history, project, 'dedicated'),
    };
    const judged = [...project.clusters.values()].map((cluster) => {
      const days = judgeDays(cluster, history.jobs, span, covered[cluster.type]);
      return { cluster, ...judge(cluster, project, history.jobs, knowledge), days };
    });
    const id = `p${index + 1}`;
    const rows = judged.sort(compareRows).map((row, position): Row => ({ id: `${id}c${position + 1}`, ...row }));
    const failedLists = findFailedLists(project, history.jobs);
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

/** Whether a live job says that all is well, or nobody has to say so. */
export const isWell = (row: Row): boolean =>
  !needsLook(row) && (row.standing.isGone || isLeftOut(row) || row.standing.label === row.standing.finding?.state);

const { compare } = new Intl.Collator('en');

/** The worst first. */
export const compareRows = (a: Omit<Row, 'id'>, b: Omit<Row, 'id'>): number =>
  a.standing.rank - b.standing.rank ||
  // The oldest backup first.
  (a.standing.needsLook ? (b.standing.finding?.age ?? 0) - (a.standing.finding?.age ?? 0) : 0) ||
  compare(a.cluster.name, b.cluster.name) ||
  compare(a.cluster.type, b.cluster.type);

const worstOf = ({ rows, failedLists }: Section): number =>
  failedLists.length > 0 ? 0 : (rows[0]?.standing.rank ?? Number.POSITIVE_INFINITY);

/** The days with a report that would list the clusters of a project, if Atlas did. */
function findCovered({ jobs }: History, { groupId }: Project, type: Cluster['type']): Set<number> {
  const key = listKey({ groupId }, type);
  const checks = jobs.filter(({ projects }) => projects.has(groupId)).flatMap((job) => job.checks);
  const covering = checks.filter(({ failure, failedLists, setup }) => {
    return failure === undefined && !failedLists.has(key) && setup.options.project?.includes(groupId) !== false;
  });
  return new Set(covering.map(({ time }) => dayOf(time)));
}

/** A link that opens the row of a cluster, if the page has it. */
export function linkTo({ id, cluster }: Row, project: Project): Html {
  const named = html`${name(project.name)} / ${name(cluster.name)}`;
  return id === undefined ? named : html`<a href="#${id}">${named}</a>`;
}

/** Whether no job checks a cluster. */
export const isLeftOut = ({ standing }: Pick<Row, 'standing'>): boolean => standing.leftOut !== undefined;

/** The type of a cluster. Atlas lists free clusters among the dedicated ones. */
export const typeOf = ({ cluster, standing }: Pick<Row, 'cluster' | 'standing'>): string =>
  standing.leftOut?.reason === 'free' ? 'free' : cluster.type;

/** Counts texts, in the order in which they come. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
