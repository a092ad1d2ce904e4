import { checkBackups } from '../check/index.js';
import { isAtlasError, TenantSnapshotsClient } from '../index.js';
import { type CheckOptions, readCheckOptions } from './check-options.js';
import { describeLogins, readLogins, readServer } from './environment.js';
import { formatJson } from './json.js';
import { type NamedFinding, withNames } from './names.js';
import type { Output, Run } from './output.js';
import { covers, includes } from './patterns.js';
import { describeError, formatProblems, formatUnused, problemsOf } from './problems.js';
import { arrange, dailyLimit, isCluster, type Report } from './report.js';
import { formatTable } from './table.js';

/** @throws an error that says what is wrong with the arguments. */
export function readCheck(args: string[]): Run {
  const options = readCheckOptions(args);
  return (output, stop) => check(options, output, stop);
}

async function check(options: CheckOptions, output: Output, stop: AbortSignal): Promise<number> {
  try {
    const report = await collect(options, output, stop);
    // The signal may have come after the last finding.
    return stop.aborted ? stop.reason : print(report, options, output);
  } catch (error) {
    if (stop.aborted) return stop.reason;
    if (!isAtlasError(error)) throw error;
    output.stderr.write(`${describeError(error)}\n`);
    return 3;
  }
}

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
async function collect(options: CheckOptions, { stderr }: Output, signal: AbortSignal): Promise<Report> {
  const { given, groupIds, maxAge, timeout } = options;
  const checkedAt = new Date();
  const client = new TenantSnapshotsClient();
  const logins = readLogins();
  const choice = describeLogins(logins);
  if (choice !== undefined) stderr.write(`${choice}\n`);
  const origin = { server: readServer(), login: logins[0]?.name };
  const asked = { checkedAt, options: given, maxAge: maxAge ?? dailyLimit, ...origin };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: NamedFinding[] = [];
  const excluded: NamedFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { groupIds, maxAge, timeout, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) return { ...asked, ...arrange(findings, excluded, value) };
      const finding = withNames(value);
      const isChosen = chooses(options, finding);
      (isChosen ? findings : excluded).push(finding);
      if (isChosen && isCluster(finding)) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return { ...asked, ...arrange([], [], { projects: 0, notChecked: [] }), error };
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Whether the patterns leave a finding in. */
function chooses({ include, exclude }: CheckOptions, finding: NamedFinding): boolean {
  if (exclude.some((pattern) => covers(pattern, finding))) return false;
  return include.length === 0 || include.some((pattern) => includes(pattern, finding));
}

/** Prints a report. Returns the exit code. */
function print(report: Report, options: CheckOptions, { stdout, stderr }: Output): number {
  const { onlyProblems, isJson } = options;
  const { summary, error } = report;
  if (isJson) stdout.write(`${formatJson(report)}\n`);
  else if (!error) stdout.write(`${formatTable(report, onlyProblems, stdout.isTTY && !process.env['NO_COLOR'])}\n`);
  const problems = problemsOf(report, options);
  const unused = error ? [] : formatUnused(report, options);
  for (const line of [...formatProblems(problems), ...unused]) stderr.write(`${line}\n`);
  if (summary.none + summary.stale > 0) return 2;
  return problems.length > 0 ? 3 : 0;
}
