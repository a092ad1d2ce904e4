import type { Cluster, Project } from './history.js';
import { type Html, html, name } from './html.js';
import type { Row, Standing } from './rows.js';

/** What a cluster is now, in a frame. */
export const chip = ({ label, color }: Pick<Standing, 'label' | 'color'>): Html =>
  html`<span class="chip ${color}">${label}</span>`;

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
