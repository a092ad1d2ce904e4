import type { BackupState } from '../check/index.js';

interface StateFacts {
  /** The exit code of the command if a cluster has this state: 2 for a bad backup, 3 if the check does not know, or 0. */
  readonly exitCode: 0 | 2 | 3;
  /** The color in a terminal. Legible on a dark and on a light background. */
  readonly color?: 'red' | 'magenta' | 'yellow' | 'green';
}

const bad = { exitCode: 2, color: 'red' } as const;

/** What each state means for the command. */
export const states: Readonly<Record<BackupState, StateFacts>> = {
  none: bad,
  stale: bad,
  short: bad,
  unknown: { exitCode: 3, color: 'magenta' },
  paused: { exitCode: 0, color: 'yellow' },
  new: { exitCode: 0 },
  fresh: { exitCode: 0, color: 'green' },
};
