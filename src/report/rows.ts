import type { Cluster, Finding, History, Job, Mention } from './history.js';
import { type Html, html, maxListed, name } from './html.js';
import { type Course, departuresOf, follow, isState, rankOf, type Standing, toStanding } from './standing.js';
import { getOrAdd } from './time.js';

/** The clusters of a project. */
export interface Section {
  /** Of the element. */
  readonly id: string;
  readonly name: string;
  /** The worst first. */
  readonly rows: readonly Row[];
  /** The lists of clusters that the latest report of a job could not read. */
  readonly failedLists: readonly { readonly finding: Finding; readonly job: Job }[];
}

/** A row of the picture. */
export interface Row {
  /** Of the element. Undefined if the page counts the cluster, but has no row of it. */
  id?: string;
  readonly cluster: Cluster;
  readonly project: string;
  readonly courses: readonly Course[];
  /** The worst that the jobs say of each day. */
  readonly days: ReadonlyMap<number, Mention>;
  /** What the cluster is now, by the job that says the worst. */
  readonly standing: Standing;
  /** Why it needs attention, the worst first. */
  readonly problems: readonly Standing[];
}

/** Sorts the projects by their worst cluster, then by name. */
export function toSections({ jobs, clusters, projects }: History): Section[] {
  const departures = departuresOf(jobs);
  const rowsOf = new Map<string, Row[]>();
  for (const [key, cluster] of clusters) {
    const project = projects.get(cluster.groupId)?.name ?? '';
    const row = toRow(cluster, project, jobs, departures.get(key) ?? []);
    if (row !== undefined) getOrAdd(rowsOf, cluster.groupId, () => []).push(row);
  }
  const lists = jobs.flatMap((job) =>
    [...(job.latest?.failedLists.values() ?? [])].map((finding) => ({ finding, job })),
  );
  const sections = Array.from(projects, ([groupId, project], index): Section => {
    const rows = (rowsOf.get(groupId) ?? []).sort(compareRows);
    const failedLists = lists.filter(({ finding }) => finding.groupId === groupId);
    return { id: `p${index + 1}`, name: project.name, rows, failedLists };
  });
  // A project whose clusters have all departed, and whose departures were acknowledged, has neither.
  const shown = sections.filter(({ rows, failedLists }) => rows.length + failedLists.length > 0);
  giveIds(shown);
  return shown.sort((a, b) => worstOf(a) - worstOf(b) || compare(a.name, b.name));
}

function toRow(
  cluster: Cluster,
  project: string,
  jobs: readonly Job[],
  departed: readonly Standing[],
): Row | undefined {
  const courses = jobs.flatMap((job) => follow(cluster, job) ?? []);
  const isChecked = courses.some(({ job, now }) => !job.isSilent && now !== undefined && isState(now.state));
  const standings = courses.map((course) => toStanding(course, isChecked)).sort((a, b) => a.rank - b.rank);
  const all = [...standings, ...departed];
  const [standing] = all;
  // No report lists it, and its departure was acknowledged.
  if (standing === undefined) return undefined;
  const problems = all.filter(({ problem }) => problem !== undefined);
  return { cluster, project, courses, days: mergeDays(courses), standing, problems };
}

function mergeDays(courses: readonly Course[]): Map<number, Mention> {
  const days = new Map<number, Mention>();
  for (const [day, mention] of courses.flatMap((course) => [...course.days])) {
    const before = days.get(day);
    if (before === undefined || rankOf(mention.state) < rankOf(before.state)) days.set(day, mention);
  }
  return days;
}

/** Gives each row its ID, except to all but 500 clusters that are no longer listed. There may be years of them. */
function giveIds(sections: readonly Section[]): void {
  const all = sections.flatMap(({ rows }) => rows.filter(({ standing }) => standing.kind === 'gone'));
  const leftOut = new Set(all.sort(compareRows).slice(maxListed));
  for (const { id, rows } of sections) {
    for (const [index, row] of rows.entries()) if (!leftOut.has(row)) row.id = `${id}c${index + 1}`;
  }
}

/** Whether nobody has to look at a cluster, and no silent job says that it is well. */
export const isWell = ({ problems, standing }: Row): boolean =>
  problems.length === 0 && (standing.kind !== 'checked' || isState(standing.label));

/** The type of a cluster. Atlas lists free clusters among the dedicated ones. */
export const printType = ({ cluster, courses }: Row): string =>
  courses.some(({ now }) => now?.state === 'free') ? 'free' : cluster.clusterType;

/** A link that opens the row of a cluster, if the page has it. */
export function linkTo({ id, project, cluster }: Row): Html {
  const named = html`${name(project)} / ${name(cluster.clusterName)}`;
  return id === undefined ? named : html`<a href="#${id}">${named}</a>`;
}

const { compare } = new Intl.Collator('en', { numeric: true });

const rankOfRow = ({ problems, standing }: Row): number => (problems[0] ?? standing).rank;

const ageOf = ({ courses }: Row): number => Math.max(0, ...courses.map(({ last }) => last?.finding?.age ?? 0));

/** The worst first. Of equal ones, the one with the oldest backup. */
export const compareRows = (a: Row, b: Row): number =>
  rankOfRow(a) - rankOfRow(b) ||
  (a.problems.length > 0 ? ageOf(b) - ageOf(a) : 0) ||
  compare(a.cluster.clusterName, b.cluster.clusterName) ||
  compare(a.cluster.clusterType, b.cluster.clusterType);

const worstOf = ({ rows: [worst], failedLists }: Section): number =>
  failedLists.length > 0 || worst === undefined ? 0 : rankOfRow(worst);
