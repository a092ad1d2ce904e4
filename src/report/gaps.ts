import type { Job } from './jobs.js';
import { isBad, isGood } from './kinds.js';
import { dayOf, formatDay, type Run } from './time.js';
import { saysNothing, type Timeline } from './timeline.js';

/** A run of days that are stale, none or short. */
export interface Gap {
  readonly run: Run;
  /** Its last day, or that it is still open, or that its end is not known. */
  readonly end: string;
}

/** Finds the gaps of a cluster. A day that says nothing of the cluster neither ends a gap nor interrupts it. */
export function findGaps({ days, current }: Timeline, job: Pick<Job, 'lastCheck'>, isSilent: boolean): Gap[] {
  const said = [...days].filter(([, { state }]) => !saysNothing(state));
  const lastGood = said.filter(([, { state }]) => isGood(state)).at(-1)?.[0];
  const runs: [first: number, last: number][] = [];
  let isOpen = false;
  for (const [day, { state }] of said) {
    const run = runs.at(-1);
    if (!isBad(state)) isOpen = false;
    else if (isOpen && run !== undefined) run[1] = day;
    else {
      runs.push([day, day]);
      isOpen = true;
    }
  }
  const saysSo = !isSilent && current !== undefined && current.check === job.lastCheck && isBad(current.state);
  const lastDay = dayOf(job.lastCheck.time);
  return runs.map((run): Gap => {
    const [, last] = run;
    if (lastGood !== undefined && lastGood > last) return { run, end: formatDay(last) };
    return { run, end: saysSo && last === lastDay ? 'still open' : 'not known' };
  });
}
