import type { Check, Job, Setup } from './history.js';
import { hourMs } from './time.js';

// What the page makes of reports of several jobs: of other options, logins and servers.

const halfDay = 12 * hourMs;
/** A check that is older than this is overdue. */
export const maxSilence = 26 * hourMs;

/**
 * Puts setups together that are one job, whose options or login were changed: the later one begins when the job was due. Of
 * several jobs, it is the most similar one.
 */
export function findJobs(setups: readonly Setup[]): Job[] {
  const jobs: Setup[][] = [];
  const firstOf = (setup: Setup) => setup.checks[0]?.time ?? 0;
  for (const setup of [...setups].sort((a, b) => firstOf(a) - firstOf(b))) {
    const continued = jobs
      .filter((job) => job[0]?.server === setup.server && dueTime(job) <= firstOf(setup))
      .sort((a, b) => similarity(b, setup) - similarity(a, setup))[0];
    if (continued === undefined) jobs.push([setup]);
    else continued.push(setup);
  }
  const newest = Math.max(...jobs.map((job) => timesOf(job).at(-1) ?? 0));
  return jobs.map((job) => toJob(job, jobs, newest));
}

const checksOf = (setups: readonly Setup[]): Check[] => setups.flatMap(({ checks }) => checks);
const timesOf = (setups: readonly Setup[]): number[] => checksOf(setups).map(({ time }) => time);

/** When the next check is due at the earliest: half of the last interval after the last one, or half a day. */
function dueTime(setups: readonly Setup[]): number {
  const [last = 0, before] = timesOf(setups).reverse();
  return last + Math.min(before === undefined ? halfDay : (last - before) / 2, halfDay);
}

/** How much of a setup is as it was in the last one of a job. */
function similarity(job: readonly Setup[], setup: Setup): number {
  const [a, b] = [job.at(-1), setup].map((one) => partsOf(one ?? setup));
  return a?.filter((part, index) => part === b?.[index]).length ?? 0;
}

const choosing = ['project', 'include', 'exclude', 'maxAge', 'minHistory'] as const;

const partsOf = ({ server, login, options }: Setup): string[] => [
  server,
  login,
  ...choosing.map((name) => (options[name] ?? []).map((value) => `${flagOf(name)} ${value}`).join(' ')),
];

/** Such as `--max-age`. */
const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function toJob(setups: readonly Setup[], jobs: readonly (readonly Setup[])[], newest: number): Job {
  const checks = checksOf(setups);
  const last = checks.at(-1);
  if (last === undefined) throw new Error('A job has a check.');
  const latest = checks.filter(({ failure }) => failure === undefined).at(-1);
  const projects = new Set(setups.flatMap((setup) => [...setup.projects]));
  const isDead = newest - last.time > Math.max(maxSilence, 1.5 * intervalOf(checks));
  const isByHand = isDead && checks.length === 1;
  return { label: labelOf(last.setup, jobs), setups, checks, last, latest, projects, isDead, isByHand };
}

/** The usual interval: a check that was missed, or run by hand, does not change it. */
function intervalOf(checks: readonly Check[]): number {
  const intervals = checks.slice(1).map(({ time }, index) => time - (checks[index]?.time ?? 0));
  return intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
}

/** What differs between the jobs. */
function labelOf(setup: Setup, jobs: readonly (readonly Setup[])[]): string {
  const others = jobs.map((job) => partsOf(job.at(-1) ?? setup));
  const parts = partsOf(setup).filter((part, index) => others.some((other) => other[index] !== part));
  return parts.filter(Boolean).join(', ') || 'without options that choose or judge clusters';
}
