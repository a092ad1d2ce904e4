import {
  type Check,
  type Cluster,
  clusterKey,
  type Job,
  type Knowledge,
  type LeftOut,
  listKey,
  type Project,
  type Said,
} from './history.js';
import { printReason, reasonOf } from './json.js';
import type { Finding } from './lenient.js';
import { dayOf, printDay } from './time.js';

/** What a cluster is now, as far as the reports know. */
export interface Standing {
  /** A state, or what else it is. */
  readonly label: string;
  readonly color: string;
  /** The lowest is the worst. */
  readonly rank: number;
  readonly needsLook: boolean;
  readonly isGone: boolean;
  readonly note?: string | undefined;
  /** Why no job checks the cluster. */
  readonly leftOut?: LeftOut | undefined;
  /** The last finding of the job that says so. */
  readonly finding?: Finding | undefined;
  /** Since which day the reports of the job have had the state. */
  readonly since?: number | undefined;
}

/** What needs attention besides the standing, in a sentence without its end. */
export type Concern = Pick<Standing, 'label' | 'color' | 'rank'> & { readonly text: string };

/** What the last check of a job that could list the projects says about a cluster. */
interface Verdict {
  readonly finding: Said['finding'];
  readonly leftOut: Said['leftOut'];
  readonly kind: 'checked' | 'left out' | 'unreadable' | 'gone';
  readonly job: Job;
  readonly latest: Check;
}

/** Judges a cluster by what each job says. The worst counts, so that no job hides what another one found. */
export function judge(cluster: Cluster, project: Project, jobs: readonly Job[], knowledge: Knowledge) {
  const verdicts = jobs.flatMap((job) => toVerdict(cluster, project, job, knowledge) ?? []);
  const current = verdicts.filter((verdict) => isCurrent(verdict, verdicts, cluster));
  const calm = { label: 'not checked', ...calmFacts, leftOut: { reason: 'not included', pattern: undefined } };
  const [worst = calm, ...others] = current
    .map((verdict) => toStanding(verdict, cluster, project, knowledge))
    .sort((a, b) => a.rank - b.rank || Number(hasPattern(b)) - Number(hasPattern(a)));
  const gone = others.filter(({ isGone, needsLook }) => isGone && needsLook && !worst.isGone).slice(0, 1);
  const concerns = gone.map(({ label, color, rank, note = '' }) => ({ label, color, rank, text: note }));
  return { standing: worst, concerns: [...concerns, ...findConcerns(cluster, current, knowledge)] };
}

/** What one job excludes by a pattern, others may just not include. */
const hasPattern = ({ leftOut }: Standing): boolean => leftOut?.pattern !== undefined;

function toVerdict(cluster: Cluster, project: Project, job: Job, knowledge: Knowledge): Verdict | undefined {
  const { latest } = job;
  if (latest === undefined) return undefined;
  const said = job.setups.flatMap((setup) => cluster.said.get(setup) ?? []);
  const finding = said.flatMap((one) => one.finding ?? []).at(-1);
  const leftOut = said.flatMap((one) => one.leftOut ?? []).at(-1);
  const verdict = (kind: Verdict['kind'], by = leftOut): Verdict => ({ kind, job, latest, finding, leftOut: by });
  if (finding?.check === latest) return verdict('checked');
  if (leftOut?.check === latest) return verdict('left out');
  if (!job.projects.has(project.groupId)) return undefined;
  const ownReason = said.length > 0 ? findReason(cluster, project, latest, knowledge) : undefined;
  if (ownReason !== undefined) return verdict('left out', { check: latest, ...ownReason });
  if (isOfOtherProjects(latest, project)) return undefined;
  if (latest.failedLists.has(listKey(project, cluster.type))) return verdict('unreadable');
  return said.length > 0 || latest.time > cluster.listedAt ? verdict('gone') : undefined;
}

const isOfOtherProjects = ({ setup }: Check, { groupId }: Project): boolean =>
  setup.options.project?.includes(groupId) === false;

