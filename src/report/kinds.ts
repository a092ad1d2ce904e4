import { departureNames, stateNames } from './format.js';
import type { Entry, State } from './jobs.js';
import type { Timeline } from './timeline.js';

/** What a cluster can be now. */
export interface Kind {
  readonly label: string;
  readonly color: 'red' | 'magenta' | 'yellow' | 'green' | 'plain';
  readonly needsAttention: boolean;
  /** Whether the headline counts it among all clusters. */
  readonly isWatched: boolean;
}

const attention = (label: string, color: Kind['color']): Kind => ({
  label,
  color,
  needsAttention: true,
  isWatched: true,
});

const calm = (label: string, color: Kind['color']): Kind => ({ label, color, needsAttention: false, isWatched: true });

const aside = (label: string): Kind => ({ label, color: 'plain', needsAttention: false, isWatched: false });

const departed = (departure: string): string => `departed: ${departure}`;

/** Every kind, the worst first. The first that applies is what a cluster is. */
export const kinds: readonly Kind[] = [
  ...departureNames.map((departure) => attention(departed(departure), 'magenta')),
  attention('none', 'red'),
  attention('stale', 'red'),
  attention('short', 'red'),
  attention('unknown', 'magenta'),
  attention('no longer listed', 'magenta'),
  // The list needs attention, not each of its clusters.
  calm('not read', 'magenta'),
  calm('paused', 'yellow'),
  calm('new', 'plain'),
  calm('fresh', 'green'),
  aside('left out'),
  aside('acknowledged'),
];

const byLabel = new Map(kinds.map((kind) => [kind.label, kind]));

function kindNamed(label: string): Kind {
  const kind = byLabel.get(label);
  if (kind === undefined) throw new Error(`No kind is called ${label}.`);
  return kind;
}

export const rankOf = (kind: Kind): number => kinds.indexOf(kind);

export const isState = (state: string): state is State => stateNames.some((name) => name === state);

/** Whether an option, or what Atlas does with the cluster, leaves it out of the check. */
export const isLeftOut = (state: Entry['state']): boolean => !isState(state) && state !== 'not read';

export const isBad = (state: Entry['state']): boolean => state === 'none' || state === 'stale' || state === 'short';

export const isGood = (state: Entry['state']): boolean => state === 'paused' || state === 'new' || state === 'fresh';

/** What a cluster is. Undefined if no report has checked it, and the last one does not name it. */
export function kindOf({ current, lastChecked, comparison }: Timeline): Kind | undefined {
  if (comparison?.departure !== undefined) return kindNamed(departed(comparison.departure.departure));
  const hasLeft = current === undefined || current.state === 'free' || current.state === 'deleting';
  if (hasLeft && lastChecked !== undefined) {
    return kindNamed(comparison === undefined ? 'no longer listed' : 'acknowledged');
  }
  if (current === undefined) return undefined;
  return kindNamed(isLeftOut(current.state) ? 'left out' : current.state);
}
