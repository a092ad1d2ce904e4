import { isAtlasError } from '../index.js';
import { type CheckOptions, readCheckOptions } from './check-options.js';
import { collect } from './collect.js';
import { formatJson } from './json.js';
import { describeError } from './messages.js';
import type { Output, Run } from './output.js';
import { formatProblems, formatUnused, problemsOf } from './problems.js';
import type { Report } from './report.js';
import { formatTable } from './table.js';

/** @throws an error that says what is wrong with the arguments. */
export function readCheck(args: string[]): Run {
  const options = readCheckOptions(args);
  return (output, stop) => check(options, output, stop);
}

async function check(options: CheckOptions, output: Output, stop: AbortSignal): Promise<number> {
  try {
    const report = await collect(options, stop, output);
    // The signal may have come after the last finding.
    return stop.aborted ? stop.reason : print(report, options, output);
  } catch (error) {
    if (stop.aborted) return stop.reason;
    if (!isAtlasError(error)) throw error;
    output.stderr.write(`${describeError(error)}\n`);
    return 3;
  }
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
