interface Meaning {
  /** The color of the state in a terminal and on the page, legible on a dark and on a light background. */
  readonly color: Color;
  /** The exit code of the command if a cluster has the state: 2 for a bad backup, 3 if the check does not know. */
  readonly exitCode: 0 | 2 | 3;
  /** Whether somebody has to look. The page and `--problems` show such clusters first, or alone. */
  readonly needsAttention: boolean;
}

/** `plain` is the color of the surrounding text. */
export type Color = 'red' | 'magenta' | 'yellow' | 'green' | 'plain';

const meanings = {
  none: { color: 'red', exitCode: 2, needsAttention: true },
  stale: { color: 'red', exitCode: 2, needsAttention: true },
  short: { color: 'red', exitCode: 2, needsAttention: true },
  unknown: { color: 'magenta', exitCode: 3, needsAttention: true },
  paused: { color: 'yellow', exitCode: 0, needsAttention: false },
  new: { color: 'plain', exitCode: 0, needsAttention: false },
  fresh: { color: 'green', exitCode: 0, needsAttention: false },
} satisfies Record<string, Meaning>;

/** The state of a cluster in a report. */
export type State = keyof typeof meanings;

/** What each state means. */
export const states: Readonly<Record<State, Meaning>> = meanings;

/** All states, the worst first. The table, its summary and the page show them in this order. */
export const stateNames = Object.keys(states) as State[];

export const isState = (name: string | undefined): name is State => name !== undefined && Object.hasOwn(states, name);
