import { parseArgs } from 'node:util';
import { type BackupFinding, type ClusterName, checkBackups } from '../check/index.js';
import { isAtlasError, TenantSnapshotsClient } from '../index.js';
import { type CheckOptions, checkOptions, checkUsage, chooses, readCheckOptions } from './check-options.js';
import { describeLogins, type Login, readLogins } from './environment.js';
import { explainConfiguration } from './explain.js';
import { readHelp } from './help.js';
import { formatJson, writeReport } from './json.js';
import { isCluster } from './names.js';
import type { Output, Run } from './output.js';
import { covers } from './patterns.js';
import { findProblems, formatProblems, formatUnused } from './problems.js';
import { arrange, type Report } from './report.js';
import { formatTable } from './table.js';

/** @throws an error that says what is wrong with the arguments. */
export function readCheck(args: string[]): Run {
  const { values } = parseArgs({ args, options: checkOptions });
  const help = readHelp(values, checkUsage);
  if (help !== undefined) return help;
  const options = readCheckOptions(values);
  return (output, stop) => check(options, output, stop);
}

async function check(options: CheckOptions, output: Output, stop: AbortSignal): ReturnType<Run> {
  try {
    const report = await collect(options, output, stop);
    // The signal may have come after the last finding.
    return stop.aborted ? stop.reason : publish(report, output);
  } catch (error) {
    if (stop.aborted) return stop.reason;
    if (!isAtlasError(error, 'CONFIGURATION')) throw error;
    output.stderr.write(`${explainConfiguration(error)}\n`);
    return 3;
  }
}

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
async function collect(options: CheckOptions, { stderr }: Output, signal: AbortSignal): Promise<Report> {
  const { groupIds, limits, evidence, timeout } = options;
  const filter = (cluster: ClusterName) => chooses(options, cluster);
  const maxAge = (cluster: ClusterName) =>
    limits.find(({ pattern }) => pattern === undefined || covers(pattern, cluster))?.maxAge;
  const client = new TenantSnapshotsClient();
  // The client needs one, and its constructor has not thrown.
  const [login] = readLogins() as [Login];
  const start = { options, login, checkedAt: new Date() };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: BackupFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { groupIds, maxAge, filter, evidence, timeout, signal });
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

/** Prints a report, and writes it to the file of `--output`. Returns the exit code. */
function publish(report: Report, { stdout, stderr }: Output): number {
  const { options, summary, error } = report;
  const problems = findProblems(report);
  const lines = [...describeLogins(report.login), ...formatProblems(problems), ...formatUnused(report)];
  const json = formatJson(report, lines);
  if (options.isJson) stdout.write(`${json}\n`);
  else if (error === undefined) {
    const isColored = stdout.isTTY && !process.env['NO_COLOR'];
    stdout.write(`${formatTable(report, isColored)}\n`);
  }
  for (const line of lines) stderr.write(`${line}\n`);
  const failure = options.output === undefined ? undefined : writeReport(options.output, `${json}\n`);
  if (failure) stderr.write(`--output ${options.output} could not be written: ${failure}\n`);
  if (summary.none + summary.stale > 0) return 2;
  return problems.length > 0 || failure ? 3 : 0;
}
