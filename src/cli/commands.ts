import { parseArgs } from 'node:util';
import { check } from './check.js';
import { checkOptions, checkUsage, readCheckOptions } from './check-options.js';
import { emulate, emulateOptions, emulateUsage, readPort } from './emulate.js';
import { readVersion } from './json.js';
import { forConsole, messageOf } from './lines.js';
import { report, reportUsage } from './report.js';
import type { ExitCode, Output, Run } from './streams.js';

/**
 * Runs the command that the arguments name. Returns how the process is to end.
 *
 * @param stop - ends the command. The reason is the signal.
 */
export async function runCommand(args: string[], output: Output, stop: AbortSignal): Promise<ExitCode> {
  let run: Run;
  // Nothing runs yet, so that only wrong arguments get the hint.
  try {
    run = readCommand(args);
  } catch (error) {
    output.stderr.write(`${forConsole(messageOf(error))}\nTry: atlas-tenant-snapshots --help\n`);
    return 3;
  }
  try {
    return await run(output, stop);
  } catch (error) {
    // A signal ends what runs with its reason, or with an error.
    if (stop.aborted) return stop.reason;
    throw error;
  }
}

/** The options that every command has. */
const helpOptions = { help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

/**
 * Reads the arguments. Returns what runs the command.
 *
 * @throws an error that says what is wrong with the arguments.
 */
function readCommand(args: string[]): Run {
  const [name, ...rest] = args;
  if (name === 'check') {
    const { values } = parseArgs({ args: rest, options: { ...checkOptions, ...helpOptions } });
    return readHelp(values, checkUsage) ?? check(readCheckOptions(values));
  }
  if (name === 'report') {
    const { values, positionals } = parseArgs({ args: rest, options: helpOptions, allowPositionals: true });
    return readHelp(values, reportUsage) ?? report(positionals);
  }
  if (name === 'emulate') {
    const { values } = parseArgs({ args: rest, options: { ...emulateOptions, ...helpOptions } });
    return readHelp(values, emulateUsage) ?? emulate({ port: readPort(values.port), isDemo: values.demo === true });
  }
  const { values } = parseArgs({ args, options: helpOptions, allowPositionals: true });
  const help = readHelp(values, [checkUsage, reportUsage, emulateUsage].join('\n'));
  if (help === undefined) throw new Error(`The commands are check, report and emulate, not ${name ?? 'nothing'}.`);
  return help;
}

/** Returns what prints the usage or the version, if the options ask for it. */
function readHelp(asked: Partial<Record<'help' | 'version', boolean>>, usage: string): Run | undefined {
  if (!asked.help && !asked.version) return undefined;
  return async ({ stdout }) => {
    stdout.write(asked.help ? usage : `${readVersion()}\n`);
    return 0;
  };
}
