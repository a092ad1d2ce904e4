import type { BackupState } from '../check/index.js';

interface StateFacts {
  /** The exit code of the command if a cluster has this state: 2 for a bad backup, 3 if the check does not know, 0 otherwise. */
  readonly exitCode: 0 | 2 | 3;
  /** Whether somebody has to look at the cluster. */
  readonly needsLook: boolean;
  /** The color in a terminal. Legible on a dark and on a light background. */
  readonly color?: 'red' | 'magenta' | 'yellow' | 'green';
}

const bad = { exitCode: 2, needsLook: true, color: 'red' } as const;

/** Every state that a cluster may have, the worst first. All that the command knows about states is here. */
export const states: Readonly<Record<BackupState, StateFacts>> = {
  none: bad,
  stale: bad,
  short: bad,
  unknown: { exitCode: 3, needsLook: true, color: 'magenta' },
  paused: { exitCode: 0, needsLook: false, color: 'yellow' },
  new: { exitCode: 0, needsLook: false },
  fresh: { exitCode: 0, needsLook: false, color: 'green' },
};

/** The names of the states, the worst first. */
export const stateNames = Object.keys(states) as readonly BackupState[];
