import { isAtlasError } from '../client/index.js';
import { states } from '../report/states.js';
import type { CheckOptions } from './check-options.js';
import type { CheckReport } from './check-report.js';
import { collect } from './collect.js';
import { writeWhole } from './files.js';
import { describeDepartures, findDepartures, nextInventory } from './inventory.js';
import { type Inventory, readInventory, writeInventory } from './inventory-file.js';
import { formatJson } from './json.js';
import {
  describeBadBackups,
  describeLogins,
  findProblems,
  formatNotices,
  formatProblem,
  type Problem,
} from './problems.js';
import { type Output, type Run, untilStopped } from './streams.js';
import { formatTable } from './table.js';
import { forConsole } from './text.js';

/** Checks the backups, and prints what it found. */
export function check(options: CheckOptions): Run {
  return async (output, stop) => {
    try {
      const report = await collect(options, output.stderr, stop);
      // Not read if there is nothing to compare it with: it may be a pipe, which somebody has to write.
      const file = report.error === undefined ? options.inventory : undefined;
      const inventory = file === undefined ? undefined : await untilStopped(() => readInventory(file), stop);
      // The signal may have come meanwhile. From here on nothing waits, so it cannot cut the result short.
      return stop.aborted ? stop.reason : publish(report, inventory, output);
    } catch (error) {
      if (!isAtlasError(error, 'CONFIGURATION')) throw error;
      output.stderr.write(`${forConsole(error.message)}\n`);
      return 3;
    }
  };
}

/** Decides what the report says, saves the inventory, and prints and saves the report. Returns the exit code. */
function publish(report: CheckReport, inventory: Inventory | undefined, { stdout, stderr }: Output): 0 | 2 | 3 {
  const { options, login, error } = report;
  const departed = inventory?.text === undefined ? undefined : findDepartures(inventory.entries, report);
  // Saved before anything is printed, since a failure to save is a problem to print.
  const ofInventory = inventory === undefined ? [] : saveInventory(inventory, report);
  const departures = describeDepartures(departed ?? [], options.inventory ?? '');
  const problems = [...findProblems(report), ...departures, ...ofInventory];
  const lines = [
    ...describeLogins(login),
    ...[...describeBadBackups(report), ...problems].map(formatProblem),
    ...formatNotices(report),
  ];

  if (!options.isJson && error === undefined) {
    const isColored = stdout.isTTY && !process.env['NO_COLOR'];
    stdout.write(`${formatTable(report, departed?.length ?? 0, isColored)}\n`);
  }
  for (const line of lines) stderr.write(`${line}\n`);
  const json = options.isJson || options.output !== undefined ? formatJson(report, departed, lines) : '';
  if (options.isJson) stdout.write(json);
  const failure = options.output === undefined ? undefined : writeWhole(options.output, json);
  if (failure !== undefined) {
    stderr.write(`${forConsole(`--output ${options.output} could not be written: ${failure}`)}\n`);
  }
  return exitCodeOf(report, problems.length > 0 || failure !== undefined);
}

/** Saves what an inventory has from now on. Returns what is wrong with its file. */
function saveInventory(inventory: Inventory, report: CheckReport): Problem[] {
  const { file, text, entries, failure } = inventory;
  const next = nextInventory(entries, report);
  // A problem, since an earlier inventory may be lost.
  const created = `was missing or empty, and has been created (clusters: ${next.length}). If an earlier check created it, keep it where it outlasts a run.`;
  const what = failure ?? writeInventory(inventory, next) ?? (text === undefined ? created : undefined);
  return what === undefined ? [] : [{ about: ['--inventory'], message: `${file} ${what}` }];
}

/** The exit code that the states ask for. Bad backups take precedence over what is not known. */
function exitCodeOf({ findings }: CheckReport, hasProblems: boolean): 0 | 2 | 3 {
  const codes = new Set(findings.map(({ state }) => states[state].exitCode));
  if (codes.has(2)) return 2;
  return hasProblems || codes.has(3) ? 3 : 0;
}
