import { departureNames } from './format.js';
import type { Entry } from './jobs.js';
import { type Color, type State, stateNames, states } from './states.js';
import type { Timeline } from './timeline.js';

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

const byLabel = new Map(kinds.map((kind) => [kind.label, kind]));

function kindNamed(label: string): Kind {
  const kind = byLabel.get(label);
  if (kind === undefined) throw new Error(`No kind is called ${label}.`);
  return kind;
}

export const rankOf = (kind: Kind): number => kinds.indexOf(kind);

export const isState = (state: string): state is State => Object.hasOwn(states, state);

/** Whether an option, or what Atlas does with the cluster, leaves it out of the check. */
export const isLeftOut = (state: Entry['state']): boolean => !isState(state) && state !== 'not read';

export const isBad = (state: Entry['state']): boolean => isState(state) && states[state].exitCode === 2;

export const isGood = (state: Entry['state']): boolean => isState(state) && states[state].exitCode === 0;

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
