import { isAtlasError } from '../client/index.js';
import { states } from '../report/states.js';
import type { CheckOptions } from './check-options.js';
import type { CheckReport } from './check-report.js';
import { collect } from './collect.js';
import { writeWhole } from './files.js';
import { compareAndSave } from './inventory.js';
import { type Inventory, readInventory } from './inventory-file.js';
import { formatJson } from './json.js';
import { forConsole, type Line, problem } from './lines.js';
import { describeBadBackups, describeLogins, describeNotices } from './notices.js';
import { findProblems } from './problems.js';
import { type Output, type Run, untilStopped } from './streams.js';
import { formatTable } from './table.js';

/** Returns what checks the backups, and prints what it found. */
export function check(options: CheckOptions): Run {
  return async (output, stop) => {
    try {
      const report = await collect(options, output.stderr, stop);
      const inventory = await openInventory(report, stop);
      // From here on nothing waits, so a signal cannot cut the result short.
      stop.throwIfAborted();
      return publish(report, inventory, output);
    } catch (error) {
      if (!isAtlasError(error, 'CONFIGURATION')) throw error;
      output.stderr.write(`${forConsole(error.message)}\n`);
      return 3;
    }
  };
}

async function openInventory({ options, error }: CheckReport, stop: AbortSignal): Promise<Inventory | undefined> {
  const file = options.inventory;
  // Without clusters to compare it with, it is not read: it may be a named pipe, which waits until somebody writes it.
  if (file === undefined || error !== undefined) return undefined;
  return untilStopped(() => readInventory(file), stop);
}

/** Prints and saves the report, and saves the inventory. Returns the exit code. */
function publish(report: CheckReport, inventory: Inventory | undefined, { stdout, stderr }: Output): 0 | 2 | 3 {
  const { options, error } = report;
  // Saved before anything is printed, because a failure to save is a line to print.
  const compared = inventory && compareAndSave(inventory, report);
  const lines: Line[] = [
    ...describeLogins(report.login),
    ...describeBadBackups(report),
    ...findProblems(report),
    ...(compared?.lines ?? []),
    ...describeNotices(report),
  ];
  if (!options.isJson && error === undefined) {
    const isColored = stdout.isTTY && !process.env['NO_COLOR'];
    stdout.write(`${formatTable(report, { departed: compared?.departed?.length ?? 0, isColored })}\n`);
  }
  for (const { text } of lines) stderr.write(`${text}\n`);
  if (options.isJson || options.output !== undefined) {
    const json = formatJson(report, compared?.departed, lines);
    if (options.isJson) stdout.write(json);
    const failure = options.output === undefined ? undefined : writeWhole(options.output, json);
    if (failure !== undefined) {
      const line = problem(`--output ${options.output} could not be written`, failure);
      stderr.write(`${line.text}\n`);
      lines.push(line);
    }
  }
  return exitCodeOf(report, lines);
}

/** Returns the exit code. Bad backups take precedence over what is not known. */
function exitCodeOf({ findings }: CheckReport, lines: readonly Line[]): 0 | 2 | 3 {
  const codes = new Set(findings.map(({ state }) => states[state].exitCode));
  if (codes.has(2)) return 2;
  return codes.has(3) || lines.some(({ isProblem }) => isProblem) ? 3 : 0;
}
