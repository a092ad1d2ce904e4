import { type BackupFinding, type ClusterName, checkBackups } from '../check/index.js';
import { readLogins } from '../client/config/environment.js';
import { isAtlasError, TenantSnapshotsClient } from '../client/index.js';
import { Anonymizer } from './anonymize.js';
import type { CheckOptions } from './check-options.js';
import { type CheckReport, toReport } from './check-report.js';
import { explainConfiguration } from './explain.js';
import { writeWhole } from './files.js';
import { compareInventory, countUnlisted, findDepartures, nextInventory } from './inventory.js';
import { type Entry, type Inventory, readInventory, writeInventory } from './inventory-file.js';
import { formatJson, toDocument } from './json.js';
import { isCluster } from './patterns.js';
import { describeLogins, findProblems, formatNotices, formatProblems, type Problem } from './problems.js';
import { states } from './states.js';
import type { Output, Run } from './streams.js';
import { formatTable } from './table.js';
import { printable } from './text.js';

/** The most departed clusters that a line of stderr names. The JSON names all. */
const maxDepartures = 20;

/** Checks the backups, and prints what it found. */
export function check(options: CheckOptions): Run {
  return async (output, stop) => {
    try {
      const report = await collect(options, output, stop);
      const inventory = await readInventoryFor(report, stop);
      // The signal may have come meanwhile. From here on nothing waits, so it cannot cut the result short.
      return stop.aborted ? stop.reason : publish(report, inventory, output);
    } catch (error) {
      if (!isAtlasError(error, 'CONFIGURATION')) throw error;
      output.stderr.write(`${explainConfiguration(error)}\n`);
      return 3;
    }
  };
}

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
async function collect(options: CheckOptions, { stderr }: Output, signal: AbortSignal): Promise<CheckReport> {
  const client = new TenantSnapshotsClient();
  const [login] = readLogins();
  if (login === undefined) throw new Error('The client found a login that the command did not.');
  const start = { options, login, checkedAt: new Date() };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: BackupFinding[] = [];
  let [clustersChecked, clustersListed] = [0, 0];
  const filter = (cluster: ClusterName) => {
    const isChosen = options.ofCheck.filter(cluster);
    if (isChosen) clustersListed += 1;
    // The findings with evidence come at the end.
    if (options.ofCheck.evidence) showProgress(`Clusters listed: ${clustersListed}`);
    return isChosen;
  };
  try {
    const checked = checkBackups(client, { ...options.ofCheck, filter, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clustersChecked}`);
      const { done, value } = await checked.next();
      if (done) return toReport({ ...start, finishedAt: new Date() }, findings, value);
      findings.push(value);
      if (isCluster(value)) clustersChecked += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return toReport({ ...start, finishedAt: new Date(), error }, [], { projects: 0, notChecked: [] });
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Reads the inventory, if there is one and something to compare it with. */
async function readInventoryFor({ options, error }: CheckReport, stop: AbortSignal): Promise<Inventory> {
  if (options.inventory === undefined || error !== undefined) return { type: 'none' };
  return readInventory(options.inventory, stop);
}

/** Decides what the report says, saves the inventory, and prints and saves the report. Returns the exit code. */
function publish(report: CheckReport, inventory: Inventory, { stdout, stderr }: Output): 0 | 2 | 3 {
  const { options, login, error } = report;
  const entries = inventory.type === 'read' ? inventory.clusters : [];
  const watched = compareInventory(entries, report);
  const next = nextInventory(watched, report);
  // Saved before anything is printed, since a failure to save is a problem to print.
  const problems = findProblems(report, [...findDepartures(watched, report), ...saveInventory(inventory, next)]);
  const notices = formatNotices(report, [...entries, ...next]);
  const toLines = (max: number) => [...describeLogins(login), ...formatProblems(problems, max), ...notices];
  const toJson = () => {
    const document = toDocument(report, toLines(Number.POSITIVE_INFINITY));
    return formatJson(document, options.isAnonymous ? new Anonymizer(document) : undefined);
  };

  if (options.isJson) {
    for (const part of toJson()) stdout.write(part);
  } else if (error === undefined) {
    const isColored = stdout.isTTY && !process.env['NO_COLOR'];
    stdout.write(`${formatTable(report, countUnlisted(watched), isColored)}\n`);
  }
  for (const line of toLines(maxDepartures)) stderr.write(`${line}\n`);
  // Such as 2026-12-01T061700Z.
  const nameInFolder = report.checkedAt.toISOString().replace(/:|\.\d+/g, '');
  const failure = options.output === undefined ? undefined : writeWhole(options.output, toJson(), nameInFolder);
  if (failure !== undefined)
    stderr.write(`${printable(`--output ${options.output} could not be written: ${failure}`)}\n`);
  return exitCodeOf(report, problems.length > 0 || failure !== undefined);
}

/** Saves what an inventory has from now on. Returns what is wrong with its file. */
function saveInventory(inventory: Inventory, next: readonly Entry[]): Problem[] {
  if (inventory.type === 'none') return [];
  const { type, file } = inventory;
  const failure = type === 'broken' ? inventory.failure : writeInventory(file, next);
  // A problem, since an earlier inventory may be lost.
  const created = `was missing, and has been created (clusters: ${next.length}). If an earlier check created it, keep it where it outlasts a run.`;
  const what = failure ?? (type === 'new' ? created : undefined);
  return what === undefined ? [] : [{ about: '--inventory', message: `${file} ${what}` }];
}

/** The exit code that the states ask for. Bad backups take precedence over what is not known. */
function exitCodeOf({ findings }: CheckReport, hasProblems: boolean): 0 | 2 | 3 {
  const codes = new Set(findings.map(({ state }) => states[state].exitCode));
  if (codes.has(2)) return 2;
  return hasProblems || codes.has(3) ? 3 : 0;
}
