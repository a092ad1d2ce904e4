import type { Project } from './history.js';
import { type Html, html, name } from './html.js';
import { printReason, type Standing } from './judge.js';
import type { Row } from './rows.js';

/** What a cluster is now, in a frame. */
export const chip = ({ label, color }: Pick<Standing, 'label' | 'color'>): Html =>
  html`<span class="chip ${color}">${label}</span>`;

/** A link that opens the row of a cluster, if the page has it. */
export function linkTo({ id, cluster }: Row, project: Project): Html {
  const named = html`${name(project.name)} / ${name(cluster.name)}`;
  return id === undefined ? named : html`<a href="#${id}">${named}</a>`;
}

/** Whether no job checks a cluster. */
export const isLeftOut = ({ standing }: Pick<Row, 'standing'>): boolean => standing.leftOut !== undefined;

/** Why a cluster was left out, and by which pattern. */
export const leftOutBy = ({ leftOut }: Standing): string => printReason(leftOut);

/** The type of a cluster. Atlas lists free clusters among the dedicated ones. */
export const typeOf = ({ cluster, standing }: Pick<Row, 'cluster' | 'standing'>): string =>
  standing.leftOut?.reason === 'free' ? 'free' : cluster.type;

/** Counts texts, in the order in which they come. */
export function countEach(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
