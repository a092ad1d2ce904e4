import { endOnAbort } from '../client/http/scope.js';
import { Calls, reportable } from './calls.js';
import type { Cluster, ClusterList } from './facts.js';
import type { BackupCheckTotals, BackupClient, BackupFinding, ClusterName, Project } from './finding.js';
import { Gate } from './gate.js';
import { judgeCluster } from './judge.js';
import { type BackupCheckOptions, invalidCluster, invalidOptions, type MaxAge } from './options.js';
import { ClusterReads, readClusters, readProjects } from './reads.js';

/**
 * Checks whether every Flex and dedicated cluster has a recent backup. Yields a finding per cluster as soon as it is known, or
 * at the end with the option `evidence`, in no particular order. If the Flex or the dedicated clusters of a project cannot be
 * listed, that is one `unknown` finding without `clusterName`. Clusters without a finding are in the totals. Leaving the loop
 * ends the check.
 *
 * The login needs the role Project Read Only in each project, or Organization Read Only for all projects. For the restore jobs
 * of dedicated clusters, which are part of the evidence, it needs Project Backup Manager.
 *
 * @returns the findings. The first `next()` throws an `AtlasInvalidArgumentError` if the options are invalid, and an
 * `AtlasError` if the projects cannot be listed. Any `next()` throws the signal's reason if the signal aborts, an
 * `AtlasClosedError` if the client is closed, and what a function in the options throws.
 *
 * @example
 * ```ts
 * for await (const { groupId, clusterName, state } of checkBackups(client)) console.log(groupId, clusterName, state);
 * ```
 * @see https://www.mongodb.com/docs/atlas/backup/cloud-backup/overview/
 */
export async function* checkBackups(
  client: BackupClient,
  options: BackupCheckOptions = {},
): AsyncGenerator<BackupFinding, BackupCheckTotals> {
  const invalid = invalidOptions(options);
  if (invalid !== undefined) throw invalid;
  const { signal, timeout = 600_000, concurrency = 16 } = options;
  const gate = new Gate(concurrency);
  const calls = new Calls(client, gate, timeout);
  const check: Check = {
    calls,
    options,
    gate,
    projectsRead: new Set(),
    projectsNotRead: [],
    notChecked: [],
    evidenceReads: [],
  };
  const stopListening = signal && endOnAbort(calls, signal);
  try {
    yield* gate.read(checkAll(check), calls.deadlineTimer, signal);
    const { projectsRead, projectsNotRead, notChecked } = check;
    const { clockOffset } = calls;
    const clock = clockOffset === undefined ? {} : { clockOffset };
    return { projects: projectsRead.size, projectsNotRead, ...clock, notChecked };
  } finally {
    calls.end();
    stopListening?.();
  }
}

/** What the parts of a check share. */
interface Check {
  readonly calls: Calls;
  readonly options: BackupCheckOptions;
  readonly gate: Gate;
  /** The IDs of the projects of which a list was read. */
  readonly projectsRead: Set<string>;
  readonly projectsNotRead: BackupCheckTotals['projectsNotRead'];
  readonly notChecked: BackupCheckTotals['notChecked'];
  /** Each reads the evidence of a finding. They wait until all states are known. */
  readonly evidenceReads: (() => Promise<void>)[];
}

async function checkAll(check: Check): Promise<void> {
  const { calls, gate, options } = check;
  const { groupIds } = options;
  const projects = groupIds ? [...new Set(groupIds)].map((groupId) => ({ groupId })) : await readProjects(calls);
  const lists = projects.filter((project) => isRead(project, check)).flatMap(listsOf);
  await gate.run(lists.map((list) => () => checkList(list, check)));
  calls.areStatesKnown = true;
  await gate.run(check.evidenceReads);
}

function listsOf(project: Project): ClusterList[] {
  return [
    { ...project, clusterType: 'flex' },
    { ...project, clusterType: 'dedicated' },
  ];
}

/** Whether the lists of a project are read. If not, it is in the totals. */
function isRead(project: Project, { options, projectsNotRead }: Check): boolean {
  if (options.projectFilter?.(project) !== false) return true;
  projectsNotRead.push(project);
  return false;
}

async function checkList(list: ClusterList, check: Check): Promise<void> {
  let clusters: Cluster[];
  try {
    clusters = await readClusters(list, check.calls);
  } catch (error) {
    check.gate.report({ ...list, state: 'unknown', error: reportable(error) });
    return;
  }
  check.projectsRead.add(list.groupId);
  const checked = clusters.filter((cluster) => isChecked(cluster, check));
  await check.gate.run(checked.map((cluster) => () => checkCluster(cluster, check)));
}

/** Whether a cluster is checked. If not, it is in the totals with the reason. */
function isChecked({ name, notChecked }: Cluster, check: Check): boolean {
  const reason = notChecked ?? (check.options.filter?.(name) === false ? 'filtered' : undefined);
  if (reason !== undefined) check.notChecked.push({ ...name, reason });
  return reason === undefined;
}

async function checkCluster(cluster: Cluster, check: Check): Promise<void> {
  const { options, calls, gate } = check;
  const { name, known, listed } = cluster;
  const limits = { maxAge: valueFor(name, options.maxAge), minHistory: valueFor(name, options.minHistory) };
  const invalid = invalidCluster({ ...name, ...limits });
  if (invalid !== undefined) {
    const evidence = options.evidence && { cluster: listed, errors: [invalid] };
    gate.report({ ...known, state: 'unknown', error: invalid, ...(evidence && { evidence }) });
    return;
  }
  const reads = new ClusterReads(cluster, calls);
  const finding = { ...known, ...(await judgeCluster(cluster, limits, reads)) };
  if (!options.evidence) gate.report(finding);
  else check.evidenceReads.push(async () => gate.report({ ...finding, evidence: await reads.evidence() }));
}

/** The value of an option that may be a function of the cluster. */
function valueFor<T extends MaxAge>(name: ClusterName, option: T | ((name: ClusterName) => T | undefined) | undefined) {
  return typeof option === 'function' ? option(name) : option;
}