/** Why the options of a check leave out a cluster that it does not list. */
function findReason(cluster: Cluster, project: Project, check: Check, { covers }: Knowledge) {
  const { include = [], exclude = [] } = check.setup.options;
  const named = { groupId: project.groupId, groupName: project.name, clusterName: cluster.name };
  if (isOfOtherProjects(check, project)) return { reason: 'not included', pattern: '--project' };
  const pattern = exclude.find((text) => covers(text, named));
  if (pattern !== undefined) return { reason: 'excluded', pattern };
  const isIncluded = include.length === 0 || include.some((text) => covers(text, named));
  return isIncluded ? undefined : { reason: 'not included', pattern: undefined };
}

const timeOf = ({ finding }: Pick<Verdict, 'finding'>): number => finding?.check.time ?? 0;

/** Whether no other job has taken the place of what a job says. */
function isCurrent(verdict: Verdict, verdicts: readonly Verdict[], cluster: Cluster): boolean {
  const { kind, job, latest, finding, leftOut } = verdict;
  const others = verdicts.filter((other) => other !== verdict);
  if (job.isByHand && others.some((other) => timeOf(other) > latest.time)) return false;
  if (kind !== 'gone') return true;
  // A login may have lost its role, while another one still lists the cluster.
  const listedAt = Math.max(timeOf({ finding }), leftOut?.check.time ?? 0) || cluster.listedAt;
  const firstWithout = job.checks.find(({ time, failure }) => time > listedAt && failure === undefined) ?? latest;
  return !others.some((other) => isLive(other) && timeOf(other) > firstWithout.time);
}

const isLive = ({ kind, job }: Verdict): boolean => kind === 'checked' && !job.isDead;

const calmFacts = { color: 'plain', rank: Number.MAX_SAFE_INTEGER, needsLook: false, isGone: false };

function toStanding(verdict: Verdict, cluster: Cluster, project: Project, { states }: Knowledge): Standing {
  const { kind, latest, leftOut, finding: last } = verdict;
  if (kind === 'checked' && last !== undefined) return toStateStanding(verdict, last, cluster, states);
  const calm = { ...calmFacts, finding: last?.finding };
  const odd = { ...calm, ...factsOf(noState, states) };
  if (kind === 'left out' && cluster.listedAt >= latest.time) {
    return { ...calm, label: 'not checked', note: printReason(leftOut), leftOut };
  }
  // The list itself needs a look.
  const unreadable = 'the clusters of the project could not be listed';
  if (kind === 'unreadable') return { ...odd, label: 'unknown', needsLook: false, note: unreadable };
  const gone = { label: 'no longer listed', isGone: true };
  const lastDay = `last listed on ${printDay(dayOf(cluster.listedAt))}`;
  if (kind === 'left out') return { ...calm, ...gone, note: `${lastDay}, ${printReason(leftOut)}` };
  const wasChecked = [...cluster.said.values()].some(({ finding }) => finding !== undefined);
  const wasGood = last === undefined || !factsOf(last.finding.state, states).needsLook;
  const otherType = cluster.type === 'flex' ? 'dedicated' : 'flex';
  const successor = project.clusters.get(clusterKey(otherType, cluster.name));
  const replaced =
    successor && successor.listedAt > cluster.listedAt && `; a ${otherType} cluster of this name is listed now`;
  // What was left out while it was good is no longer looked for.
  const wasLeftOut = leftOut !== undefined && leftOut.check.time > timeOf(verdict);
  const isCalm = !wasChecked || (wasGood && (wasLeftOut || replaced));
  if (isCalm) return { ...calm, ...gone, note: lastDay + (replaced || '') };
  return { ...odd, ...gone, note: `${lastDay}: deleted, or a role was lost` };
}

