import { once } from 'node:events';
import { type BackupFinding, type ClusterName, checkBackups } from '../check/index.js';
import { readLogins } from '../config/environment.js';
import { isAtlasError, TenantSnapshotsClient } from '../index.js';
import { Anonymizer } from './anonymize.js';
import { type CheckOptions, limitOf } from './check-options.js';
import { arrange, type Report } from './check-report.js';
import { explainConfiguration } from './explain.js';
import { type Inventory, readInventory, updateInventory } from './inventory.js';
import { formatJson, toDocument } from './json.js';
import { type Output, type Run, writeWhole } from './output.js';
import { chooses, isCluster } from './patterns.js';
import { describeLogins, findProblems, formatNotices, formatProblems } from './problems.js';
import { formatTable } from './table.js';

/** How many of the clusters that are gone stderr names. The JSON names all. */
const maxVanished = 20;

/** Checks the backups, and prints the report. */
export function check(options: CheckOptions): Run {
  return async (output, stop) => {
    try {
      const report = await collect(options, output, stop);
      const inventory = await readUnlessStopped(report, stop);
      // The signal may have come after the last finding.
      return stop.aborted ? stop.reason : publish(report, inventory, output);
    } catch (error) {
      if (stop.aborted) return stop.reason;
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
async function collect(options: CheckOptions, { stderr }: Output, signal: AbortSignal): Promise<Report> {
  const { groupIds, maxAges, minHistories, evidence, timeout } = options;
  const filter = (cluster: ClusterName) => chooses(options, cluster);
  const maxAge = (cluster: ClusterName) => limitOf(maxAges, cluster);
  const minHistory = (cluster: ClusterName) => limitOf(minHistories, cluster);
  const client = new TenantSnapshotsClient();
  const [login] = readLogins();
  if (login === undefined) throw new Error('The client has found a login that the command has not.');
  const start = { options, login, checkedAt: new Date() };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: BackupFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { groupIds, maxAge, minHistory, filter, evidence, timeout, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) return { ...start, finishedAt: new Date(), ...arrange(findings, value, options) };
      findings.push(value);
      if (isCluster(value)) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return { ...start, finishedAt: new Date(), ...arrange([], { projects: 0, notChecked: [] }, options), error };
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Reads the inventory, if there is something to compare it with. Stops at a signal: reading a named pipe may never end. */
async function readUnlessStopped({ options, error }: Report, stop: AbortSignal): Promise<Inventory | undefined> {
  if (options.inventory === undefined || error !== undefined || stop.aborted) return undefined;
  const stopped = once(stop, 'abort').then(() => undefined);
  return Promise.race([readInventory(options.inventory), stopped]);
}

/** Updates the inventory, prints a report, and writes it to the file of `--output`. Returns the exit code. */
function publish(report: Report, inventory: Inventory | undefined, { stdout, stderr }: Output): number {
  const { options, login, summary, error } = report;
  const update = inventory && updateInventory(inventory, report);
  const problems = findProblems(report, update?.problems);
  const notices = [update?.created ?? [], ...formatNotices(report, inventory?.clusters)].flat();
  const logins = describeLogins(login);
  const linesWith = (maxVanished: number) => [...logins, ...formatProblems(problems, maxVanished), ...notices];
  const toJson = () => {
    const document = toDocument(report, linesWith(Number.POSITIVE_INFINITY));
    return formatJson(document, options.isAnonymous ? new Anonymizer(document) : undefined);
  };

  if (options.isJson) {
    for (const part of toJson()) stdout.write(part);
  } else if (error === undefined) {
    const isColored = stdout.isTTY && !process.env['NO_COLOR'];
    stdout.write(`${formatTable(report, isColored)}\n`);
  }
  for (const line of linesWith(maxVanished)) stderr.write(`${line}\n`);
  const failure = options.output === undefined ? undefined : writeWhole(options.output, toJson());
  if (failure) stderr.write(`--output ${options.output} could not be written: ${failure}\n`);
  if (summary.none + summary.stale + summary.short > 0) return 2;
  return problems.length > 0 || failure ? 3 : 0;
}
