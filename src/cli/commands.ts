import { parseArgs } from 'node:util';
import { readCheck } from './check.js';
import { checkUsage } from './check-options.js';
import { emulateUsage, readEmulate } from './emulate.js';
import { helpOptions, readHelp } from './help.js';
import type { Output, Run } from './output.js';

/**
 * Runs the command that the arguments name. Returns its exit code, or the signal that is to end the process.
 *
 * @param stop - ends the command. The reason is the signal.
 */
export async function runCommand(args: string[], output: Output, stop: AbortSignal): ReturnType<Run> {
  let run: Run;
  try {
    run = readCommand(args);
  } catch (error) {
    output.stderr.write(`${error instanceof Error ? error.message : error}\nTry: atlas-tenant-snapshots --help\n`);
    return 3;
  }
  return run(output, stop);
}

/** @throws an error that says what is wrong with the arguments. */
function readCommand(args: string[]): Run {
  const [name, ...options] = args;
  if (name === 'check') return readCheck(options);
  if (name === 'emulate') return readEmulate(options);
  const { values } = parseArgs({ args, options: helpOptions, allowPositionals: true });
  const help = readHelp(values, `${checkUsage}\n${emulateUsage}`);
  if (help === undefined) throw new Error('The commands are check and emulate.');
  return help;
}