function toStateStanding({ job }: Verdict, { finding, check, contradiction }: Last, cluster: Cluster, states: States) {
  const { state } = finding;
  const facts = factsOf(state, states);
  const observations = cluster.observations.filter((one) => job.setups.includes(one.check.setup));
  const common = { isGone: false, finding, note: reasonOf(finding), since: sinceOf(observations) };
  if (contradiction !== undefined) {
    const { color, rank } = facts.needsLook ? facts : factsOf(noState, states);
    return { ...common, color, rank, needsLook: true, label: `${state}, said by the report`, note: contradiction };
  }
  // A job that died in silence does not say that all is well.
  if (!job.isDead || facts.needsLook) return { ...common, ...facts, label: state };
  const label = `${state} on ${printDay(dayOf(check.time))}`;
  return { ...common, ...facts, color: 'plain', rank: facts.rank + Object.keys(states).length, label };
}

type Last = NonNullable<Said['finding']>;
type States = Knowledge['states'];

// What needs a look without having a state is as a state that the page does not know.
const noState = '';

/** A state that the page does not know needs a look, and follows those that do. */
function factsOf(state: string, states: States) {
  const names = Object.keys(states);
  const rank = names.indexOf(state);
  const { exitCode, color = 'plain' } = states[state] ?? { exitCode: 3, color: 'magenta' };
  const bad = names.filter((name) => states[name]?.exitCode !== 0);
  return { needsLook: exitCode !== 0, color, rank: rank >= 0 ? rank : bad.length - 0.5 };
}

/** Reports that do not know the state do not end it. */
function sinceOf(observations: Cluster['observations']): number | undefined {
  const state = observations.at(-1)?.state;
  const known = observations.filter((one) => one.state === state || one.state !== 'unknown');
  const before = known.map((one) => one.state === state).lastIndexOf(false);
  return known[before + 1]?.day;
}

function findConcerns(cluster: Cluster, verdicts: readonly Verdict[], { states }: Knowledge): Concern[] {
  const { rank } = factsOf(noState, states);
  const odd = { color: 'magenta', rank };
  const concerns: Concern[] = [];
  const known = [...cluster.said.values()].flatMap(({ finding }) => finding ?? []);
  const last = known.sort((a, b) => a.check.time - b.check.time).at(-1);
  const leftOut = verdicts.filter(({ kind }) => kind === 'left out');
  const isFree = leftOut.some((verdict) => verdict.leftOut?.reason === 'free');
  if (isFree && last !== undefined) {
    const text = `a free cluster now, of which Atlas has no backups; ${last.finding.state} on ${printDay(dayOf(last.check.time))}`;
    concerns.push({ ...odd, label: 'became free', text });
  }
  for (const { leftOut: by, finding: checked } of isFree || verdicts.some(isLive) ? [] : leftOut) {
    const facts = checked && factsOf(checked.finding.state, states);
    if (checked === undefined || !facts?.needsLook) continue;
    const text = `${checked.finding.state} on ${printDay(dayOf(checked.check.time))}, and ${printReason(by)} since; no other job checks it`;
    concerns.push({ ...facts, label: `${checked.finding.state} when left out`, text });
  }
  if (cluster.replaced.count > 0) {
    const text = `another cluster of this name since the report of ${cluster.replaced}: it has none of the backups before`;
    concerns.push({ ...odd, label: 'another cluster', text });
  }
  if (cluster.deletionNotes.length > 0) {
    const text = `${cluster.deletionNotes.join('; ')}: deleted, or their retention was shortened`;
    concerns.push({ ...odd, label: 'backups deleted', text });
  }
  return concerns;
}

/** Why lists of clusters could not be read, by their type. Of a check by hand, until another one has read them. */
export function findFailedLists(project: Project, jobs: readonly Job[]): (readonly [type: string, why: string])[] {
  const checks = jobs.filter(({ projects }) => projects.has(project.groupId)).flatMap((job) => job.latest ?? []);
  return ['flex', 'dedicated'].flatMap((type) => {
    const key = listKey(project, type);
    const read = checks.filter(({ failedLists }) => !failedLists.has(key));
    const isRead = ({ isByHand, last }: Job) => isByHand && read.some(({ time }) => time > last.time);
    const reasons = jobs.flatMap((job) => (isRead(job) ? [] : (job.latest?.failedLists.get(key) ?? [])));
    return reasons.slice(-1).map((why) => [type, why] as const);
  });
}
